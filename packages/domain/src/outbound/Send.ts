/**
 * One text on its way out: from the decision that it shall leave to what became of it.
 *
 * queued → sending → accepted | rejected | unknown; throttled and not-sent attempts go back to queued; unknown is settled
 * by evidence, or by the policy of its purpose: a duplicate alarm is the lesser harm, a duplicate reply is not. Where the
 * policy leaves it to a person, they send it again or let it go.
 */
import { DateTime, Result, Schema } from "effect"
import { type DeliveryStatus, isTerminal, rank } from "../messages/DeliveryStatus.ts"
import { AttemptId, MessageId, PhoneNumberId, SendId, Tenant, ThreadId } from "../shared/Ids.ts"
import { MessageClass } from "../messages/MessageClass.ts"
import { E164 } from "../contacts/PhoneNumber.ts"
import * as SendLane from "./SendLane.ts"

export const SendPurpose = Schema.Literals([
  "reply",
  "auto_reply",
  "opt_out_confirmation",
  "opt_in_confirmation",
  "help",
  "urgent_reply",
  "escalation",
  "number_changed",
  "scheduled"
])
export type SendPurpose = typeof SendPurpose.Type

export const SendState = Schema.Literals([
  "queued",
  "sending",
  "accepted",
  "rejected",
  "unknown",
  /** Unknown for good, and a person has to say whether to send again. */
  "undecided",
  /** Unknown for good, and not worth a second text. */
  "abandoned",
  /** Withdrawn before it left: the contact opted out, or the line was switched off. */
  "canceled"
])
export type SendState = typeof SendState.Type

export const Send = Schema.Struct({
  id: SendId,
  siteGroupingId: Tenant,
  threadId: ThreadId,
  /** The message of the thread that this send carries, or `null` for a text to staff. */
  messageId: Schema.NullOr(MessageId),
  purpose: SendPurpose,
  messageClass: MessageClass,
  lane: SendLane.SendLane,
  from: E164,
  fromNumberId: PhoneNumberId,
  to: E164,
  body: Schema.String,
  mediaUrls: Schema.Array(Schema.String),
  /** Attempts begun so far. */
  attempts: Schema.Int,
  /** The attempt begun last, which may settle it: the fence against a worker that comes back too late. */
  attemptId: Schema.NullOr(AttemptId),
  state: SendState,
  /** Not to be tried before. */
  notBefore: Schema.DateTimeUtc,
  /** From when on it is not to leave any more, whatever held it; `null`: it may at any time. */
  validUntil: Schema.NullOr(Schema.DateTimeUtc),
  queuedAt: Schema.DateTimeUtc
})
export type Send = typeof Send.Type

/** What is to leave. Its lane follows from why it does. */
export interface Queued extends Omit<
  Send,
  "attempts" | "attemptId" | "lane" | "notBefore" | "queuedAt" | "state" | "validUntil"
> {
  readonly isUrgent?: boolean | undefined
  readonly validUntil?: Send["validUntil"]
}

/** A send that waits for the outbound worker, in the lane of its cause. */
export const queue = ({ isUrgent, validUntil = null, ...fields }: Queued, now: DateTime.Utc): Send => ({
  ...fields,
  lane: SendLane.of(fields.messageClass, isUrgent),
  attempts: 0,
  attemptId: null,
  state: "queued",
  notBefore: now,
  validUntil,
  queuedAt: now
})

/** Whether it is too late for it at a time. */
export const isPast = ({ validUntil }: Pick<Send, "validUntil">, at: DateTime.Utc): boolean =>
  validUntil !== null && DateTime.isLessThanOrEqualTo(validUntil, at)

/** Whether it has been put off since it was queued: held, or to be tried again. */
export const wasDeferred = ({ notBefore, queuedAt }: Pick<Send, "notBefore" | "queuedAt">): boolean =>
  DateTime.isGreaterThan(notBefore, queuedAt)

/** What to do with a send of which the provider has no trace after every look. */
export const whenLost = (purpose: SendPurpose): "undecided" | "abandoned" | "resend" => {
  switch (purpose) {
    case "reply":
    case "scheduled":
      return "undecided"
    case "auto_reply":
    case "opt_out_confirmation":
    case "opt_in_confirmation":
    case "help":
    case "urgent_reply":
    case "number_changed":
      return "abandoned"
    case "escalation":
      return "resend"
  }
}

/** Why a person cannot decide about a text: it is on its way or looked for, or what became of it is known. */
export const Undecidable = Schema.Literals(["still_looking", "settled"])
export type Undecidable = typeof Undecidable.Type

/** The send, if it is unknown for good and so a person's to decide. */
const decidable = (send: Send): Result.Result<Send, Undecidable> => {
  switch (send.state) {
    case "undecided":
    case "abandoned":
      return Result.succeed(send)
    case "queued":
    case "sending":
    case "unknown":
      return Result.fail("still_looking")
    case "accepted":
    case "rejected":
    case "canceled":
      return Result.fail("settled")
  }
}

/** A person wants it sent again: it is queued anew for the outbound worker, whose gate it passes once more. */
export const resend = (send: Send, now: DateTime.Utc): Result.Result<Send, Undecidable> =>
  Result.map(decidable(send), (lost) => ({ ...lost, state: "queued", notBefore: now, queuedAt: now }))

/** A person lets it go. The same send when it was let go before. */
export const dismiss = (send: Send): Result.Result<Send, Undecidable> =>
  Result.map(decidable(send), (lost) => (lost.state === "abandoned" ? lost : { ...lost, state: "abandoned" }))

/** What a provider's report of one attempt means for its send. */
export interface Heard {
  /** What the send becomes, or `null` when it stays as it is. */
  readonly state: "accepted" | "rejected" | null
  /** Whether the status is that of the text, and not only of an attempt that another one stands in for. */
  readonly isOfText: boolean
}

const isSettled = ({ state }: Send): boolean => state === "accepted" || state === "rejected" || state === "canceled"

/**
 * What to make of a report, which may be of any attempt at the send and come at any time.
 *
 * A text that arrived has arrived, by whichever attempt: it does not leave once more. Short of that, an attempt speaks for
 * the text while no other has begun. If the text waits to be sent again, that its last attempt did not get through is what
 * it is sent again for; that the provider has it after all ends the wait.
 */
export const applyReport = (send: Send, attemptId: AttemptId, status: DeliveryStatus): Heard => {
  const accepted: Heard = { state: isSettled(send) ? null : "accepted", isOfText: true }
  if (rank(status) >= rank("delivered")) return accepted
  const isReplaced = send.attemptId !== attemptId || (send.state === "queued" && isTerminal(status))
  if (isReplaced) return { state: null, isOfText: false }
  return status === "failed" && !isSettled(send) ? { state: "rejected", isOfText: true } : accepted
}
