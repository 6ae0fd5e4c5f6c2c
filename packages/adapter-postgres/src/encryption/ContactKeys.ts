/**
 * Gives threads, consents and lanes the keys of their contacts, and brings together what turns out to be one contact's: both
 * histories in one thread, and the stricter consent.
 *
 * Keys are computed from contacts in the open. A migration does it for a database that is not encrypted; an encrypted one waits
 * for the host that has its keys.
 */
import { Consent, Contact, type Tenant } from "@careline/domain"
import { DateTime, Effect } from "effect"
import type { SqlClient } from "effect/sql"
import { TENANTS_SETTING } from "../row-level-security/RowLevelSecurity.ts"
import { INDEX_PREFIX } from "./Envelope.ts"
import { type FieldEncryption, searchColumns } from "./FieldEncryption.ts"
import * as Tables from "../tables/Tables.ts"

type Sql = SqlClient.SqlClient
type Encryption = FieldEncryption["Service"]

const BATCH = 1_000

/** Once it is there, everything has its key: no two threads of a type have the same contact. */
const KEY_INDEX = "external_threads_contact"

export const hasContactKeys = (sql: Sql) =>
  Effect.map(sql<{ readonly has: boolean }>`select to_regclass(${KEY_INDEX}) is not null as has`, ([row]) => row!.has)

const keyIn = (encryption: Encryption) => (contact: Contact.Contact) => encryption.index(Contact.key(contact))

const keyThreads = Effect.fnUntraced(function* (sql: Sql, encryption: Encryption) {
  const keyOf = keyIn(encryption)
  for (;;) {
    const kept = yield* sql<{
      readonly site_grouping_id: string
      readonly id: string
      readonly external_contact: string
    }>`
      select site_grouping_id, id, external_contact from external_threads
      where contact_key is null limit ${BATCH}`
    if (kept.length === 0) return
    const rows = yield* encryption.decrypt(Tables.externalThreads, kept)
    const keys = rows.map(({ external_contact, id, site_grouping_id }) => ({
      site_grouping_id,
      id,
      key: keyOf(external_contact as Contact.Contact)
    }))
    yield* sql`
      update external_threads t set contact_key = k.key
      from json_to_recordset(${JSON.stringify(keys)}::json) k (site_grouping_id text, id uuid, key text)
      where t.site_grouping_id = k.site_grouping_id and t.id = k.id`
  }
})

interface ConsentRow {
  readonly site_grouping_id: string
  readonly contact: string
  readonly status: Consent.Consent["status"]
  readonly source: Consent.Consent["source"]
  readonly changed_at: Date | null
}

const keyConsents = Effect.fnUntraced(function* (sql: Sql, encryption: Encryption) {
  const rows = yield* encryption.decrypt(
    Tables.consents,
    yield* sql<ConsentRow>`select site_grouping_id, contact, status, source, changed_at from consents`
  )
  const groups = Map.groupBy(rows, ({ contact, site_grouping_id }) =>
    JSON.stringify([site_grouping_id, Contact.key(contact as Contact.Contact)])
  )
  for (const group of groups.values()) {
    const { site_grouping_id } = group[0]!
    const key = Contact.key(group[0]!.contact as Contact.Contact)
    if (group.length === 1 && group[0]!.contact === key) continue
    const { changedAt, source, status } = group
      .map((row): Consent.Consent => ({
        siteGroupingId: site_grouping_id as Tenant,
        contact: key,
        status: row.status,
        source: row.source,
        changedAt: row.changed_at === null ? null : DateTime.fromDateUnsafe(row.changed_at)
      }))
      .reduce(Consent.stricter)
    const before = group.map(({ contact }) => encryption.index(contact))
    yield* sql`delete from consents where site_grouping_id = ${site_grouping_id} and ${sql.in("contact", before)}`
    yield* sql`
      insert into consents (site_grouping_id, contact, status, source, changed_at)
      values (${site_grouping_id}, ${encryption.index(key)}, ${status}, ${source},
              ${changedAt === null ? null : DateTime.formatIso(changedAt)}::timestamptz)`
  }
})

