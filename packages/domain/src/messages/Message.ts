/** One message of a thread, as it is shown. */
import { Schema } from "effect"
import { Attachment } from "./Attachment.ts"
import { DeliveryStatus } from "./DeliveryStatus.ts"
import { CallId, MessageId, NotificationId, PhoneNumberId, Tenant, ThreadId, UserId } from "../shared/Ids.ts"
import { Transcript } from "./Transcript.ts"
import { MessageReaction } from "./MessageReaction.ts"

/** What a system message tells. */
export const SystemMessageKind = Schema.Literals([
  "auto_reply",
  "escalation",
  "opt_out",
  "opt_in",
  "opt_out_confirmation",
  "opt_in_confirmation",
  "help",
  "urgent_reply",
  "number_changed",
  "group_message",
  "staff_task",
  "incoming_call",
  "missed_call",
  "voicemail",
  "call_log"
])
export type SystemMessageKind = typeof SystemMessageKind.Type

/** A text that waits for its turn, for its provider or for a number to leave from. */
export const MessageDelay = Schema.Struct({
  reason: Schema.Literals([
    "quiet_hours",
    "rate_limit",
    "provider_throttled",
    "provider_unreachable",
    "no_number_at_provider"
  ]),
  until: Schema.String
})
export type MessageDelay = typeof MessageDelay.Type

/** What is known about a message beside its words. Absent keys are not known or do not apply. */
export const MessageMetadata = Schema.Struct({
  messageSubType: Schema.optionalKey(SystemMessageKind),
  /** The provider that carried it, and its id there. */
  provider: Schema.optionalKey(Schema.String),
  providerMessageId: Schema.optionalKey(Schema.String),
  /** Why it did not arrive, in our words, and the provider's own code. */
  failureReason: Schema.optionalKey(Schema.String),
  providerErrorCode: Schema.optionalKey(Schema.String),
  /** Our number that it came to or left from, as it was at that time. */
  phoneNumberId: Schema.optionalKey(PhoneNumberId),
  phoneNumber: Schema.optionalKey(Schema.String),
  /** The notification that it is the text of. */
  notificationId: Schema.optionalKey(NotificationId),
  /** The call that it tells of. */
  callId: Schema.optionalKey(CallId),
  /** The number that it left from, where that is not the thread's. */
  sentFrom: Schema.optionalKey(Schema.String),
  /** Why it waits, and until when (ISO 8601) it will be tried again; `null` once it went on. */
  delay: Schema.optionalKey(Schema.NullOr(MessageDelay)),
  /** Nobody knows whether it left and Careline will not guess: a person has to decide. */
  needsDecision: Schema.optionalKey(Schema.Boolean),
  /** The text is a reaction to another message of the thread. */
  reaction: Schema.optionalKey(MessageReaction),
  /**
   * Set when the words tell of danger, for which somebody is called at once, or look like what only a person can judge: danger, a
   * wish to opt out, or to change an appointment.
   */
  flag: Schema.optionalKey(
    Schema.Literals(["urgent", "possible_urgent", "possible_opt_out", "possible_appointment_change"])
  ),
  /** The phrase that told of danger, and the version of the list that has it. */
  urgentPhrase: Schema.optionalKey(Schema.Struct({ phrase: Schema.String, version: Schema.String }))
})
export type MessageMetadata = typeof MessageMetadata.Type

export const Message = Schema.Struct({
  id: MessageId,
  siteGroupingId: Tenant,
  externalThreadId: ThreadId,
  /** Place in the thread, from 1, without gaps or repeats: the order in which messages were kept. */
  position: Schema.Int,
  messageType: Schema.Literals(["sms", "system", "email"]),
  direction: Schema.Literals(["inbound", "outbound"]),
  /** The member of staff who wrote it or placed its call, or `null` for the contact and for the system. */
  senderId: Schema.NullOr(UserId),
  content: Schema.String,
  /** What was said in a voicemail, beside the words that tell of it; `null` while or where nobody wrote it down. */
  transcript: Schema.NullOr(Transcript),
  attachments: Schema.Array(Attachment),
  metaData: MessageMetadata,
  /** `null` for a message that is not meant to leave. */
  deliveryStatus: Schema.NullOr(DeliveryStatus),
  createdAt: Schema.DateTimeUtc
})
export type Message = typeof Message.Type

/** What its metadata say of our number that a message came to or leaves from. */
export const onNumber = ({
  id,
  number
}: {
  readonly id: PhoneNumberId
  readonly number: string
}): Pick<MessageMetadata, "phoneNumber" | "phoneNumberId"> => ({ phoneNumberId: id, phoneNumber: number })

const PREVIEW_LENGTH = 140

/** The line that an inbox shows of a message. Counts code points, so that no emoji is cut in half. */
export const preview = ({
  attachments,
  content,
  transcript
}: Pick<Message, "content" | "transcript" | "attachments">): string => {
  const text = `${content} ${transcript?.text ?? ""}`.trim()
  if (text === "") return attachments.length > 0 ? "Attachment" : ""
  if (text.length <= PREVIEW_LENGTH) return text
  const points = Array.from(text)
  return points.length <= PREVIEW_LENGTH ? text : `${points.slice(0, PREVIEW_LENGTH - 1).join("")}…`
}
