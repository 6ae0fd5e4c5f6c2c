/**
 * A page of threads. Every list walks an index of its tenant from the cursor on; what is unread comes out of two walks, and
 * the inbox out of three, each a page long.
 */
import { ContactSearch } from "@careline/domain"
import type { ThreadQuery } from "@careline/ports"
import type { PgClient } from "@effect/sql-pg"
import type { Statement } from "effect/sql"
import { isUnread } from "./readMarks.ts"
import { isUuid, tenantColumn, tenants } from "../sql/rows.ts"
import type { IndexKeys } from "../encryption/Envelope.ts"
import { searchFilter } from "./searchFilter.ts"

/** Where a thread stands in every list. */
export interface Key {
  readonly at: number
  readonly id: string
}

/** The texts that whatever is found has: the digits of a number, or words; none where everything is shown. */
const wantedOf = (search: string): ReadonlyArray<string> => {
  const digits = ContactSearch.digitsOf(search)
  return digits === null ? ContactSearch.wordsOf(search) : [digits]
}

/** Whether the list is narrowed by words. */
export const isSearch = ({ search }: ThreadQuery): boolean => search !== undefined && search.trim() !== ""

/**
 * Arrivals that are looked at one by one, for what is unread among them. Of more, most are unread: a user who reads has what
 * they read settled. Then the list is walked.
 */
export const FEW_ARRIVALS = 256

type Sql = PgClient.PgClient

/** A patient has few threads: they are found first, and looked at one by one. */
const ofPatient = (sql: Sql, patientId: string): Statement.Fragment => sql`
  t.id in (
    select p.external_thread_id from thread_patients p
    where p.site_grouping_id = s.tenant and p.patient_id = ${patientId}
  )`

/** An id that is none of ours is no number's. */
const isNumber = (sql: Sql, id: string): Statement.Fragment =>
  isUuid(id) ? sql`t.phone_number_id = ${id}::uuid` : sql`false`

/** What is asked for of a thread `t` beside the view. */
const asked = (sql: Sql, keys: IndexKeys, query: ThreadQuery): Statement.Fragment =>
  sql.and([
    sql`t.deleted_at is null`,
    ...(query.patientId === undefined ? [] : [ofPatient(sql, query.patientId)]),
    ...(query.facilityId === undefined ? [] : [sql`t.facility_id = ${query.facilityId}`]),
    ...(query.assigneeId === undefined ? [] : [sql`t.assignee_id = ${query.assigneeId}`]),
    ...(query.phoneNumberId === undefined ? [] : [isNumber(sql, query.phoneNumberId)]),
    ...(query.threadType === undefined ? [] : [sql`t.thread_type = ${query.threadType}`]),
    ...(query.replyFailed === undefined ? [] : [sql`(t.reply_failed is not null) = ${query.replyFailed}`]),
    ...(isSearch(query) ? [searchFilter(sql, keys, wantedOf(query.search!))] : [])
  ])

/** What makes a thread one of the team's part of the view, whoever asks; `null` where nothing does. */
const ofTeam = (sql: Sql, { userId, view }: ThreadQuery): Statement.Fragment | null => {
  switch (view) {
    case "all":
      return sql`true`
    case "inbox":
      return sql`(t.assignee_id is null or t.unanswered_since is not null or t.reply_failed is not null)`
    case "unread":
      return null
    case "unassigned":
      return sql`t.assignee_id is null`
    case "mine":
      return sql`t.assignee_id = ${userId}`
  }
}

/** One page of the tenant `s.tenant`, as threads with the instant that they stand at in the list. */
const pageOfTenant = (sql: Sql, keys: IndexKeys, query: ThreadQuery, after: Key | null): Statement.Fragment => {
  const filter = asked(sql, keys, query)
  const count = sql.literal(String(query.limit + 1))
  const behind = (at: Statement.Fragment, id: Statement.Fragment) =>
    after === null ? sql`` : sql`and (${at}, ${id}) < (to_timestamp(${after.at}::float8 / 1000), ${after.id}::uuid)`
  const byMessage = behind(sql`t.last_message_at`, sql`t.id`)

  const walk = (condition: Statement.Fragment) => sql`
    select t.*, t.last_message_at as listed_at from external_threads t
    where t.site_grouping_id = s.tenant and ${filter} and ${condition} ${byMessage}
    order by t.last_message_at desc, t.id desc
    limit ${count}`

  const team = ofTeam(sql, query)
  if (query.view !== "inbox" && team !== null) return walk(team)

  // What came in since the user's arrivals were settled. A walk in the order of the list ends where those begin, with a
  // minute to spare for an answer of a host whose clock is behind. The sum keeps a planner from taking all arrivals in their
  // own order, to sort them.
  const arrivals = sql`
    with arrived as materialized (
      select t.* from external_threads t
      where t.site_grouping_id = s.tenant and t.last_inbound_at >= r.settled_before
      order by t.last_inbound_at
      limit ${sql.literal(String(FEW_ARRIVALS + 1))}
    )
    (
      select t.*, t.last_message_at as listed_at from arrived t
      where (select count(*) from arrived) <= ${sql.literal(String(FEW_ARRIVALS))}
        and ${filter} and ${isUnread(sql, query.userId)} ${byMessage}
      order by t.last_message_at desc, t.id desc
      limit ${count}
    )
    union all
    (
      select t.*, t.last_message_at as listed_at from external_threads t
      where (select count(*) from arrived) > ${sql.literal(String(FEW_ARRIVALS))}
        and t.site_grouping_id = s.tenant and t.last_message_at >= r.settled_before - interval '1 minute'
        and t.last_inbound_at + interval '0' >= r.settled_before
        and ${filter} and ${isUnread(sql, query.userId)} ${byMessage}
      order by t.last_message_at desc, t.id desc
      limit ${count}
    )`

  // What came in before that, and is unread all the same.
  const kept = sql`
    select t.*, u.listed_at from unread_threads u
    cross join lateral (
      select * from external_threads t where t.site_grouping_id = u.site_grouping_id and t.id = u.external_thread_id limit 1
    ) t
    where u.site_grouping_id = s.tenant and u.user_id = ${query.userId} and ${filter}
      ${behind(sql`u.listed_at`, sql`u.external_thread_id`)}
    order by u.listed_at desc, u.external_thread_id desc
    limit ${count}`

  return sql`
    select * from (
      select distinct on (id) * from (
        select p.* from readers r cross join lateral (${arrivals}) p
        where r.site_grouping_id = s.tenant and r.user_id = ${query.userId}
        union all (${kept})
        ${team === null ? sql`` : sql`union all (${walk(team)})`}
      ) found
      order by id, listed_at desc
    ) page
    order by listed_at desc, id desc
    limit ${count}`
}

/** The page of the scope: that of its tenant, or a page of each and the newest of those; one thread more where there are more. */
export const pageStatement = (sql: Sql, keys: IndexKeys, query: ThreadQuery, after: Key | null): Statement.Fragment => {
  const page = pageOfTenant(sql, keys, query, after)
  return query.scope !== "all" && query.scope.length === 1
    ? sql`select p.* from (values (${tenantColumn(query.scope[0]!)}::text)) s (tenant) cross join lateral (${page}) p`
    : sql`
      select p.* from ${tenants(sql, query.scope)} s cross join lateral (${page}) p
      order by p.listed_at desc, p.id desc
      limit ${query.limit + 1}`
}