/** What waits in two lanes of one contact waits in one, in order of arrival, and for as long as the longer of both. */
const keyLanes = Effect.fnUntraced(function* (sql: Sql, encryption: Encryption) {
  const keyOf = keyIn(encryption)
  const lanes = yield* sql<{ readonly contact: string }>`
    select contact from lanes union select contact from webhook_events where contact is not null and state <> 'done'`
  const opened = yield* encryption.decrypt(Tables.lanes, lanes)
  const keys = opened
    .map(({ contact }, place) => ({ before: lanes[place]!.contact, key: keyOf(contact as Contact.Contact) }))
    .filter(({ before, key }) => before !== key)
  if (keys.length === 0) return
  const changed = sql`json_to_recordset(${JSON.stringify(keys)}::json) k (before text, key text)`
  yield* sql`
    insert into lanes (site_grouping_id, contact, blocked_until)
    select l.site_grouping_id, k.key, max(l.blocked_until) from lanes l join ${changed} on k.before = l.contact
    group by l.site_grouping_id, k.key
    on conflict (site_grouping_id, contact)
      do update set blocked_until = greatest(lanes.blocked_until, excluded.blocked_until)`
  yield* sql`update webhook_events w set contact = k.key from ${changed} where w.contact = k.before and w.state <> 'done'`
  yield* sql`delete from lanes l using ${changed} where l.contact = k.before`
})

interface ThreadRow {
  readonly site_grouping_id: string
  readonly id: string
  readonly external_contact: string
  readonly contact_name: string | null
  readonly last_message_preview: string
}

/** Tables whose rows go with a thread's messages. Its alarms of before, and keys of requests, stay where they are. */
const moved = ["sends", "phone_call_logs", "bridge_requests"] as const

/**
 * Takes a thread into another one of its contact. Messages stand in the order of their times; who had not read one of them has
 * read up to the one before it. The emptied thread stays, deleted and without a key: alarms of before name it.
 */
