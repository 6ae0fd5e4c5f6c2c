/** Calls of the least adapter that passes the contract, in parts that can be swapped. */
import type { CallId, CallPlan, CallReport, CallStatus, Contact, PhoneNumber, Prompt } from "@careline/domain"
import { CallbackUrl } from "@careline/adapter-kit"
import { ANONYMOUS, type Telephony, type TelephonyEvent } from "@careline/ports"

const PROVIDER = "acme"
const WITHHELD = "0"

export type Event = Readonly<Record<string, unknown>>

export const transcribed = ["en"]

/** What the adapter makes of calls. */
export interface CallParts {
  readonly callerIdOf: (node: CallPlan.Connect) => string | null
  /** A document as it is written. */
  readonly write: (document: object) => string
  readonly nextUrl: (url: string, step: Telephony.CallStep) => string
  readonly digitsOf: (event: Event) => string | null
  readonly callerOf: (from: string, toE164: (digits: unknown) => string) => string
  readonly legOf: (event: Event) => "own" | "far"
  /** Where a call that is placed asks what to do. */
  readonly answerUrl: (url: string, call: Telephony.OutboundCall) => string
  /** Where a recording is; `null` for what is none. */
  readonly recordingUrl: (baseUrl: string, recording: string) => string | null
  /** Where a picture is; `null` for one that is not Acme's. */
  readonly mediaUrl: (baseUrl: string, url: string) => string | null
  /** Whether more than may be read is read. */
  readonly readsAll: boolean
  readonly isInbound: (listed: Event) => boolean
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export const soundCalls: CallParts = {
  callerIdOf: ({ callerId }) => callerId.slice(1),
  write: JSON.stringify,
  nextUrl: (url) => url,
  digitsOf: ({ digits }) => (typeof digits === "string" && digits !== "" ? digits : null),
  callerOf: (from, toE164) => (from === WITHHELD ? ANONYMOUS : toE164(from)),
  legOf: ({ leg }) => (leg === "far" ? "far" : "own"),
  answerUrl: (url) => url,
  recordingUrl: (baseUrl, recording) => (UUID.test(recording) ? `${baseUrl}/recordings/${recording}` : null),
  mediaUrl: (baseUrl, url) => {
    const path = url.startsWith(`${baseUrl}/files/`) ? url.slice(`${baseUrl}/files/`.length) : ""
    return UUID.test(path) ? url : null
  },
  readsAll: false,
  isInbound: ({ inbound }) => inbound === true
}

const spoken = (prompt: Prompt) =>
  prompt._tag === "Say" ? { lang: prompt.language, text: prompt.text } : { url: prompt.url }

const isWritten = (language: string, seconds: number): boolean =>
  transcribed.includes(language.split("-")[0]!) && seconds <= 14_400

/** What a call does next, as Acme reads it. */
export const render = (parts: CallParts, publicUrl: string, step: Telephony.CallStep): string => {
  const { callId, node } = step
  const next = (after: CallbackUrl.After) => parts.nextUrl(CallbackUrl.ofStep(publicUrl, PROVIDER, step, after), step)
  const report = (kind: Telephony.WebhookKind) => CallbackUrl.ofCall(publicUrl, PROVIDER, kind, callId)
  switch (node._tag) {
    case "Reject":
      return parts.write({ say: [], does: { type: "reject", reason: node.reason } })
    case "Hangup":
      return parts.write({ say: node.say.map(spoken), does: { type: "hangup" } })
    case "Voicemail": {
      const transcribe = isWritten(node.language, node.maxSeconds)
      const record = { seconds: node.maxSeconds, next: next("recording"), report: report("recording"), transcribe }
      return parts.write({ say: node.say.map(spoken), does: { type: "record", ...record } })
    }
    case "Connect": {
      const who = { to: node.to.slice(1), callerId: parts.callerIdOf(node) }
      const limits = { ring: node.ringSeconds, talk: node.maxSeconds }
      const urls = { next: next("connection"), report: report("call-status") }
      return parts.write({ say: node.say.map(spoken), does: { type: "connect", ...who, ...limits, ...urls } })
    }
    case "Gather": {
      const keys = { digits: node.digits, wait: node.timeoutSeconds, next: next("keys") }
      return parts.write({ say: node.say.map(spoken), does: { type: "gather", ...keys } })
    }
  }
}

const turnOf = (parts: CallParts, after: CallbackUrl.After, event: Event): CallPlan.Turn => {
  switch (after) {
    case "answer":
      return { _tag: "Answered" }
    case "keys":
      return { _tag: "Pressed", digits: parts.digitsOf(event) }
    case "recording":
      return { _tag: "Recorded" }
    case "connection":
      return { _tag: "Connected", reached: event.reached === true }
  }
}

const secondsOf = (value: unknown): number | null => (typeof value === "number" ? value : null)

export const begun = (parts: CallParts, event: Event, toE164: (digits: unknown) => string): TelephonyEvent => ({
  _tag: "CallReceived",
  providerCallId: String(event.id),
  from: parts.callerOf(String(event.from), toE164) as Contact.Contact,
  to: toE164(event.to) as PhoneNumber.E164
})

const reportOf = (parts: CallParts, event: Event): CallReport | null => {
  const recording = String(event.recording)
  switch (event.kind) {
    case "leg":
      return {
        _tag: "Progressed",
        leg: parts.legOf(event),
        status: event.status as CallStatus.CallStatus,
        durationSeconds: secondsOf(event.seconds)
      }
    case "recording":
      return event.lost === true
        ? { _tag: "RecordingLost", recording }
        : { _tag: "Recorded", recording, durationSeconds: secondsOf(event.seconds) }
    case "transcript":
      return { _tag: "Transcribed", recording, text: event.text as string | null, confidence: null }
    default:
      return null
  }
}

export const reported = (parts: CallParts, event: Event, callId: CallId | null): ReadonlyArray<TelephonyEvent> => {
  const report = reportOf(parts, event)
  return report === null ? [] : [{ _tag: "CallReported", providerCallId: String(event.id), callId, report }]
}

/** What an event of a call tells; `null` for one that is of no call. */
export const told = (
  parts: CallParts,
  event: Event,
  query: URLSearchParams,
  toE164: (digits: unknown) => string
): Pick<Telephony.Received, "events" | "turn"> | null => {
  if (event.kind !== "call") {
    const events = reported(parts, event, CallbackUrl.callOf(query))
    return events.length === 0 ? null : { events }
  }
  const step = CallbackUrl.stepOf(query)
  if (step === null) return { events: [begun(parts, event, toE164)] }
  const { after, at, callId } = step
  const turn = { providerCallId: String(event.id), callId, at, turn: turnOf(parts, after, event) }
  return { events: [], turn }
}
