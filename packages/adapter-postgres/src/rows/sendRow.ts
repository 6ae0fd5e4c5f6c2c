/** A send as a row. */
import type {
  AttemptId,
  MessageClass,
  MessageId,
  PhoneNumber,
  PhoneNumberId,
  Send,
  SendId,
  SendLane,
  ThreadId
} from "@careline/domain"
import { instant, iso, tenantColumn, tenantOf } from "../sql/rows.ts"

export interface SendRow {
  readonly site_grouping_id: string
  readonly id: string
  readonly external_thread_id: string
  readonly message_id: string | null
  readonly purpose: Send.SendPurpose
  readonly message_class: MessageClass.MessageClass
  readonly lane: SendLane.SendLane
  readonly from_number: string
  readonly from_number_id: string
  readonly to_number: string
  readonly body: string
  readonly media_urls: ReadonlyArray<string>
  readonly attempts: number
  readonly attempt_id: string | null
  readonly state: Send.SendState
  readonly not_before: Date
  readonly queued_at: Date
}

export const fromRow = (row: SendRow): Send.Send => ({
  id: row.id as SendId,
  siteGroupingId: tenantOf(row.site_grouping_id),
  threadId: row.external_thread_id as ThreadId,
  messageId: row.message_id as MessageId | null,
  purpose: row.purpose,
  messageClass: row.message_class,
  lane: row.lane,
  from: row.from_number as PhoneNumber.E164,
  fromNumberId: row.from_number_id as PhoneNumberId,
  to: row.to_number as PhoneNumber.E164,
  body: row.body,
  mediaUrls: row.media_urls,
  attempts: row.attempts,
  attemptId: row.attempt_id as AttemptId | null,
  state: row.state,
  notBefore: instant(row.not_before),
  queuedAt: instant(row.queued_at)
})

export const toJson = (send: Send.Send) => ({
  site_grouping_id: tenantColumn(send.siteGroupingId),
  id: send.id,
  external_thread_id: send.threadId,
  message_id: send.messageId,
  purpose: send.purpose,
  message_class: send.messageClass,
  lane: send.lane,
  from_number: send.from,
  from_number_id: send.fromNumberId,
  to_number: send.to,
  body: send.body,
  media_urls: send.mediaUrls,
  attempts: send.attempts,
  attempt_id: send.attemptId,
  state: send.state,
  not_before: iso(send.notBefore),
  queued_at: iso(send.queuedAt)
})