const mergeThreads = Effect.fnUntraced(function* (
  sql: Sql,
  encryption: Encryption,
  tenant: string,
  into: string,
  from: string
) {
  const ids = [into, from]
  yield* sql`
    create temporary table merged_messages on commit drop as
    select m.id, m.external_thread_id as thread, m.direction, m.position as before, m.created_at,
           row_number() over (order by m.created_at, m.external_thread_id = ${from}::uuid, m.position)::int as position
    from messages m where m.site_grouping_id = ${tenant} and m.external_thread_id = any(${ids}::uuid[])`
  yield* sql`
    create temporary table merged_unread on commit drop as
    select u.user_id, min(m.position) as position from (
      select user_id from readers where site_grouping_id = ${tenant}
      union select user_id from message_read_status
      where site_grouping_id = ${tenant} and external_thread_id = any(${ids}::uuid[])
    ) u
    left join readers r on r.site_grouping_id = ${tenant} and r.user_id = u.user_id
    cross join merged_messages m
    left join message_read_status s on s.site_grouping_id = ${tenant} and s.external_thread_id = m.thread and s.user_id = u.user_id
    where m.direction = 'inbound' and coalesce(m.before > s.position, m.created_at >= r.since, false)
    group by u.user_id`
  yield* sql`
    update messages m set meta_data = m.meta_data - 'messageSubType'
    where m.site_grouping_id = ${tenant} and m.external_thread_id = ${from}::uuid
      and m.meta_data ->> 'messageSubType' = 'auto_reply'
      and exists (select from messages o where o.site_grouping_id = ${tenant} and o.external_thread_id = ${into}::uuid
                  and o.meta_data ->> 'messageSubType' = 'auto_reply')`
  // Below all places first: no two messages of a thread have the same one, at no time.
  yield* sql`
    update messages m set external_thread_id = ${into}::uuid, position = -n.position
    from merged_messages n where m.site_grouping_id = ${tenant} and m.id = n.id`
  yield* sql`
    update messages set position = -position
    where site_grouping_id = ${tenant} and external_thread_id = ${into}::uuid and position < 0`
  for (const table of moved) {
    yield* sql`
      update ${sql(table)} set external_thread_id = ${into}::uuid
      where site_grouping_id = ${tenant} and external_thread_id = ${from}::uuid`
  }

  const rows = yield* encryption.decrypt(
    Tables.externalThreads,
    yield* sql<ThreadRow>`
      select site_grouping_id, id, external_contact, contact_name, last_message_preview from external_threads
      where site_grouping_id = ${tenant} and id = any(${ids}::uuid[])
      order by last_message_at desc, id = ${into}::uuid desc`
  )
  const kept = rows.find(({ id }) => id === into)!
  const name = kept.contact_name ?? rows.find(({ id }) => id === from)!.contact_name
  const merged = { ...kept, contact_name: name, last_message_preview: rows[0]!.last_message_preview }
  const [encrypted] = yield* encryption.encrypt(Tables.externalThreads, [merged])
  yield* sql`
    update external_threads t set
      contact_name = ${encrypted!.contact_name},
      last_message_preview = ${encrypted!.last_message_preview},
      search_bits = ${searchColumns(encryption, Tables.externalThreads, { ...merged }).search_bits},
      phone_number_id = coalesce(t.phone_number_id, o.phone_number_id),
      last_contacted_number_id = coalesce(t.last_contacted_number_id, o.last_contacted_number_id),
      -- A thread has patients or a facility: who a conversation is about is never lost.
      facility_id = case when cardinality(t.patient_ids || o.patient_ids) = 0 then coalesce(t.facility_id, o.facility_id) end,
      patient_ids = array(select distinct unnest(t.patient_ids || o.patient_ids) order by 1),
      assignee_id = coalesce(t.assignee_id, o.assignee_id),
      last_position = coalesce((select max(position) from merged_messages), 0),
      last_inbound_position = coalesce((select max(position) from merged_messages where direction = 'inbound'), 0),
      last_message_at = greatest(t.last_message_at, o.last_message_at),
      last_inbound_at = greatest(t.last_inbound_at, o.last_inbound_at),
      auto_replied_at = least(t.auto_replied_at, o.auto_replied_at),
      unanswered_since = least(t.unanswered_since, o.unanswered_since),
      reply_failed = coalesce(t.reply_failed, o.reply_failed),
      created_at = least(t.created_at, o.created_at),
      updated_at = greatest(t.updated_at, o.updated_at)
    from external_threads o
    where t.site_grouping_id = ${tenant} and t.id = ${into}::uuid and o.site_grouping_id = ${tenant} and o.id = ${from}::uuid`
  // An alarm that runs goes on in the thread that is kept; of two that run, as the one that is due first.
  yield* sql`
    with stopped as (
      update escalations set state = 'stopped', ended_at = careline_now()
      where site_grouping_id = ${tenant} and external_thread_id = ${from}::uuid and state = 'running'
      returning due_at
    ), sooner as (
      update external_threads t set escalation_due_at = least(t.escalation_due_at, s.due_at)
      from stopped s
      where t.site_grouping_id = ${tenant} and t.id = ${into}::uuid and t.escalation_state = 'running'
    ), sooner_alarm as (
      update escalations e set due_at = least(e.due_at, s.due_at)
      from stopped s
      where e.site_grouping_id = ${tenant} and e.external_thread_id = ${into}::uuid and e.state = 'running'
    ), next as (
      update external_threads t set escalation_state = 'running', escalation_period = t.escalation_period + 1,
                                    escalation_due_at = s.due_at
      from stopped s
      where t.site_grouping_id = ${tenant} and t.id = ${into}::uuid and t.escalation_state <> 'running'
      returning t.escalation_period as period, s.due_at
    )
    insert into escalations (site_grouping_id, external_thread_id, period, state, due_at, notified)
    select ${tenant}, ${into}::uuid, period, 'running', due_at, '{}' from next`
  yield* sql`
    update external_threads set contact_key = null, deleted_at = coalesce(deleted_at, careline_now()), patient_ids = '{}',
           escalation_state = 'idle', escalation_due_at = null, unanswered_since = null, reply_failed = null
    where site_grouping_id = ${tenant} and id = ${from}::uuid`

  yield* sql`
    insert into message_read_status (site_grouping_id, external_thread_id, user_id, position, read_at)
    select ${tenant}, ${into}::uuid, s.user_id, 0, max(s.read_at) from message_read_status s
    where s.site_grouping_id = ${tenant} and s.external_thread_id = any(${ids}::uuid[])
    group by s.user_id
    on conflict (site_grouping_id, external_thread_id, user_id) do update set read_at = excluded.read_at`
  yield* sql`
    update message_read_status s set position = coalesce(
      (select u.position - 1 from merged_unread u where u.user_id = s.user_id),
      (select max(position) from merged_messages), 0)
    where s.site_grouping_id = ${tenant} and s.external_thread_id = ${into}::uuid`
  yield* sql`
    delete from message_read_status where site_grouping_id = ${tenant} and external_thread_id = ${from}::uuid`
  yield* sql`
    delete from unread_threads where site_grouping_id = ${tenant} and external_thread_id = any(${ids}::uuid[])`
  yield* sql`
    insert into unread_threads (site_grouping_id, external_thread_id, user_id, listed_at)
    select ${tenant}, t.id, r.user_id, t.last_message_at
    from external_threads t join readers r using (site_grouping_id) join merged_unread u using (user_id)
    where t.site_grouping_id = ${tenant} and t.id = ${into}::uuid and t.last_inbound_at < r.settled_before`
  yield* sql`drop table merged_messages, merged_unread`
})

