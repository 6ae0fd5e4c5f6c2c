/** Calls and recordings in Twilio's own forms. Sources: twilio.com/docs/voice/twiml, /docs/voice/api/call-resource, /docs/voice/api/recording. */
import type { LiveCall, LiveLeg } from "../core/LiveCall.ts"
import type { KeptRecording } from "../core/Recordings.ts"
import * as SimulatedTime from "../core/SimulatedTime.ts"
import { fromOf, mailDate, statusOf, toOf } from "../core/TwimlCalls.ts"
import type { Form } from "../core/WebhookRequest.ts"
import * as Wire from "./Wire.ts"

const API_VERSION = "2010-04-01"

const directionOf = (call: LiveCall, leg: LiveLeg): string =>
  leg === call.own ? (call.isInbound ? "inbound" : "outbound-api") : "outbound-dial"

/** What every request about a leg has. */
export const baseForm = (accountSid: string, call: LiveCall, leg: LiveLeg): Form => {
  const from = fromOf(call, leg)
  const to = toOf(call, leg)
  return [
    ["AccountSid", accountSid],
    ["ApiVersion", API_VERSION],
    ["CallSid", leg.id],
    ["CallStatus", statusOf(leg)],
    ["Called", to],
    ["Caller", from],
    ["Direction", directionOf(call, leg)],
    ["From", from],
    ["To", to],
    ...(leg === call.own ? [] : [["ParentCallSid", call.id] as const])
  ]
}

/** twilio.com/docs/voice/twiml/number, "statusCallback". */
export const progressForm = (accountSid: string, call: LiveCall, leg: LiveLeg, sequence: number): Form => [
  ...baseForm(accountSid, call, leg),
  ["Timestamp", mailDate(SimulatedTime.now())],
  ["CallbackSource", "call-progress-events"],
  ["SequenceNumber", String(sequence)],
  ...(leg.status === "completed"
    ? ([
        ["CallDuration", String(leg.seconds ?? 0)],
        ["Duration", String(Math.ceil((leg.seconds ?? 0) / 60))]
      ] as const)
    : [])
]

export const recordingUrl = (origin: string, accountSid: string, id: string): string =>
  `${origin}/${API_VERSION}/Accounts/${accountSid}/Recordings/${id}`

/** twilio.com/docs/voice/twiml/record, "recordingStatusCallback". */
export const recordingForm = (accountSid: string, recording: KeptRecording, origin: string): Form => {
  const isLost = recording.state === "lost"
  return [
    ["AccountSid", accountSid],
    ["CallSid", recording.callId],
    ["RecordingSid", recording.id],
    ["RecordingUrl", recordingUrl(origin, accountSid, recording.id)],
    ["RecordingStatus", isLost ? "absent" : "completed"],
    ["RecordingChannels", "1"],
    ["RecordingSource", "RecordVerb"],
    ["RecordingTrack", "both"],
    ["RecordingStartTime", mailDate(recording.createdAt)],
    ...(isLost ? [] : [["RecordingDuration", String(recording.seconds)] as const])
  ]
}

/** Twilio writes down only what is longer than 2 seconds and shorter than 120: twilio.com/docs/voice/twiml/record. */
const isTranscribable = ({ seconds }: KeptRecording): boolean => seconds > 2 && seconds < 120

const transcriptionSid = ({ id }: KeptRecording): string => `TR${id.slice(2)}`

/** twilio.com/docs/voice/twiml/record, "transcribeCallback". */
export const transcriptionForm = (
  accountSid: string,
  call: LiveCall,
  recording: KeptRecording,
  origin: string
): Form => {
  const text = isTranscribable(recording) ? recording.words : null
  return [
    ...baseForm(accountSid, call, call.own),
    ["TranscriptionSid", transcriptionSid(recording)],
    ["TranscriptionText", text ?? ""],
    ["TranscriptionStatus", text === null ? "failed" : "completed"],
    [
      "TranscriptionUrl",
      `${recordingUrl(origin, accountSid, recording.id)}/Transcriptions/${transcriptionSid(recording)}`
    ],
    ["TranscriptionType", "fast"],
    ["RecordingSid", recording.id],
    ["RecordingUrl", recordingUrl(origin, accountSid, recording.id)]
  ]
}

export const callResource = (accountSid: string, call: LiveCall, leg: LiveLeg) => {
  const uri = `/${API_VERSION}/Accounts/${accountSid}/Calls/${leg.id}`
  const { createdAt } = call
  return {
    sid: leg.id,
    parent_call_sid: leg === call.own ? null : call.id,
    account_sid: accountSid,
    api_version: API_VERSION,
    from: fromOf(call, leg),
    from_formatted: fromOf(call, leg),
    to: toOf(call, leg),
    to_formatted: toOf(call, leg),
    phone_number_sid: "",
    status: statusOf(leg),
    direction: directionOf(call, leg),
    start_time: Wire.date(createdAt),
    end_time: leg.isOver ? Wire.date(call.endedAt ?? SimulatedTime.now()) : null,
    duration: leg.isOver ? String(leg.seconds ?? 0) : null,
    price: null,
    price_unit: "USD",
    answered_by: null,
    forwarded_from: null,
    group_sid: null,
    caller_name: null,
    queue_time: "0",
    trunk_sid: null,
    date_created: Wire.date(createdAt),
    date_updated: Wire.date(call.endedAt ?? createdAt),
    subresource_uris: { recordings: `${uri}/Recordings.json` },
    uri: `${uri}.json`
  }
}

export const recordingResource = (accountSid: string, recording: KeptRecording, origin: string) => {
  const uri = `/${API_VERSION}/Accounts/${accountSid}/Recordings/${recording.id}`
  return {
    sid: recording.id,
    account_sid: accountSid,
    api_version: API_VERSION,
    call_sid: recording.callId,
    conference_sid: null,
    channels: 1,
    source: "RecordVerb",
    status: recording.state === "lost" ? "absent" : "completed",
    error_code: recording.state === "lost" ? 16_103 : null,
    duration: recording.state === "lost" ? null : String(recording.seconds),
    start_time: Wire.date(recording.createdAt),
    date_created: Wire.date(recording.createdAt),
    date_updated: Wire.date(recording.createdAt),
    price: null,
    price_unit: "USD",
    encryption_details: null,
    media_url: recordingUrl(origin, accountSid, recording.id),
    subresource_uris: { transcriptions: `${uri}/Transcriptions.json` },
    uri: `${uri}.json`
  }
}

export const transcriptionResource = (accountSid: string, recording: KeptRecording) => {
  const text = isTranscribable(recording) ? recording.words : null
  return {
    sid: transcriptionSid(recording),
    account_sid: accountSid,
    api_version: API_VERSION,
    recording_sid: recording.id,
    status: text === null ? "failed" : "completed",
    transcription_text: text ?? "",
    duration: String(recording.seconds),
    price: null,
    price_unit: "USD",
    type: "fast",
    date_created: Wire.date(recording.createdAt),
    date_updated: Wire.date(recording.createdAt),
    uri: `/${API_VERSION}/Accounts/${accountSid}/Transcriptions/${transcriptionSid(recording)}.json`
  }
}
