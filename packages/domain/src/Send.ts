/**
 * One text on its way out: from the decision that it shall leave to what became of it.
 *
 * queued → sending → accepted | rejected | unknown; throttled and not-sent attempts go back to queued; unknown is settled
 * by evidence, or by the policy of its purpose: a duplicate alarm is the lesser harm, a duplicate reply is not.
 */
import { type DateTime, Schema } from "effect"
import { AttemptId, MessageId, PhoneNumberId, SendId, Tenant, ThreadId } from "./Ids.ts"
import { MessageClass } from "./MessageClass.ts"
import { E164 } from "./PhoneNumber.ts"

export const SendPurpose = Schema.Literals(["reply", "auto_reply", "opt_out_confirmation", "escalation"])
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
  from: E164,
  fromNumberId: PhoneNumberId,
  to: E164,
  body: Schema.String,
  mediaUrls: Schema.Array(Schema.String),
  /** Attempts begun so far. */
  attempts: Schema.Int,
  /** The attempt that may settle it: the fence against a worker that comes back too late. */
  attemptId: Schema.NullOr(AttemptId),
  state: SendState,
  /** Not to be tried before. */
  notBefore: Schema.DateTimeUtc,
  queuedAt: Schema.DateTimeUtc
})
export type Send = typeof Send.Type

/** A send that waits for the outbound worker. */
export const queue = (
  fields: Omit<Send, "attempts" | "attemptId" | "state" | "notBefore" | "queuedAt">,
  now: DateTime.Utc
): Send => ({ ...fields, attempts: 0, attemptId: null, state: "queued", notBefore: now, queuedAt: now })

/** What to do with a send of which the provider has no trace after every look. */
export const whenLost = (purpose: SendPurpose): "undecided" | "abandoned" | "resend" => {
  switch (purpose) {
    case "reply":
      return "undecided"
    case "auto_reply":
    case "opt_out_confirmation":
      return "abandoned"
    case "escalation":
      return "resend"
  }
}
