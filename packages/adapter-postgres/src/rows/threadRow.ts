/** A thread as a row. */
import type { Contact, FacilityId, PatientId, PhoneNumberId, Thread, ThreadId, UserId } from "@careline/domain"
import type { ThreadPatients } from "@careline/ports"
import { instant, instantOrNull, iso, tenantColumn, tenantOf } from "../sql/rows.ts"
import type { IndexKeys } from "../encryption/Envelope.ts"
import { searchBits, searchText } from "../encryption/SearchBits.ts"

export interface ThreadRow {
  readonly site_grouping_id: string
  readonly id: string
  readonly thread_type: Thread.ThreadType
  readonly external_contact: string
  readonly contact_name: string | null
  readonly phone_number_id: string | null
  readonly last_contacted_number_id: string | null
  readonly patient_ids: ReadonlyArray<string>
  readonly facility_id: string | null
  readonly assignee_id: string | null
  readonly last_position: number
  readonly last_inbound_position: number
  readonly last_message_at: Date
  readonly last_message_preview: string
  readonly last_inbound_at: Date | null
  readonly auto_replied_at: Date | null
  readonly unanswered_since: Date | null
  readonly reply_failed: Thread.ReplyFailure | null
  readonly escalation_state: Thread.Thread["escalation"]["state"]
  readonly escalation_period: number
  readonly escalation_due_at: Date | null
  readonly created_at: Date
  readonly updated_at: Date
  readonly deleted_at: Date | null
}

export const patientsFromRow = ({ id, patient_ids }: Pick<ThreadRow, "id" | "patient_ids">): ThreadPatients => ({
  threadId: id as ThreadId,
  patientIds: patient_ids as ReadonlyArray<PatientId>
})

export const fromRow = (row: ThreadRow): Thread.Thread => ({
  id: row.id as ThreadId,
  siteGroupingId: tenantOf(row.site_grouping_id),
  threadType: row.thread_type,
  externalContact: row.external_contact as Contact.Contact,
  contactName: row.contact_name,
  phoneNumberId: row.phone_number_id as PhoneNumberId | null,
  lastContactedNumberId: row.last_contacted_number_id as PhoneNumberId | null,
  patientIds: row.patient_ids as ReadonlyArray<PatientId>,
  facilityId: row.facility_id as FacilityId | null,
  assigneeId: row.assignee_id as UserId | null,
  lastPosition: row.last_position,
  lastInboundPosition: row.last_inbound_position,
  lastMessageAt: instant(row.last_message_at),
  lastMessagePreview: row.last_message_preview,
  lastInboundAt: instantOrNull(row.last_inbound_at),
  autoRepliedAt: instantOrNull(row.auto_replied_at),
  unansweredSince: instantOrNull(row.unanswered_since),
  replyFailed: row.reply_failed,
  escalation: {
    state: row.escalation_state,
    period: row.escalation_period,
    dueAt: instantOrNull(row.escalation_due_at)
  },
  createdAt: instant(row.created_at),
  updatedAt: instant(row.updated_at),
  deletedAt: instantOrNull(row.deleted_at)
})

/** The row as JSON, to be read by `json_populate_recordset`. `keys` make the bits that it is searched by. */
export const toJson = (thread: Thread.Thread, keys: IndexKeys) => ({
  site_grouping_id: tenantColumn(thread.siteGroupingId),
  id: thread.id,
  thread_type: thread.threadType,
  external_contact: thread.externalContact,
  contact_name: thread.contactName,
  phone_number_id: thread.phoneNumberId,
  last_contacted_number_id: thread.lastContactedNumberId,
  patient_ids: thread.patientIds,
  facility_id: thread.facilityId,
  assignee_id: thread.assigneeId,
  last_position: thread.lastPosition,
  last_inbound_position: thread.lastInboundPosition,
  last_message_at: iso(thread.lastMessageAt),
  last_message_preview: thread.lastMessagePreview,
  last_inbound_at: iso(thread.lastInboundAt),
  auto_replied_at: iso(thread.autoRepliedAt),
  unanswered_since: iso(thread.unansweredSince),
  reply_failed: thread.replyFailed,
  escalation_state: thread.escalation.state,
  escalation_period: thread.escalation.period,
  escalation_due_at: iso(thread.escalation.dueAt),
  created_at: iso(thread.createdAt),
  updated_at: iso(thread.updatedAt),
  deleted_at: iso(thread.deletedAt),
  search_bits: searchBits(keys, searchText(thread.contactName, thread.externalContact))
})
