/** A message as a row. */
import type { Attachment, DeliveryStatus, Message, MessageId, ThreadId, UserId } from "@careline/domain"
import { instant, iso, tenantColumn, tenantOf } from "../sql/rows.ts"

export interface MessageRow {
  readonly site_grouping_id: string
  readonly id: string
  readonly external_thread_id: string
  readonly position: number
  readonly message_type: Message.Message["messageType"]
  readonly direction: Message.Message["direction"]
  readonly sender_id: string | null
  readonly content: string
  readonly attachments: ReadonlyArray<Attachment.Attachment>
  readonly meta_data: Message.MessageMetadata
  readonly delivery_status: DeliveryStatus.DeliveryStatus | null
  readonly created_at: Date
}

export const fromRow = (row: MessageRow): Message.Message => ({
  id: row.id as MessageId,
  siteGroupingId: tenantOf(row.site_grouping_id),
  externalThreadId: row.external_thread_id as ThreadId,
  position: row.position,
  messageType: row.message_type,
  direction: row.direction,
  senderId: row.sender_id as UserId | null,
  content: row.content,
  attachments: row.attachments,
  metaData: row.meta_data,
  deliveryStatus: row.delivery_status,
  createdAt: instant(row.created_at)
})

export const toJson = (message: Message.Message) => ({
  site_grouping_id: tenantColumn(message.siteGroupingId),
  id: message.id,
  external_thread_id: message.externalThreadId,
  position: message.position,
  message_type: message.messageType,
  direction: message.direction,
  sender_id: message.senderId,
  content: message.content,
  attachments: message.attachments,
  meta_data: message.metaData,
  delivery_status: message.deliveryStatus,
  created_at: iso(message.createdAt)
})
