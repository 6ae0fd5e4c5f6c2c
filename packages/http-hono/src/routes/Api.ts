/** The answers of the public API about threads, messages and the line. What a request may say stands beside its use case. */
import type { Contact, Thread } from "@careline/domain"
import {
  Attachment,
  Consent,
  DeliveryStatus,
  FailureReason,
  Message,
  MessageId,
  PhoneNumber,
  SiteGroupingId,
  VoipSettings
} from "@careline/domain"
import type { ParkedEvent, Reader, ThreadView } from "@careline/ports"
import { DateTime, Option, Schema, Struct } from "effect"

const nullOr = Schema.NullOr
const Text = Schema.String
const Id = Schema.String

/** A tenant as JSON: its id, as string or number, or null. */
export const TenantJson = nullOr(Schema.Union([SiteGroupingId, Schema.Int]))
export function tenantOf(json: typeof TenantJson.Type): SiteGroupingId | null
export function tenantOf(json: typeof TenantJson.Type | undefined): SiteGroupingId | null | undefined
export function tenantOf(json: typeof TenantJson.Type | undefined) {
  return json === undefined || json === null ? json : SiteGroupingId.make(String(json))
}

/** `?siteGroupingId=`: `null`, or nothing after the `=`, is the system-wide space. */
export const TenantQuery = Schema.optionalKey(Schema.Union([Schema.Literal(""), SiteGroupingId]))
/** A query that names a tenant, and nothing else. */
export const TenantOnly = Schema.Struct({ siteGroupingId: TenantQuery })
export const tenantOfQuery = (text: string | undefined): SiteGroupingId | null | undefined =>
  text === undefined ? undefined : text === "" || text === "null" ? null : SiteGroupingId.make(text)

export const ThreadJson = Schema.Struct({
  id: Id,
  threadType: Schema.Literals(["voip", "email"]),
  externalContact: Text,
  contactName: nullOr(Text),
  phoneNumberId: nullOr(Id),
  phoneNumber: nullOr(Text),
  facilityId: nullOr(Id),
  patientIds: Schema.Array(Id),
  assigneeId: nullOr(Id),
  siteGroupingId: nullOr(Id),
  /** The contact's messages that the caller has not read. */
  unreadCount: Schema.Int,
  lastMessageAt: Text,
  lastMessagePreview: Text,
  /** Since when the contact waits for an answer of a person. */
  unansweredSince: nullOr(Text),
  /** When somebody was last called at once, because the contact may be in danger. */
  urgentAt: nullOr(Text),
  /** The reply that did not get through, until another one stands. */
  replyFailed: nullOr(Schema.Struct({ messageId: Id, reason: FailureReason.FailureReason, detail: Text })),
  escalation: Schema.Struct({ state: Schema.Literals(["idle", "running", "fired"]), dueAt: nullOr(Text) }),
  optedOut: Schema.Boolean,
  createdAt: Text,
  updatedAt: Text
}).annotate({ identifier: "Thread" })

export const ThreadCounts = Schema.Struct({
  inbox: Schema.Int,
  all: Schema.Int,
  unread: Schema.Int,
  unassigned: Schema.Int,
  mine: Schema.Int
}).annotate({ identifier: "ThreadCounts" })

export const iso = (at: DateTime.Utc): string => DateTime.formatIso(at)
export const isoOrNull = (at: DateTime.Utc | null): string | null => (at === null ? null : iso(at))

const replyFailedJson = ({ messageId, reason: code }: Thread.ReplyFailure) => {
  const reason = FailureReason.ofCode(code)
  return { messageId, reason, detail: FailureReason.explain(reason) }
}

export const threadJson = ({ optedOut, phoneNumber, thread, unreadCount }: ThreadView): typeof ThreadJson.Type => ({
  id: thread.id,
  threadType: thread.threadType,
  externalContact: thread.externalContact,
  contactName: thread.contactName,
  phoneNumberId: thread.phoneNumberId,
  phoneNumber,
  facilityId: thread.facilityId,
  patientIds: thread.patientIds,
  assigneeId: thread.assigneeId,
  siteGroupingId: thread.siteGroupingId,
  unreadCount,
  lastMessageAt: iso(thread.lastMessageAt),
  lastMessagePreview: thread.lastMessagePreview,
  unansweredSince: isoOrNull(thread.unansweredSince),
  urgentAt: isoOrNull(thread.urgentAt),
  replyFailed: thread.replyFailed === null ? null : replyFailedJson(thread.replyFailed),
  escalation: { state: thread.escalation.state, dueAt: isoOrNull(thread.escalation.dueAt) },
  optedOut,
  createdAt: iso(thread.createdAt),
  updatedAt: iso(thread.updatedAt)
})

