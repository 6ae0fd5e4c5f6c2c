/** What a provider's verified webhook tells, in words that all providers share. */
import { AttemptId, Contact, DeliveryStatus, Message, PhoneNumber, SendOutcome } from "@careline/domain"
import { Schema } from "effect"

export const TelephonyEvent = Schema.TaggedUnion({
  /** A text or MMS came in on one of our numbers. */
  MessageReceived: {
    providerMessageId: Schema.NonEmptyString,
    /** The sender: E.164, or what the provider gave when it is no number. */
    from: Contact.Contact,
    to: PhoneNumber.E164,
    text: Schema.String,
    attachments: Schema.Array(Message.Attachment),
    /** The keyword that the provider says it recognised and answered itself. */
    providerKeyword: Schema.NullOr(Schema.Literals(["opt_out", "opt_in", "help"]))
  },
  /** What became of a text that we sent. */
  DeliveryReported: {
    providerMessageId: Schema.NonEmptyString,
    /** Our attempt, where the provider echoes it. */
    attemptId: Schema.NullOr(AttemptId),
    status: DeliveryStatus.DeliveryStatus,
    failureReason: Schema.NullOr(SendOutcome.RejectionReason),
    errorCode: Schema.NullOr(Schema.String)
  }
})
export type TelephonyEvent = typeof TelephonyEvent.Type
export type MessageReceived = typeof TelephonyEvent.cases.MessageReceived.Type
export type DeliveryReported = typeof TelephonyEvent.cases.DeliveryReported.Type
