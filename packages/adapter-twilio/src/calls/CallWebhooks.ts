/**
 * The webhooks of a call: it begins, waits for its next step, or is reported on. Sources: twilio.com/docs/voice/twiml and
 * its pages on Gather, Record, Dial and Number.
 */
import { type CallReport, type CallPlan, type CallId } from "@careline/domain"
import { CallbackUrl } from "@careline/adapter-kit"
import { Destination, callerOf, type Telephony, type TelephonyEvent, TelephonyError } from "@careline/ports"
import { isCallSid, isRecordingSid } from "./CallSid.ts"
import * as CallStatuses from "./CallStatuses.ts"

/** What a verified webhook of a call tells. */
export type DecodedWebhook = Pick<Telephony.Received, "events" | "turn">

type Read = DecodedWebhook | TelephonyError.MalformedWebhook

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

const secondsOf = (text: string | null): number | null =>
  text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null

const recordedOf = (form: URLSearchParams): ReadonlyArray<CallReport> => {
  const recording = form.get("RecordingSid") ?? form.get("RecordingUrl")?.match(/RE[0-9a-fA-F]{32}$/)?.[0]
  return isRecordingSid(recording)
    ? [{ _tag: "Recorded", recording, durationSeconds: secondsOf(form.get("RecordingDuration")) }]
    : []
}

const turnOf = (after: CallbackUrl.After, form: URLSearchParams): CallPlan.Turn => {
  switch (after) {
    case "answer":
      return { _tag: "Answered" }
    case "keys":
      return { _tag: "Pressed", digits: form.get("Digits") || null }
    case "recording":
      return { _tag: "Recorded" }
    case "connection":
      return { _tag: "Connected", reached: CallStatuses.toCallStatus(form.get("DialCallStatus")) === "completed" }
  }
}

const begins = (providerCallId: string, form: URLSearchParams): Read => {
  const to = Destination.of(form.get("To") ?? "")
  if (to === null) return malformed("To is missing")
  const from = callerOf(form.get("From") ?? "")
  return { events: [{ _tag: "CallReceived", providerCallId, from, to }] }
}

/** `call` and `fallback`: a call begins, or what was rendered is over. */
export const decodeCall = (form: URLSearchParams, query: URLSearchParams): Read => {
  const providerCallId = form.get("CallSid")
  if (!isCallSid(providerCallId)) return noCall
  // The fallback is asked when a step failed as well, and names the URL of that one.
  const step = CallbackUrl.stepOf(query) ?? CallbackUrl.stepOf(CallbackUrl.queryOf(form.get("ErrorUrl") ?? ""))
  if (step === null) return begins(providerCallId, form)
  const { after, at, callId } = step
  // Who hangs up at the end of a recording or a connection is gone when Twilio asks for the next step.
  const isGone = CallStatuses.toCallStatus(form.get("CallStatus")) === "completed"
  const reports = [
    ...(after === "recording" ? recordedOf(form) : []),
    ...(after === "connection" ? progress("far", form.get("DialCallStatus"), form.get("DialCallDuration")) : []),
    ...(isGone ? progress("own", "completed", form.get("CallDuration")) : [])
  ]
  return {
    events: reports.map((report) => reported(providerCallId, callId, report)),
    turn: { providerCallId, callId, at, turn: turnOf(after, form) }
  }
}

/** How far a leg has come. The second leg of a call names the first as its parent. */
export const decodeStatus = (form: URLSearchParams, query: URLSearchParams): Read => {
  const callSid = form.get("CallSid")
  const parent = form.get("ParentCallSid") || null
  if (!isCallSid(callSid) || (parent !== null && !isCallSid(parent))) return noCall
  const reports = progress(parent === null ? "own" : "far", form.get("CallStatus"), form.get("CallDuration"))
  return { events: reports.map((report) => reported(parent ?? callSid, CallbackUrl.callOf(query), report)) }
}

/** Too short, and silent: there was nothing to be lost (twilio.com/docs/api/errors/16101 and 16102). */
const NOTHING_RECORDED: ReadonlySet<string> = new Set(["16101", "16102"])

/** What became of a recording. */
export const decodeRecording = (form: URLSearchParams, query: URLSearchParams): Read => {
  const callSid = form.get("CallSid")
  if (!isCallSid(callSid)) return noCall
  const [recorded] = recordedOf(form)
  const tell = (report: CallReport): DecodedWebhook => ({
    events: [reported(callSid, CallbackUrl.callOf(query), report)]
  })
  switch (form.get("RecordingStatus")) {
    case "completed":
      return recorded === undefined ? malformed("RecordingSid is missing or malformed") : tell(recorded)
    case "absent":
    case "failed":
      return NOTHING_RECORDED.has(form.get("ErrorCode") ?? "")
        ? nothing
        : tell({ _tag: "RecordingLost", recording: recorded?._tag === "Recorded" ? recorded.recording : null })
    default:
      return nothing
  }
}

/** What Twilio wrote down of a recording. */
export const decodeTranscription = (form: URLSearchParams, query: URLSearchParams): Read => {
  const callSid = form.get("CallSid")
  if (!isCallSid(callSid)) return noCall
  const status = form.get("TranscriptionStatus")
  if (status !== "completed" && status !== "failed") return nothing
  const recording = form.get("RecordingSid")
  const report: CallReport = {
    _tag: "Transcribed",
    recording: isRecordingSid(recording) ? recording : null,
    text: status === "completed" ? (form.get("TranscriptionText") ?? "") : null,
    confidence: null
  }
  return { events: [reported(callSid, CallbackUrl.callOf(query), report)] }
}
