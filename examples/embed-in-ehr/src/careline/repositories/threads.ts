/** Threads with contacts outside, and the lists over them. */
import { ContactSearch } from "@careline/domain"
import type { Repositories } from "careline"
import type { Queryable } from "../../ehr/database.ts"
import { cursorsOf, instantAndId } from "./cursor.ts"
import { COLUMNS, fromRow, PATIENTS, type Row } from "./externalThreads.ts"
import { inScope, keyOf, scopeOf } from "./rows.ts"

type ViewRow = Row & {
  readonly phoneNumber: string | null
  readonly optedOut: boolean
  readonly unreadCount: number
}

/** Behind the user's mark; where there is none, what came in since they look. */
const isUnread = (user: string, place: string, at: string) => `coalesce((
    select coalesce(last.place, 0) < ${place} from message_read_status r
    left join messages last on last.id = r.last_read_message_id
    where r.external_thread_id = t.id and r.user_id = ${user}
  ), ${at} >= (
    select r.since from line_readers r where r.user_id = ${user} and r.site_group_id is not distinct from t.site_group_id
  ), false)`

const selectViews = (user: string) => `
  select ${COLUMNS}, l.number as "phoneNumber", coalesce(c.status = 'opted_out', false) as "optedOut", (
    select count(*)::integer from messages m
    where m.external_thread_id = t.id and m.direction = 'inbound' and ${isUnread(user, "m.place", "m.sent_at")}
  ) as "unreadCount"
  from external_threads t
  left join phone_lines l on l.id = t.phone_line_id
  left join contact_consents c on c.contact = t.contact and c.site_group_id is not distinct from t.site_group_id`

const fromViewRow = ({ optedOut, phoneNumber, unreadCount, ...row }: ViewRow) => ({
  thread: fromRow(row),
  phoneNumber,
  optedOut,
  unreadCount
})

const cursors = cursorsOf("threads", instantAndId)

type Filter = Parameters<ReturnType<Repositories<Queryable>["threads"]>["counts"]>[0][number] & {
  search?: string | undefined
}

/** One way of writing for what reads the same: no accents, no case. */
const folded = (column: string) => `lower(regexp_replace(normalize(${column}, NFKD), '[\u0300-\u036f]', '', 'g'))`

/** Whether a thread \`t\` is what the values of a filter ask for: it is open, in the view, and has each word of the search. */
const isListed = `t.deleted_at is null
  and case $2
    when 'inbox' then t.assigned_to is null or t.unanswered_since is not null or t.reply_failed is not null
      or ${isUnread("$3", "t.last_inbound_place", "t.last_inbound_at")}
    when 'unread' then ${isUnread("$3", "t.last_inbound_place", "t.last_inbound_at")}
    when 'unassigned' then t.assigned_to is null
    when 'mine' then t.assigned_to = $3
    else true
  end
  and ($4::bigint is null or exists (
    select from external_thread_patients p where p.external_thread_id = t.id and p.patient_id = $4
  ))
  and ($5::bigint is null or t.facility_id = $5)
  and ($6::bigint is null or t.assigned_to = $6)
  and ($7::bigint is null or t.phone_line_id = $7)
  and ($8::text is null or t.kind = $8)
  and ($9::boolean is null or (t.reply_failed is not null) = $9)
  and not exists (
    select from unnest($10::text[]) word
    where strpos(${folded("concat_ws(' ', t.contact_name, t.contact)")}, word) = 0
  )`

const valuesOf = (filter: Filter): ReadonlyArray<unknown> => {
  const {
    assigneeId,
    facilityId,
    patientId,
    phoneNumberId,
    replyFailed,
    scope,
    search = "",
    threadType,
    userId,
    view
  } = filter
  const digits = ContactSearch.digitsOf(search)
  return [
    scopeOf(scope),
    view,
    keyOf(userId),
    keyOf(patientId ?? null),
    keyOf(facilityId ?? null),
    keyOf(assigneeId ?? null),
    keyOf(phoneNumberId ?? null),
    threadType ?? null,
    replyFailed ?? null,
    digits === null ? ContactSearch.wordsOf(search) : [digits]
  ]
}

