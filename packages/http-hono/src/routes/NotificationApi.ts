/** The answers of the public API about notifications. */
import type { NotificationView } from "@careline/application"
import { Language, MessageClass, Notification } from "@careline/domain"
import { Schema } from "effect"
import { iso, isoOrNull } from "./Api.ts"

const nullOr = Schema.NullOr
const Text = Schema.String
const Id = Schema.String

export const NotificationJson = Schema.Struct({
  id: Id,
  siteGroupingId: nullOr(Id),
  kind: Notification.NotificationKind,
  messageClass: MessageClass.MessageClass,
  contact: Text,
  patientId: nullOr(Id),
  /** As they left, or would now; `null`: the template makes none. */
  body: nullOr(Text),
  templateId: nullOr(Id),
  /** The version that it was made of, once it left. */
  templateVersion: nullOr(Schema.Int),
  language: nullOr(Language),
  /** When it leaves, at the earliest. */
  sendAt: Text,
  /** From when on it is not to leave any more. */
  validUntil: nullOr(Text),
  state: Notification.NotificationState,
  /** Why it is in that state, or waits longer than it was to. */
  reason: nullOr(Text),
  threadId: nullOr(Id),
  messageId: nullOr(Id),
  createdBy: nullOr(Id),
  createdAt: Text,
  updatedAt: Text
}).annotate({ identifier: "Notification" })

export const notificationJson = ({ notification, words }: NotificationView): typeof NotificationJson.Type => ({
  id: notification.id,
  siteGroupingId: notification.siteGroupingId,
  kind: notification.kind,
  messageClass: notification.messageClass,
  contact: notification.contact,
  patientId: notification.patientId,
  body: words,
  templateId: notification.content._tag === "FromTemplate" ? notification.content.templateId : null,
  templateVersion: notification.templateVersion,
  language: notification.language,
  sendAt: iso(notification.dueAt),
  validUntil: isoOrNull(notification.validUntil),
  state: notification.state,
  reason: notification.reason,
  threadId: notification.threadId,
  messageId: notification.messageId,
  createdBy: notification.createdBy,
  createdAt: iso(notification.createdAt),
  updatedAt: iso(notification.updatedAt)
})

export const NotificationPage = Schema.Struct({
  items: Schema.Array(NotificationJson),
  nextCursor: nullOr(Text),
  /** How many there are, where that was asked. */
  total: nullOr(Schema.Int)
}).annotate({ identifier: "NotificationPage" })
