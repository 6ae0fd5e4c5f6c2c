/**
 * The webhooks of a call: it begins, waits for its next step, or is reported on. All are flat forms. Sources:
 * twilio.com/docs/voice/twiml and its pages on Gather, Record, Dial and Number;
 * developers.telnyx.com/docs/voice/programmable-voice/texml-verbs and /api-reference/callbacks (texml-…).
 */
import type { CallId, CallPlan, CallReport } from "@careline/domain"
import { callerOf, Destination, type Telephony, TelephonyError, type TelephonyEvent } from "@careline/ports"
import * as CallbackUrl from "../CallbackUrl.ts"
import * as CallStatuses from "./CallStatuses.ts"
import type { Dialect } from "./Dialect.ts"

/** The kinds of webhooks that are about a call. */
export type CallWebhookKind = Exclude<Telephony.WebhookKind, "sms" | "status">

/** What a verified webhook tells. */
export type DecodedWebhook = Pick<Telephony.Received, "events" | "turn">

/** The same, or what is wrong with it. */
export type Read = DecodedWebhook | TelephonyError.MalformedWebhook

const nothing: DecodedWebhook = { events: [] }

const malformed = (message: string) => new TelephonyError.MalformedWebhook({ message })
const noCall = malformed("CallSid is missing or malformed")

const reported = (providerCallId: string, callId: CallId | null, report: CallReport): TelephonyEvent => ({
  _tag: "CallReported",
  providerCallId,
  callId,
  report
})

/** How far a leg has come; none where the status says nothing to us. */
const progress = (leg: "own" | "far", status: string | null, duration: string | null): ReadonlyArray<CallReport> => {
  const known = CallStatuses.toCallStatus(status)
  return known === null
    ? []
    : [{ _tag: "Progressed", leg, status: known, durationSeconds: CallStatuses.durationOf(known, duration) }]
}

/** How a `<Dial>` ended. One that was answered is over as well when the next step is asked for. */
const dialledOf = (form: URLSearchParams): string | null => {
  const status = form.get("DialCallStatus")
  return status === "answered" ? "completed" : status
}

/** The recording that a form names, by its id or as the end of its URL. */
const recordingOf = ({ isRecordingSid }: Dialect, form: URLSearchParams): string | null => {
  const recording = form.get("RecordingSid") ?? form.get("RecordingUrl")?.split("/").at(-1)
  return isRecordingSid(recording) ? recording : null
}

const recorded = (recording: string, form: URLSearchParams): CallReport => ({
  _tag: "Recorded",
  recording,
  durationSeconds: CallStatuses.secondsOf(form.get("RecordingDuration"))
})

const turnOf = (after: CallbackUrl.After, form: URLSearchParams): CallPlan.Turn => {
  switch (after) {
    case "answer":
      return { _tag: "Answered" }
    case "keys":
      return { _tag: "Pressed", digits: form.get("Digits") || null }
    case "recording":
      return { _tag: "Recorded" }
    case "connection":
      return { _tag: "Connected", reached: dialledOf(form) === "completed" }
  }
}

/** A call to one of our numbers, as a webhook or a list of calls tells of it. */
export const begins = (providerCallId: string, caller: string, called: string): Read => {
  const to = Destination.of(called)
  if (to === null) return malformed("To is missing")
  return { events: [{ _tag: "CallReceived", providerCallId, from: callerOf(caller), to }] }
}

/** `call` and `fallback`: a call begins, or what was rendered is over. */
const ofCall = (dialect: Dialect, callSid: string, form: URLSearchParams, query: URLSearchParams): Read => {
  // The fallback is asked when a step failed as well, and names the URL of that one where the provider tells it.
  const step = CallbackUrl.stepOf(query) ?? CallbackUrl.stepOf(CallbackUrl.queryOf(form.get("ErrorUrl") ?? ""))
  if (step === null) return begins(callSid, form.get("From") ?? "", form.get("To") ?? "")
  const { after, at, callId } = step
  const recording = after === "recording" ? recordingOf(dialect, form) : null
  // Who hangs up at the end of a recording or a connection is gone when the provider asks for the next step.
  const isGone = CallStatuses.toCallStatus(form.get("CallStatus")) === "completed"
  const reports = [
    ...(recording === null ? [] : [recorded(recording, form)]),
    ...(after === "connection" ? progress("far", dialledOf(form), form.get("DialCallDuration")) : []),
    ...(isGone ? progress("own", "completed", form.get("CallDuration")) : [])
  ]
  return {
    events: reports.map((report) => reported(callSid, callId, report)),
    turn: { providerCallId: callSid, callId, at, turn: turnOf(after, form) }
  }
}

/** How far a leg has come. The second leg of a call names the first as its parent. */
const ofStatus = ({ isCallSid }: Dialect, callSid: string, form: URLSearchParams, callId: CallId | null): Read => {
  const parent = form.get("ParentCallSid") || null
  if (parent !== null && !isCallSid(parent)) return noCall
  const reports = progress(parent === null ? "own" : "far", form.get("CallStatus"), form.get("CallDuration"))
  return { events: reports.map((report) => reported(parent ?? callSid, callId, report)) }
}

/** What became of a recording. */
const ofRecording = (dialect: Dialect, callSid: string, form: URLSearchParams, callId: CallId | null): Read => {
  const recording = recordingOf(dialect, form)
  switch (form.get("RecordingStatus")) {
    case "completed":
      return recording === null
        ? malformed("RecordingSid is missing or malformed")
        : { events: [reported(callSid, callId, recorded(recording, form))] }
    case "absent":
    case "failed":
      return dialect.nothingRecorded.includes(form.get("ErrorCode") ?? "")
        ? nothing
        : { events: [reported(callSid, callId, { _tag: "RecordingLost", recording })] }
    default:
      return nothing
  }
}

/** What the provider wrote down of a recording. */
const ofTranscription = (dialect: Dialect, callSid: string, form: URLSearchParams, callId: CallId | null): Read => {
  const status = form.get("TranscriptionStatus")
  if (status !== "completed" && status !== "failed") return nothing
  const report: CallReport = {
    _tag: "Transcribed",
    recording: recordingOf(dialect, form),
    text: status === "completed" ? (form.get("TranscriptionText") ?? "") : null,
    confidence: null
  }
  return { events: [reported(callSid, callId, report)] }
}

/** What a verified webhook of a kind tells, by its form and by the query of the URL that it was sent to. */
export const decode = (
  dialect: Dialect,
  kind: CallWebhookKind,
  form: URLSearchParams,
  query: URLSearchParams
): Read => {
  const callSid = form.get("CallSid")
  if (!dialect.isCallSid(callSid)) return noCall
  switch (kind) {
    case "call":
    case "fallback":
      return ofCall(dialect, callSid, form, query)
    case "call-status":
      return ofStatus(dialect, callSid, form, CallbackUrl.callOf(query))
    case "recording":
      return ofRecording(dialect, callSid, form, CallbackUrl.callOf(query))
    case "transcription":
      return ofTranscription(dialect, callSid, form, CallbackUrl.callOf(query))
  }
}
