/** A thread with a contact outside, as a row and its links to patients. */
import type { Thread } from "careline"
import type { Queryable } from "../../ehr/database.ts"
import { columnsOf, type Fields, inOrder, insert, keyOf, lastOfEach, rowOf, upsert } from "./rows.ts"

export type ExternalThread = Thread

/** A thread as a row has it. */
type Flat = Omit<ExternalThread, "escalation" | "patientIds"> & {
  readonly alarmState: ExternalThread["escalation"]["state"]
  readonly alarmPeriod: number
  readonly alarmDueAt: Date | null
}

const FIELDS: Fields<Flat> = {
  id: "id",
  siteGroupingId: "site_group_id",
  threadType: "kind",
  externalContact: "contact",
  contactName: "contact_name",
  phoneNumberId: "phone_line_id",
  lastContactedNumberId: "last_line_id",
  facilityId: "facility_id",
  assigneeId: "assigned_to",
  lastPosition: "last_place",
  lastInboundPosition: "last_inbound_place",
  lastMessageAt: "last_message_at",
  lastMessagePreview: "last_message_preview",
  lastInboundAt: "last_inbound_at",
  autoRepliedAt: "auto_replied_at",
  unansweredSince: "unanswered_since",
  urgentAt: "urgent_at",
  replyFailed: "reply_failed",
  alarmState: "alarm_state",
  alarmPeriod: "alarm_period",
  alarmDueAt: "alarm_due_at",
  createdAt: "created_at",
  updatedAt: "updated_at",
  deletedAt: "deleted_at"
}

export type Row = Flat & Pick<ExternalThread, "patientIds">

/** The patients that a thread is linked to, in their order. */
export const PATIENTS = `array(
    select l.patient_id::text from external_thread_patients l where l.external_thread_id = t.id order by l.place
  )`

export const COLUMNS = `${columnsOf("t", FIELDS)}, ${PATIENTS} as "patientIds"`

export const fromRow = ({ alarmDueAt, alarmPeriod, alarmState, ...thread }: Row): ExternalThread => ({
  ...thread,
  escalation: { state: alarmState, period: alarmPeriod, dueAt: alarmDueAt }
})

const toRow = ({ escalation, ...thread }: ExternalThread) =>
  rowOf(FIELDS, {
    ...thread,
    alarmState: escalation.state,
    alarmPeriod: escalation.period,
    alarmDueAt: escalation.dueAt
  })

/** To be called in a transaction. */
export const saveThreads = async (db: Queryable, saved: ReadonlyArray<ExternalThread>): Promise<void> => {
  if (saved.length === 0) return
  const threads = inOrder(
    lastOfEach(saved, ({ id }) => id),
    ({ id }) => id
  )
  // A patient may be deleted meanwhile, and is not linked then. Patients are locked before their links, as by whoever
  // deletes one: in the other order the two would wait for each other.
  const { rows } = await db.query<{ id: string }>(
    "select id from patients where id = any($1) order by id for key share",
    [threads.flatMap(({ patientIds }) => patientIds.map(keyOf))]
  )
  const patients = new Set(rows.map(({ id }) => id))
  const links = threads.flatMap(({ id, patientIds }) =>
    [...new Set(patientIds)]
      .filter((patientId) => patients.has(patientId))
      .map((patientId, place) => ({ external_thread_id: id, patient_id: patientId, place }))
  )
  await upsert(db, "external_threads", ["id"], threads.map(toRow))
  await db.query(
    `delete from external_thread_patients l
     where l.external_thread_id = any($1) and (l.external_thread_id, l.patient_id, l.place) not in (
       select external_thread_id, patient_id, place
       from jsonb_populate_recordset(null::external_thread_patients, $2)
     )`,
    [threads.map(({ id }) => id), JSON.stringify(links)]
  )
  await insert(db, "external_thread_patients", links, "on conflict do nothing")
}
