/**
 * The webhooks of a call: it begins, waits for its next step, or is reported on. Sources:
 * developer.vonage.com/voice/voice-api/webhook-reference and /voice/voice-api/ncco-reference.
 */
import { CallStatus, type CallPlan, type CallReport } from "@careline/domain"
import { CallbackUrl } from "@careline/adapter-kit"
import { ANONYMOUS, callerOf, type Telephony, type TelephonyEvent, TelephonyError } from "@careline/ports"
import { DateTime, Option, Schema } from "effect"
import * as CallStatuses from "./CallStatuses.ts"
import { isConversationUuid } from "./ConversationUuid.ts"
import * as Digits from "../client/Digits.ts"
import * as Field from "../client/Field.ts"
import * as Files from "../media/Files.ts"

/** What a verified webhook of a call tells. */
export type DecodedWebhook = Pick<Telephony.Received, "events" | "turn">

type Read = DecodedWebhook | TelephonyError.MalformedWebhook

/** The fields of a webhook: of its JSON, or of its query. */
export type Fields = Readonly<Record<string, unknown>>

const decodeFields = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown)))
const decoder = new TextDecoder()

/** `null` for bytes that are no JSON object. */
export const fieldsOf = (body: Uint8Array): Fields | null => Option.getOrNull(decodeFields(decoder.decode(body)))

const nothing: DecodedWebhook = { events: [] }

const malformed = (message: string) => new TelephonyError.MalformedWebhook({ message })
const noCall = malformed("conversation_uuid is missing or malformed")

/** Who calls. Numbers come as their network writes them. */
const fromOf = (from: unknown) => {
  const caller = callerOf(Field.textOf(from))
  return caller === ANONYMOUS ? caller : Digits.toContact(from)
}

/** Somebody calls one of our numbers. */
export const begins = (fields: Fields): Read => {
  const { conversation_uuid: providerCallId } = fields
  if (!isConversationUuid(providerCallId)) return noCall
  const to = Digits.toDestination(fields.to)
  if (to === null) return malformed("to is missing")
  return { events: [{ _tag: "CallReceived", providerCallId, from: fromOf(fields.from), to }] }
}

const progressed = (leg: "own" | "far", { durationSeconds, status }: CallStatuses.Progress): CallReport => ({
  _tag: "Progressed",
  leg,
  status,
  durationSeconds
})

/**
 * What a leg that was called for a caller comes to. Its events are all sent to one URL, and only when it is over does the
 * call wait for its next step. A `completed` of one that nobody answered follows the end that was told before.
 */
const connectionOf = (
  fields: Fields
): { readonly reports: ReadonlyArray<CallReport>; readonly turn: CallPlan.Turn | null } => {
  const progress = CallStatuses.toProgress(fields)
  if (progress === null) return { reports: [], turn: null }
  const leg = fields.direction === "inbound" ? "own" : "far"
  const isTurn =
    leg === "far" &&
    CallStatus.isOver(progress.status) &&
    (fields.status !== "completed" || progress.status === "completed")
  return {
    reports: [progressed(leg, progress)],
    turn: isTurn ? { _tag: "Connected", reached: progress.status === "completed" } : null
  }
}

const stepOf = (
  after: CallbackUrl.After,
  fields: Fields
): { readonly reports: ReadonlyArray<CallReport>; readonly turn: CallPlan.Turn | null } => {
  switch (after) {
    case "answer":
      return { reports: [], turn: { _tag: "Answered" } }
    case "keys":
      return { reports: [], turn: { _tag: "Pressed", digits: Field.textOf(Field.of(fields.dtmf, "digits")) || null } }
    case "recording":
      return { reports: [], turn: { _tag: "Recorded" } }
    case "connection":
      return connectionOf(fields)
  }
}

/** `call` and `fallback`: a call begins, or what was rendered is over. */
export const decodeCall = (fields: Fields, query: URLSearchParams): Read => {
  // The fallback is asked when a step failed as well, and names the URL of that one.
  const failed = Field.textOf(Field.of(fields.original_request, "url"))
  const step = CallbackUrl.stepOf(query) ?? CallbackUrl.stepOf(CallbackUrl.queryOf(failed))
  if (step === null) return begins(fields)
  const { conversation_uuid: providerCallId } = fields
  if (!isConversationUuid(providerCallId)) return noCall
  const { after, at, callId } = step
  const { reports, turn } = stepOf(after, fields)
  const events = reports.map((report): TelephonyEvent => ({ _tag: "CallReported", providerCallId, callId, report }))
  return turn === null ? { events } : { events, turn: { providerCallId, callId, at, turn } }
}

/**
 * How far a leg has come: that of whoever called us, or, under a URL that carries a call of ours, that of whom we called.
 * Errors of a document come here too, and say nothing of a leg.
 */
export const decodeStatus = (fields: Fields, query: URLSearchParams): Read => {
  const progress = CallStatuses.toProgress(fields)
  if (progress === null) return nothing
  const { conversation_uuid: providerCallId, direction } = fields
  if (!isConversationUuid(providerCallId)) return noCall
  const callId = CallbackUrl.callOf(query)
  const leg = direction === "outbound" && callId === null ? "far" : "own"
  return { events: [{ _tag: "CallReported", providerCallId, callId, report: progressed(leg, progress) }] }
}

const secondsBetween = (from: unknown, to: unknown): number | null => {
  const [start, end] = [from, to].map((at) => Option.getOrNull(DateTime.make(Field.textOf(at))))
  if (start == null || end == null) return null
  const seconds = Math.round((DateTime.toEpochMillis(end) - DateTime.toEpochMillis(start)) / 1000)
  return seconds >= 0 ? seconds : null
}

/** A recording can be fetched. It is called by its URL: its `recording_uuid` leads nowhere. */
export const decodeRecording = (fields: Fields, query: URLSearchParams): Read => {
  const { conversation_uuid: providerCallId, recording_url: url } = fields
  if (!isConversationUuid(providerCallId)) return noCall
  const report: CallReport = Files.isRecording(url)
    ? {
        _tag: "Recorded",
        recording: url,
        durationSeconds: secondsBetween(fields.start_time, fields.end_time)
      }
    : { _tag: "RecordingLost", recording: null }
  return { events: [{ _tag: "CallReported", providerCallId, callId: CallbackUrl.callOf(query), report }] }
}
