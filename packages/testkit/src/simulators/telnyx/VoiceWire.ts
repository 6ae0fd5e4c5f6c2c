/**
 * Calls and recordings in Telnyx's own forms. Sources: developers.telnyx.com/api-reference/callbacks (texml-…),
 * /texml-rest-commands, /call-recordings.
 */
import { randomBytes } from "node:crypto"
import type { LiveCall, LiveLeg } from "../core/LiveCall.ts"
import type { KeptRecording } from "../core/Recordings.ts"
import * as SimulatedTime from "../core/SimulatedTime.ts"
import { fromOf, mailDate, statusOf, toOf, WITHHELD } from "../core/TwimlCalls.ts"
import type { Form } from "../core/WebhookRequest.ts"

/** The account and its TeXML application, as they stand on the wire. */
export interface VoiceAccount {
  readonly accountSid: string
  readonly connectionId: string
}

/** A call control id. */
export const newCallSid = (): string => `v3:${randomBytes(40).toString("base64url")}`

/** What every request about a leg has. */
export const baseForm = ({ accountSid, connectionId }: VoiceAccount, call: LiveCall, leg: LiveLeg): Form => {
  const from = fromOf(call, leg)
  return [
    ["AccountSid", accountSid],
    ["CallSid", leg.id],
    ["CallSidLegacy", leg.id],
    ["CallStatus", statusOf(leg)],
    ["CallerId", from],
    ["ConnectionId", connectionId],
    ["From", from],
    ["To", toOf(call, leg)],
    ...(leg === call.own
      ? []
      : ([
          ["ParentCallSid", call.id],
          ["ParentCallSidLegacy", call.id]
        ] as const))
  ]
}

/** With microseconds, as voice writes it. */
const timestamp = (at: Date): string => at.toISOString().replace("Z", "000Z")

const causes: Readonly<Record<string, string>> = {
  completed: "normal_clearing",
  busy: "user_busy",
  no_answer: "timeout",
  failed: "not_found",
  canceled: "originator_cancel"
}

/** texml-call-initiated, -ringing, -answered and -completed. */
export const progressForm = (account: VoiceAccount, call: LiveCall, leg: LiveLeg, sequence: number): Form => [
  ...baseForm(account, call, leg),
  ["CallbackSource", "call-progress-events"],
  ["SequenceNumber", String(sequence)],
  ["Timestamp", timestamp(SimulatedTime.now())],
  ...(leg.isOver
    ? ([
        ["EndTime", timestamp(SimulatedTime.now())],
        ["HangupCause", causes[leg.status] ?? "unspecified"],
        ["HangupSource", "caller"]
      ] as const)
    : []),
  ...(leg.status === "completed" ? [["CallDuration", String(leg.seconds ?? 0)] as const] : [])
]

/** texml-recording-completed. A recording that was lost has no file. */
export const recordingForm = (
  { accountSid, connectionId }: VoiceAccount,
  recording: KeptRecording,
  link: string
): Form => {
  const isLost = recording.state === "lost"
  return [
    ["AccountSid", accountSid],
    ["CallSid", recording.callId],
    ["CallSidLegacy", recording.callId],
    ["ConnectionId", connectionId],
    ["RecordingChannels", "1"],
    ["RecordingSid", recording.id],
    ["RecordingSource", "RecordVerb"],
    ["RecordingStatus", isLost ? "absent" : "completed"],
    ...(isLost
      ? []
      : ([
          ["RecordingDuration", String(recording.seconds)],
          ["RecordingUrl", link]
        ] as const))
  ]
}

/** A UUID of its own, that of the recording with its beginning changed. */
const transcriptionSid = ({ id }: KeptRecording): string => `ffffffff${id.slice(8)}`

/** texml-transcription. */
export const transcriptionForm = (
  account: VoiceAccount,
  call: LiveCall,
  recording: KeptRecording,
  link: string
): Form => [
  ...baseForm(account, call, call.own),
  ["RecordingSid", recording.id],
  ["RecordingUrl", link],
  ["TranscriptionSid", transcriptionSid(recording)],
  ["TranscriptionStatus", recording.words === null ? "failed" : "completed"],
  ["TranscriptionText", recording.words ?? ""]
]

/** "Fetch a call". */
export const callResource = ({ accountSid }: VoiceAccount, call: LiveCall, leg: LiveLeg) => ({
  account_sid: accountSid,
  caller_name: fromOf(call, leg),
  date_created: mailDate(call.createdAt),
  date_updated: mailDate(call.endedAt ?? call.createdAt),
  direction: leg === call.own && call.isInbound ? "inbound" : "outbound",
  duration: leg.isOver ? String(leg.seconds ?? 0) : null,
  end_time: leg.isOver ? mailDate(call.endedAt ?? SimulatedTime.now()) : null,
  from: fromOf(call, leg),
  from_formatted: fromOf(call, leg),
  sid: leg.id,
  start_time: mailDate(call.createdAt),
  status: statusOf(leg),
  to: toOf(call, leg),
  to_formatted: toOf(call, leg),
  uri: `/v2/texml/Accounts/${accountSid}/Calls/${leg.id}.json`
})

/** "Retrieve a call recording". */
export const recordingResource = (
  { connectionId }: VoiceAccount,
  call: LiveCall | undefined,
  recording: KeptRecording,
  link: string
) => {
  const began = recording.createdAt.toISOString()
  return {
    record_type: "recording",
    id: recording.id,
    call_control_id: recording.callId,
    connection_id: connectionId,
    channels: "single",
    source: "call",
    initiated_by: "RecordVerb",
    status: "completed",
    from: call?.from ?? WITHHELD,
    to: call?.to ?? "",
    duration_millis: recording.seconds * 1_000,
    download_urls: { wav: link },
    recording_started_at: began,
    recording_ended_at: new Date(recording.createdAt.getTime() + recording.seconds * 1_000).toISOString(),
    created_at: began,
    updated_at: began
  }
}

/** "Retrieve a recording transcription". */
export const transcriptionResource = (recording: KeptRecording) => ({
  record_type: "recording_transcription",
  id: transcriptionSid(recording),
  recording_id: recording.id,
  status: "completed",
  transcription_text: recording.words ?? "",
  duration_millis: recording.seconds * 1_000,
  created_at: recording.createdAt.toISOString(),
  updated_at: recording.createdAt.toISOString()
})
