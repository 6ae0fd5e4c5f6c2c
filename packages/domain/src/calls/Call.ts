/**
 * One call, from its first webhook or its placing on: what shall happen in it, and all that was heard of it.
 *
 * What is heard are facts that are joined: the order in which they come, and how often, makes no difference. So nothing
 * that a provider loses, doubles or delays can make two voicemails of one, or none.
 */
import { type DateTime, Schema } from "effect"
import { CallPlan } from "./CallPlan.ts"
import type { CallReport } from "./CallReport.ts"
import * as CallStatusRule from "./CallStatus.ts"
import { CallStatus } from "./CallStatus.ts"
import { Contact } from "../contacts/Contact.ts"
import { Language } from "../contacts/Language.ts"
import { Transcript } from "../messages/Transcript.ts"
import { type MessageMetadata, onNumber } from "../messages/Message.ts"
import { BlobKey, CallId, MessageId, PhoneNumberId, Tenant, ThreadId, UserId } from "../shared/Ids.ts"

const Seconds = Schema.NullOr(Schema.Int)

/** Where a recording is kept. */
export const StoredRecording = Schema.Struct({
  key: BlobKey,
  contentType: Schema.String,
  /** Bytes. */
  size: Schema.Int,
  sha256: Schema.String,
  /** Whether nothing can be heard on it. */
  isSilent: Schema.Boolean
})
export type StoredRecording = typeof StoredRecording.Type

export const Recording = Schema.Struct({
  /** What the provider's adapter calls it. */
  ref: Schema.NonEmptyString,
  durationSeconds: Seconds,
  /** Whether the provider said that it can be fetched. */
  isAnnounced: Schema.Boolean,
  /** Whether the provider said that it lost it. It may have said the other before or after. */
  isLost: Schema.Boolean,
  /** Whether it was tried for, as long as makes sense, and could not be had. */
  isGone: Schema.Boolean,
  stored: Schema.NullOr(StoredRecording)
})
export type Recording = typeof Recording.Type

/** Whether nobody will ever hear it. What the provider announced may be there, whatever it says of it beside. */
export const isMissing = ({ isAnnounced, isGone, isLost, stored }: Recording): boolean =>
  stored === null && (isGone || (isLost && !isAnnounced))

/** What is known of a leg. */
export const Leg = Schema.Struct({ status: CallStatus, durationSeconds: Seconds })
export type Leg = typeof Leg.Type

/** What a call was about, as staff put it down afterwards. */
export const Reason = Schema.Literals([
  "SETUP_APPOINTMENT",
  "CANCEL_APPOINTMENT",
  "MODIFY_APPOINTMENT",
  "GET_HOURS",
  "GET_PRICING",
  "OTHER"
])
export type Reason = typeof Reason.Type

export const Call = Schema.Struct({
  id: CallId,
  siteGroupingId: Tenant,
  /** `voicemail`: somebody called us. `bridge`: staff call a contact from one of our numbers. */
  purpose: Schema.Literals(["voicemail", "bridge"]),
  /** As both sides saw it: staff who dialled us and were not put through called in. */
  direction: Schema.Literals(["inbound", "outbound"]),
  provider: Schema.String,
  /** The provider's id of the call; `null` until it took a call that we placed. */
  providerCallId: Schema.NullOr(Schema.String),
  plan: CallPlan,
  /** What the caller chose to hear, once they came as far as leaving a message. */
  language: Schema.NullOr(Language),
  /** Who called whom, as both sides saw it. The number of a clinician is never one of them. */
  fromNumber: Contact,
  toNumber: Contact,
  /** Our number among the two; `null` once it is deleted. */
  phoneNumberId: Schema.NullOr(PhoneNumberId),
  threadId: Schema.NullOr(ThreadId),
  /** The message of the thread that tells of the call. */
  messageId: Schema.NullOr(MessageId),
  own: Leg,
  /** `null` until the other side is called. */
  far: Schema.NullOr(Leg),
  recordings: Schema.Array(Recording),
  transcript: Schema.NullOr(Transcript),
  /** The member of staff who prepared it, whether or not it came as far as the contact. */
  initiatorId: Schema.NullOr(UserId),
  /** A `Reason`, or what whoever prepared the call wrote. */
  reason: Schema.NullOr(Schema.String),
  notes: Schema.NullOr(Schema.String),
  createdAt: Schema.DateTimeUtc,
  /** When something was heard of it last. */
  updatedAt: Schema.DateTimeUtc,
  endedAt: Schema.NullOr(Schema.DateTimeUtc)
})
export type Call = typeof Call.Type

/** A call of which nothing was heard yet. */
export const open = (
  fields: Pick<
    Call,
    | "id"
    | "siteGroupingId"
    | "purpose"
    | "direction"
    | "provider"
    | "providerCallId"
    | "plan"
    | "fromNumber"
    | "toNumber"
    | "phoneNumberId"
  > &
    Partial<Pick<Call, "threadId" | "initiatorId" | "reason" | "notes">>,
  status: "initiated" | "ringing",
  now: DateTime.Utc
): Call => ({
  threadId: null,
  initiatorId: null,
  reason: null,
  notes: null,
  ...fields,
  language: fields.plan._tag === "Voicemail" ? fields.plan.language : null,
  messageId: null,
  own: { status, durationSeconds: null },
  far: null,
  recordings: [],
  transcript: null,
  createdAt: now,
  updatedAt: now,
  endedAt: null
})

/**
 * The status of the whole call. A bridge is what became of the call to the contact: a clinician who hung up before anybody
 * answered canceled it, however long they waited.
 */
