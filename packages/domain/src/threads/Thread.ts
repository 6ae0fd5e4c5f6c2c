/**
 * The conversation of a tenant with one external contact.
 *
 * One thread per key (site grouping, thread type, contact), for ever: deleting is soft, and a new text from the contact
 * reopens it with its history and its number. A thread of one tenant is never another's. A contact counts by its key: the thread
 * of a phone that is spelled in several ways is one, and answers to the spelling that wrote last.
 */
import { type DateTime, Schema } from "effect"
import { Contact } from "../contacts/Contact.ts"
import * as Escalation from "./Escalation.ts"
import { FacilityId, MessageId, PatientId, PhoneNumberId, Tenant, ThreadId, UserId } from "../shared/Ids.ts"
import type { Message } from "../messages/Message.ts"
import { preview } from "../messages/Message.ts"

export const ThreadType = Schema.Literals(["voip", "email"])
export type ThreadType = typeof ThreadType.Type

/** A reply of the staff that failed for good, and why, by the code of a message's `failureReason`. */
export const ReplyFailure = Schema.Struct({ messageId: MessageId, reason: Schema.String })
export type ReplyFailure = typeof ReplyFailure.Type

export const Thread = Schema.Struct({
  id: ThreadId,
  siteGroupingId: Tenant,
  threadType: ThreadType,
  /** As they wrote last, and are written to. */
  externalContact: Contact,
  contactName: Schema.NullOr(Schema.String),
  /** The lock: the pool number that this thread answers from. */
  phoneNumberId: Schema.NullOr(PhoneNumberId),
  /** The pool number that the contact used last. */
  lastContactedNumberId: Schema.NullOr(PhoneNumberId),
  patientIds: Schema.Array(PatientId),
  facilityId: Schema.NullOr(FacilityId),
  assigneeId: Schema.NullOr(UserId),
  /** The place of the last message; the next one gets the place after it. */
  lastPosition: Schema.Int,
  /** The place of the contact's last message, 0 for none: who has read up to there has read all of the thread. */
  lastInboundPosition: Schema.Int,
  lastMessageAt: Schema.DateTimeUtc,
  lastMessagePreview: Schema.String,
  lastInboundAt: Schema.NullOr(Schema.DateTimeUtc),
  autoRepliedAt: Schema.NullOr(Schema.DateTimeUtc),
  /** Since when the contact waits for an answer of a person; `null` when the last word is ours, or asks for none. */
  unansweredSince: Schema.NullOr(Schema.DateTimeUtc),
  /** When somebody was called at once, because the contact may be in danger, until staff answered that. */
  urgentAt: Schema.NullOr(Schema.DateTimeUtc),
  /** The reply that did not get through, until another one stands; `null` when there is none. */
  replyFailed: Schema.NullOr(ReplyFailure),
  escalation: Escalation.Escalation,
  createdAt: Schema.DateTimeUtc,
  updatedAt: Schema.DateTimeUtc,
  deletedAt: Schema.NullOr(Schema.DateTimeUtc)
})
export type Thread = typeof Thread.Type

/** What tells threads apart, whichever of their spellings the contact is named by. */
export interface ThreadKey {
  readonly siteGroupingId: Tenant
  readonly threadType: ThreadType
  readonly contact: Contact
}

/** A new thread, locked to no number yet. */
export const open = (id: ThreadId, key: ThreadKey, contactName: string | null, now: DateTime.Utc): Thread => ({
  id,
  siteGroupingId: key.siteGroupingId,
  threadType: key.threadType,
  externalContact: key.contact,
  contactName,
  phoneNumberId: null,
  lastContactedNumberId: null,
  patientIds: [],
  facilityId: null,
  assigneeId: null,
  lastPosition: 0,
  lastInboundPosition: 0,
  lastMessageAt: now,
  lastMessagePreview: "",
  lastInboundAt: null,
  autoRepliedAt: null,
  unansweredSince: null,
  urgentAt: null,
  replyFailed: null,
  escalation: Escalation.idle,
  createdAt: now,
  updatedAt: now,
  deletedAt: null
})

/** The thread of a contact who is heard from again: as it was left, and open. */
export const reopen = (thread: Thread, now: DateTime.Utc): Thread =>
  thread.deletedAt === null ? thread : { ...thread, deletedAt: null, updatedAt: now }

/** What a thread is like once somebody of the staff answered: nobody waits, and no alarm runs. */
export const answered = ({
  escalation
}: Thread): Pick<Thread, "escalation" | "replyFailed" | "unansweredSince" | "urgentAt"> => ({
  escalation: Escalation.onAnswered(escalation),
  urgentAt: null,
  replyFailed: null,
  unansweredSince: null
})

/** Takes the thread out of every list. Its alarm ends with it. */
export const remove = (thread: Thread, now: DateTime.Utc): Thread =>
  thread.deletedAt !== null
    ? thread
    : {
        ...thread,
        deletedAt: now,
        updatedAt: now,
        ...answered(thread)
      }

/** The from-number lock after a text to `number`: the first one sets it, a later one on another number does not move it. */
export const receivedOn = (thread: Thread, number: PhoneNumberId): Thread => ({
  ...thread,
  phoneNumberId: thread.phoneNumberId ?? number,
  lastContactedNumberId: number
})

/**
 * The number that a reply leaves from: the lock; else the number the contact used last; else the sender's choice; else
 * the tenant's default. `null` when there is none of these.
 */
export const fromNumber = (
  thread: Thread,
  choice: PhoneNumberId | null,
  tenantDefault: PhoneNumberId | null
): PhoneNumberId | null => thread.phoneNumberId ?? thread.lastContactedNumberId ?? choice ?? tenantDefault

/** The thread locked to the number that it answers from. */
export const lock = (thread: Thread, number: PhoneNumberId): Thread =>
  thread.phoneNumberId === number ? thread : { ...thread, phoneNumberId: number }

/** What Careline itself says. A call is a system message as well, and the contact's. */
const isOurs = ({ direction, messageType }: Message): boolean => messageType === "system" && direction === "outbound"

/**
 * The thread with one more message at its end. The message must have been given `nextPosition(thread)`.
 * What Careline itself says leaves the inbox line alone: staff look there for what a person said.
 */
export const append = (thread: Thread, message: Message): Thread => ({
  ...thread,
  lastPosition: message.position,
  lastMessageAt: isOurs(message) ? thread.lastMessageAt : message.createdAt,
  lastMessagePreview: isOurs(message) ? thread.lastMessagePreview : preview(message),
  lastInboundPosition: message.direction === "inbound" ? message.position : thread.lastInboundPosition,
  lastInboundAt: message.direction === "inbound" ? message.createdAt : thread.lastInboundAt,
  updatedAt: message.createdAt
})

/** The thread after a message of it says something else: the inbox line follows if it showed that message. */
export const revise = (thread: Thread, before: Message, after: Message, now: DateTime.Utc): Thread =>
  thread.lastMessagePreview === preview(before) &&
  thread.lastMessageAt.epochMilliseconds === before.createdAt.epochMilliseconds
    ? { ...thread, lastMessagePreview: preview(after), updatedAt: now }
    : thread

export const nextPosition = (thread: Thread): number => thread.lastPosition + 1