export const threads: Repositories<Queryable>["threads"] = (db) => {
  /** The threads that stand in `keys`, locked in the order of their ids. */
  const lock = async (keys: string, columns: string, given: ReadonlyArray<object>) => {
    const locked = await db.query<{ id: string }>(
      `select t.id from (select distinct * from jsonb_to_recordset($1) k (${columns})) k
       join external_threads t on ${keys} and t.site_group_id is not distinct from k.site_group_id
       order by t.id for update of t`,
      [JSON.stringify(given)]
    )
    // Read once they are locked: the links to patients would otherwise be those from before the wait.
    const { rows } = await db.query<Row>(
      `select ${COLUMNS} from external_threads t where t.id = any($1) order by t.id`,
      [locked.rows.map(({ id }) => id)]
    )
    return rows.map(fromRow)
  }

  return {
    loadByKeys: (keys) =>
      lock(
        "t.contact = k.contact and t.kind = k.kind",
        "site_group_id bigint, kind text, contact text",
        keys.map(({ contact, siteGroupingId, threadType }) => ({
          site_group_id: keyOf(siteGroupingId),
          kind: threadType,
          contact
        }))
      ),

    loadByIds: (ids) =>
      lock(
        "t.id = k.id",
        "site_group_id bigint, id bigint",
        ids.map(({ siteGroupingId, threadId }) => ({ site_group_id: keyOf(siteGroupingId), id: keyOf(threadId) }))
      ),

    patientsOf: async (ids) => {
      const { rows } = await db.query<{ threadId: string; patientIds: ReadonlyArray<string> }>(
        `select t.id as "threadId", ${PATIENTS} as "patientIds"
         from (select distinct * from jsonb_to_recordset($1) k (site_group_id bigint, id bigint)) k
         join external_threads t on t.id = k.id and t.site_group_id is not distinct from k.site_group_id`,
        [
          JSON.stringify(
            ids.map(({ siteGroupingId, threadId }) => ({ site_group_id: keyOf(siteGroupingId), id: keyOf(threadId) }))
          )
        ]
      )
      return rows
    },

    get: async (scope, id, userId) => {
      const { rows } = await db.query<ViewRow>(
        `${selectViews("$3")} where t.id = $1 and t.deleted_at is null and ${inScope("t", "$2")}`,
        [keyOf(id), scopeOf(scope), keyOf(userId)]
      )
      return rows[0] === undefined ? null : fromViewRow(rows[0])
    },

    list: async ({ cursor, limit, ...filter }) => {
      const after = cursors.read(cursor)
      const { rows } = await db.query<ViewRow>(
        `with page as materialized (
           select t.id from (select 0 as id union all select id from site_groups) g
           cross join lateral (
             select t.id, t.last_message_at from external_threads t
             where coalesce(t.site_group_id, 0) = g.id and ${isListed}
               and ($11::timestamptz is null or (t.last_message_at, t.id) < ($11, $12::bigint))
             order by t.last_message_at desc, t.id desc limit $13
           ) t
           where $1::bigint[] is null or g.id = any($1)
           order by t.last_message_at desc, t.id desc limit $13
         )
         ${selectViews("$3")} where t.id in (select id from page)
         order by t.last_message_at desc, t.id desc`,
        [...valuesOf(filter), after === null ? null : new Date(after.at), after?.id ?? null, limit + 1]
      )
      return cursors.page(rows.map(fromViewRow), limit, ({ thread }) => ({
        at: thread.lastMessageAt.getTime(),
        id: thread.id
      }))
    },

    counts: (filters, atMost) =>
      Promise.all(
        filters.map(async (filter) => {
          const { rows } = await db.query<{ count: number }>(
            `select count(*)::integer as count from (
               select from external_threads t
               where ($1::bigint[] is null or coalesce(t.site_group_id, 0) = any($1)) and ${isListed} limit $11
             ) t`,
            [...valuesOf(filter), atMost]
          )
          return rows[0]!.count
        })
      )
  }
}