export const status = ({ far, own, purpose }: Pick<Call, "far" | "own" | "purpose">): CallStatus => {
  if (purpose === "voicemail") return own.status
  const isOwnOver = CallStatusRule.isOver(own.status)
  if (far === null) return isOwnOver ? (own.status === "completed" ? "canceled" : own.status) : own.status
  if (CallStatusRule.isOver(far.status) || !isOwnOver) return far.status
  return far.status === "in_progress" ? "completed" : "canceled"
}

/** The side of the call that is not ours. */
export const contactOf = ({ direction, fromNumber, toNumber }: Pick<Call, "direction" | "fromNumber" | "toNumber">) =>
  direction === "inbound" ? fromNumber : toNumber

/** What the message of a call says of which call it is, and on which number of ours. */
export const inMessage = (
  call: Pick<Call, "direction" | "fromNumber" | "id" | "phoneNumberId" | "toNumber">
): Pick<MessageMetadata, "callId" | "phoneNumber" | "phoneNumberId"> => ({
  callId: call.id,
  ...(call.phoneNumberId === null
    ? {}
    : onNumber({ id: call.phoneNumberId, number: call.direction === "inbound" ? call.toNumber : call.fromNumber }))
})

/** How long was talked, in seconds: to the contact in a bridge. */
export const durationSeconds = ({ far, own, purpose }: Pick<Call, "far" | "own" | "purpose">): number | null =>
  (purpose === "voicemail" ? own : far)?.durationSeconds ?? null

/** Whether a masked call reached the contact: somebody, or something, picked up there. */
export const hasReached = ({ far, purpose }: Pick<Call, "far" | "purpose">): boolean =>
  purpose === "bridge" && (far?.status === "in_progress" || far?.status === "completed")

export const isOver = (call: Pick<Call, "far" | "own" | "purpose">): boolean => CallStatusRule.isOver(status(call))

/** More than any call lasts: what a provider miscounts is to stay within a store's numbers. */
const MAX_SECONDS = 7 * 24 * 60 * 60

const longer = (one: number | null, other: number | null): number | null =>
  one === null && other === null ? null : Math.min(MAX_SECONDS, Math.max(one ?? 0, other ?? 0))

const joinLegs = (known: Leg | null, heard: Leg): Leg => ({
  status: CallStatusRule.apply(known?.status ?? heard.status, heard.status),
  durationSeconds: longer(known?.durationSeconds ?? null, heard.durationSeconds)
})

const joinRecordings = (known: Recording, heard: Recording): Recording => ({
  ref: known.ref,
  durationSeconds: longer(known.durationSeconds, heard.durationSeconds),
  isAnnounced: known.isAnnounced || heard.isAnnounced,
  isLost: known.isLost || heard.isLost,
  isGone: known.isGone || heard.isGone,
  stored: known.stored ?? heard.stored
})

/** A recording of which nothing is known but its name. */
const named = (ref: string): Recording => ({
  ref,
  durationSeconds: null,
  isAnnounced: false,
  isLost: false,
  isGone: false,
  stored: null
})

const withRecording = (recordings: ReadonlyArray<Recording>, heard: Recording): ReadonlyArray<Recording> =>
  [
    ...recordings.filter(({ ref }) => ref !== heard.ref),
    ...recordings.filter(({ ref }) => ref === heard.ref).map((known) => joinRecordings(known, heard)),
    ...(recordings.some(({ ref }) => ref === heard.ref) ? [] : [joinRecordings(heard, heard)])
  ].toSorted((one, other) => (one.ref < other.ref ? -1 : one.ref > other.ref ? 1 : 0))

/** What an unnamed loss is kept under: the provider does not say which recording it lost. */
const UNNAMED = "unnamed"
/** How much a transcript of unstated confidence is worth beside one that states it. */
const UNSTATED_CONFIDENCE = 0.5

const worth = ({ confidence }: Transcript): number => confidence ?? UNSTATED_CONFIDENCE

/** Words before none; then the one that is surer; then any, but always the same. */
const better = (one: Transcript | null, other: Transcript): Transcript => {
  if (one === null) return other
  const isEmpty = (transcript: Transcript) => transcript.text.trim() === ""
  if (isEmpty(one) !== isEmpty(other)) return isEmpty(one) ? other : one
  if (worth(one) !== worth(other)) return worth(one) > worth(other) ? one : other
  if (one.text !== other.text) return one.text > other.text ? one : other
  return one.confidence === null ? other : one
}

const joined = (call: Call, report: CallReport): Call => {
  switch (report._tag) {
    case "Progressed":
      return {
        ...call,
        [report.leg]: joinLegs(call[report.leg], { status: report.status, durationSeconds: report.durationSeconds })
      }
    case "Recorded":
      return {
        ...call,
        recordings: withRecording(call.recordings, {
          ...named(report.recording),
          durationSeconds: report.durationSeconds,
          isAnnounced: true
        })
      }
    case "RecordingLost":
      return {
        ...call,
        recordings: withRecording(call.recordings, { ...named(report.recording ?? UNNAMED), isLost: true })
      }
    case "Transcribed":
      return report.text === null
        ? call
        : { ...call, transcript: better(call.transcript, { text: report.text.trim(), confidence: report.confidence }) }
  }
}

const settle = (call: Call, now: DateTime.Utc): Call => ({
  ...call,
  updatedAt: now,
  endedAt: call.endedAt ?? (isOver(call) ? now : null)
})

/** The call after a report. */
export const applyReport = (call: Call, report: CallReport, now: DateTime.Utc): Call =>
  settle(joined(call, report), now)

/** The call once a recording of it is ours, or is known to be nobody's any more. */
export const withStored = (call: Call, ref: string, stored: StoredRecording | null, now: DateTime.Utc): Call =>
  settle(
    {
      ...call,
      recordings: withRecording(call.recordings, { ...named(ref), isGone: stored === null, stored })
    },
    now
  )
