/**
 * How far a user has read, so that what they have not read is found however much they have.
 *
 * A row for each user and unread thread would cost a text as many writes as the tenant has users, those included who never
 * look. So arrival says it: what came in from `readers.settled_before` on is unread unless a mark says otherwise, and of
 * what came before, `unread_threads` names what is unread. Each mark that a user sets moves their `settled_before` on over
 * many more threads than it reads: whoever reads has little that is not settled, and whoever reads nothing finds what is
 * unread at once, for all of it is.
 */
import type { ReadMark } from "@careline/ports"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import type { Statement } from "effect/sql"
import { iso, tenantColumn } from "../sql/rows.ts"

/** Threads that one mark settles. */
export const SETTLED_AT_ONCE = 64

/**
 * Minutes that an arrival is not settled: longer than a transaction of a worker may take, and than clocks of hosts differ.
 * What is committed after its time was settled would be read by nobody.
 */
const UNSETTLED_MINUTES = 15

/** Whether thread `t` has what the user has not read, by their mark and else by their reader `r`. Looked up row by row. */
export const isUnread = (sql: PgClient.PgClient, userId: string): Statement.Fragment => sql`
  coalesce((
    select m.position from message_read_status m
    where m.site_grouping_id = t.site_grouping_id and m.external_thread_id = t.id and m.user_id = ${userId}
  ) < t.last_inbound_position, t.last_inbound_at >= r.since)`

/** How many messages of thread `t` the user has not read. */
export const unreadCount = (sql: PgClient.PgClient, userId: string): Statement.Fragment => {
  const inbound = sql`
    select count(*)::int from messages m
    where m.site_grouping_id = t.site_grouping_id and m.external_thread_id = t.id and m.direction = 'inbound'`
  // The last one before their time is met first when the messages are read from the end.
  const lastBefore = sql`
    select m.position from messages m
    where m.site_grouping_id = t.site_grouping_id and m.external_thread_id = t.id and m.direction = 'inbound'
      and m.created_at < r.since
    order by m.position desc limit 1`
  return sql`(
    select case
      when s.position >= t.last_inbound_position or s.position is null and (r.since is null or t.last_inbound_at < r.since)
        then 0
      else (${inbound} and m.position > coalesce(s.position, (${lastBefore}), 0))
    end
    from (values (1)) one
    left join readers r on r.site_grouping_id = t.site_grouping_id and r.user_id = ${userId}
    left join message_read_status s
      on s.site_grouping_id = t.site_grouping_id and s.external_thread_id = t.id and s.user_id = ${userId}
  )`
}

/** Moves the user's mark, and settles more of what came in. */
export const markRead = Effect.fnUntraced(function* (sql: PgClient.PgClient, mark: ReadMark) {
  const tenant = tenantColumn(mark.siteGroupingId)
  const settledBefore = sql`${iso(mark.readAt)}::timestamptz - ${UNSETTLED_MINUTES} * interval '1 minute'`
  // One at a time for each user: what is settled by one is not looked at by another.
  yield* sql`select from readers where site_grouping_id = ${tenant} and user_id = ${mark.userId} for update`
  yield* sql`
    insert into message_read_status (site_grouping_id, external_thread_id, user_id, position, read_at)
    values (${tenant}, ${mark.threadId}::uuid, ${mark.userId}, ${mark.position}::int, ${iso(mark.readAt)}::timestamptz)
    on conflict (site_grouping_id, external_thread_id, user_id) do update
      set position = excluded.position, read_at = excluded.read_at`
  yield* sql`
    with marked as materialized (
      select site_grouping_id, id, last_message_at, last_inbound_position > ${mark.position}::int as is_unread
      from external_threads where site_grouping_id = ${tenant} and id = ${mark.threadId}::uuid
    ), read as (
      delete from unread_threads u using marked m
      where not m.is_unread and u.site_grouping_id = m.site_grouping_id and u.external_thread_id = m.id
        and u.user_id = ${mark.userId}
    )
    insert into unread_threads (site_grouping_id, external_thread_id, user_id, listed_at)
    select site_grouping_id, id, ${mark.userId}, last_message_at from marked where is_unread
    on conflict (site_grouping_id, external_thread_id, user_id) do update set listed_at = excluded.listed_at`
  yield* sql`
    with arrived as materialized (
      select t.id, t.last_inbound_at, t.last_message_at, ${isUnread(sql, mark.userId)} as is_unread
      from readers r cross join lateral (
        select * from external_threads t
        where t.site_grouping_id = r.site_grouping_id and t.last_inbound_at >= r.settled_before
          and t.last_inbound_at < ${settledBefore}
        order by t.last_inbound_at
        fetch first ${sql.literal(String(SETTLED_AT_ONCE))} rows with ties
      ) t
      where r.site_grouping_id = ${tenant} and r.user_id = ${mark.userId}
    ), unread as (
      insert into unread_threads (site_grouping_id, external_thread_id, user_id, listed_at)
      select ${tenant}, id, ${mark.userId}, last_message_at from arrived where is_unread
      on conflict do nothing
    )
    update readers set settled_before = case
      when (select count(*) from arrived) < ${SETTLED_AT_ONCE} then ${settledBefore}
      else (select max(last_inbound_at) from arrived) + interval '1 microsecond'
    end
    where site_grouping_id = ${tenant} and user_id = ${mark.userId} and settled_before < ${settledBefore}`
})