/** Open threads before deleted ones, the one whose spelling wrote last first: that one is kept, and answers to it. */
const mergeAll = Effect.fnUntraced(function* (sql: Sql, encryption: Encryption) {
  const groups = yield* sql<{ readonly site_grouping_id: string; readonly ids: ReadonlyArray<string> }>`
    select site_grouping_id, array_agg(id::text order by (deleted_at is null) desc,
      last_inbound_at desc nulls last, last_message_at desc, id) as ids
    from external_threads where contact_key is not null
    group by site_grouping_id, thread_type, contact_key having count(*) > 1`
  for (const {
    ids: [into, ...others],
    site_grouping_id
  } of groups) {
    for (const from of others) yield* mergeThreads(sql, encryption, site_grouping_id, into!, from)
  }
})

/** In the ambient transaction of the tables' owner, which sees all tenants from here to its end. */
export const keyContacts = Effect.fnUntraced(function* (sql: Sql, encryption: Encryption, isEncrypted: boolean) {
  yield* sql.unsafe(`set local statement_timeout = 0`)
  yield* sql.unsafe(`set local ${TENANTS_SETTING} = 'all'`)
  yield* keyThreads(sql, encryption)
  yield* keyConsents(sql, encryption)
  yield* keyLanes(sql, encryption)
  yield* mergeAll(sql, encryption)
  // A host of before that still runs makes no thread that nothing would key.
  yield* sql.unsafe(`alter table external_threads add constraint external_threads_keyed
    check (contact_key is not null or deleted_at is not null)`)
  yield* sql.unsafe(`create unique index ${KEY_INDEX} on external_threads (site_grouping_id, thread_type, contact_key)`)
  if (isEncrypted) {
    yield* sql.unsafe(`alter table external_threads add constraint external_threads_contact_key_sealed
      check (contact_key like '${INDEX_PREFIX}.%') not valid`)
  }
})
