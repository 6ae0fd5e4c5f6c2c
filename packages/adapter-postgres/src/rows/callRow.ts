/** A call as a row. */
import {
  Call,
  type CallId,
  type CallStatus,
  type Contact,
  type Language,
  type MessageId,
  type PhoneNumberId,
  type ThreadId,
  type UserId
} from "@careline/domain"
import { instant, instantOrNull, iso, tenantColumn, tenantOf } from "../sql/rows.ts"

export interface CallRow {
  readonly site_grouping_id: string
  readonly id: string
  readonly purpose: Call.Call["purpose"]
  readonly direction: Call.Call["direction"]
  readonly provider: string
  readonly provider_call_id: string | null
  readonly plan: Call.Call["plan"]
  readonly language: string | null
  readonly from_number: string
  readonly to_number: string
  readonly phone_number_id: string | null
  readonly external_thread_id: string | null
  readonly message_id: string | null
  readonly own: Call.Leg
  readonly far: Call.Leg | null
  readonly recordings: ReadonlyArray<Call.Recording>
  readonly transcript: Call.Transcript | null
  readonly initiator_id: string | null
  readonly reason: string | null
  readonly notes: string | null
  readonly created_at: Date
  readonly updated_at: Date
  readonly ended_at: Date | null
}

/** A call as `COLUMNS` takes it: instants as text, and what follows from the facts, for whoever reads the table. */
export interface CallJson extends Omit<CallRow, "created_at" | "updated_at" | "ended_at"> {
  readonly status: CallStatus.CallStatus
  readonly duration_seconds: number | null
  readonly created_at: string | null
  readonly updated_at: string | null
  readonly ended_at: string | null
}

export const fromRow = (row: CallRow): Call.Call => ({
  id: row.id as CallId,
  siteGroupingId: tenantOf(row.site_grouping_id),
  purpose: row.purpose,
  direction: row.direction,
  provider: row.provider,
  providerCallId: row.provider_call_id,
  plan: row.plan,
  language: row.language as Language | null,
  fromNumber: row.from_number as Contact.Contact,
  toNumber: row.to_number as Contact.Contact,
  phoneNumberId: row.phone_number_id as PhoneNumberId | null,
  threadId: row.external_thread_id as ThreadId | null,
  messageId: row.message_id as MessageId | null,
  own: row.own,
  far: row.far,
  recordings: row.recordings,
  transcript: row.transcript,
  initiatorId: row.initiator_id as UserId | null,
  reason: row.reason,
  notes: row.notes,
  createdAt: instant(row.created_at),
  updatedAt: instant(row.updated_at),
  endedAt: instantOrNull(row.ended_at)
})

export const toJson = (call: Call.Call): CallJson => ({
  site_grouping_id: tenantColumn(call.siteGroupingId),
  id: call.id,
  purpose: call.purpose,
  direction: call.direction,
  provider: call.provider,
  provider_call_id: call.providerCallId,
  plan: call.plan,
  language: call.language,
  from_number: call.fromNumber,
  to_number: call.toNumber,
  phone_number_id: call.phoneNumberId,
  external_thread_id: call.threadId,
  message_id: call.messageId,
  status: Call.status(call),
  duration_seconds: Call.durationSeconds(call),
  own: call.own,
  far: call.far,
  recordings: call.recordings,
  transcript: call.transcript,
  initiator_id: call.initiatorId,
  reason: call.reason,
  notes: call.notes,
  created_at: iso(call.createdAt),
  updated_at: iso(call.updatedAt),
  ended_at: iso(call.endedAt)
})

/** The columns of `toJson`, as a record set's. */
export const COLUMNS = `site_grouping_id text, id uuid, purpose text, direction text, provider text, provider_call_id text,
  plan jsonb, language text, from_number text, to_number text, phone_number_id uuid, external_thread_id uuid, message_id uuid, status text,
  duration_seconds integer, own jsonb, far jsonb, recordings jsonb, transcript jsonb, initiator_id text, reason text,
  notes text, created_at timestamptz, updated_at timestamptz, ended_at timestamptz`