export const MessageJson = Schema.Struct({
  id: Id,
  externalThreadId: Id,
  messageType: Schema.Literals(["sms", "system", "email"]),
  direction: Schema.Literals(["inbound", "outbound"]),
  /** Who wrote it or placed its call; `null` for the contact and for the system. */
  senderId: nullOr(Id),
  /** Who made the message: its sender. */
  creatorId: nullOr(Id),
  /** Our number that it came to or left from; `null` where it is of none, or of before that was kept. */
  phoneNumberId: nullOr(Id),
  phoneNumber: nullOr(Text),
  content: Text,
  /** What was said in a voicemail, and how sure the transcriber is, from 0 to 1; `null` where nobody says. */
  transcript: nullOr(Text),
  transcriptConfidence: nullOr(Schema.Finite),
  attachments: Schema.Array(Attachment.Attachment),
  metaData: Schema.Struct(Struct.omit(Message.MessageMetadata.fields, ["phoneNumberId", "phoneNumber"])),
  deliveryStatus: nullOr(DeliveryStatus.DeliveryStatus),
  createdAt: Text
}).annotate({ identifier: "Message" })

export const messageJson = (message: Message.Message): typeof MessageJson.Type => {
  const { phoneNumber = null, phoneNumberId = null, ...metaData } = message.metaData
  return {
    id: message.id,
    externalThreadId: message.externalThreadId,
    messageType: message.messageType,
    direction: message.direction,
    senderId: message.senderId,
    creatorId: message.senderId,
    phoneNumberId,
    phoneNumber,
    content: message.content,
    transcript: message.transcript?.text ?? null,
    transcriptConfidence: message.transcript?.confidence ?? null,
    attachments: message.attachments,
    metaData,
    deliveryStatus: message.deliveryStatus,
    createdAt: iso(message.createdAt)
  }
}

/** `null`: nothing of the thread is read. */
export const ReadMark = Schema.Struct({ upToMessageId: nullOr(MessageId) }).annotate({ identifier: "ReadMark" })

export const ReaderJson = Schema.Struct({
  userId: Id,
  /** The last message that they have read; `null`: nothing of the thread. */
  upToMessageId: nullOr(Id),
  readAt: Text
}).annotate({ identifier: "Reader" })

export const readerJson = ({ messageId, readAt, userId }: Reader): typeof ReaderJson.Type => ({
  userId,
  upToMessageId: messageId,
  readAt: iso(readAt)
})

export const SettingsJson = Schema.Struct({
  ...VoipSettings.VoipSettings.fields,
  /** Whose each setting is: the site grouping's own, the platform's, or the product's. */
  sources: VoipSettings.Sources
}).annotate({ identifier: "VoipSettings" })

export const PlatformSettingsJson = Schema.Struct({
  ...VoipSettings.onlyInherited(VoipSettings.VoipSettings.fields),
  sources: Schema.Struct(VoipSettings.onlyInherited(VoipSettings.Sources.fields))
}).annotate({ identifier: "PlatformSettings" })

export const ConsentJson = Schema.Struct({
  contact: Text,
  siteGroupingId: nullOr(Id),
  status: Consent.Consent.fields.status,
  optedOut: Schema.Boolean,
  source: Consent.Consent.fields.source,
  changedAt: nullOr(Text)
}).annotate({ identifier: "Consent" })

export const consentJson = (consent: Consent.Consent): typeof ConsentJson.Type => ({
  ...consent,
  optedOut: consent.status === "opted_out",
  changedAt: isoOrNull(consent.changedAt)
})

export const NewConsent = Schema.Struct({ status: Schema.Literals(["opted_in", "opted_out"]) }).annotate({
  identifier: "NewConsent"
})

/** The contact in a path: E.164, its `+` escaped or read as a blank by a careless client. */
export const contactOfPath = (text: string): Contact.Contact | undefined =>
  Option.getOrUndefined(PhoneNumber.parse(text.trim().replace(/^(?!\+)(?=\d{8,15}$)/, "+"))) as
    | Contact.Contact
    | undefined

export const ParkedJson = Schema.Struct({
  id: Id,
  provider: Text,
  kind: Text,
  reason: Text,
  receivedAt: Text,
  /** The number that a text or call came for, or what the provider named in its place. */
  to: nullOr(Text),
  from: nullOr(Text)
}).annotate({ identifier: "ParkedEvent" })

export const parkedJson = (event: ParkedEvent): typeof ParkedJson.Type => ({
  ...event,
  receivedAt: iso(event.receivedAt)
})

export const pageJson = <S extends Schema.Constraint>(item: S, name: string) =>
  Schema.Struct({ items: Schema.Array(item), nextCursor: nullOr(Text) }).annotate({ identifier: name })
