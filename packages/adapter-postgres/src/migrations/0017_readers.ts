/**
 * Who has read what: a mark for each user and thread, and what is unread by whom where the order of arrival does not say it.
 * What the team had read before counts as read by everybody who is known by then.
 */
import { TENANTS_SETTING } from "../row-level-security/RowLevelSecurity.ts"
import { grant, rowLevelSecurity } from "./0008_row_level_security.ts"
import { run } from "./run.ts"

export default run([
  `set local statement_timeout = 0`,
  // The owner is held back by row-level security as well.
  `set local ${TENANTS_SETTING} = 'all'`,

  `alter table external_threads add column last_inbound_position integer not null default 0`,
  `update external_threads t set last_inbound_position = coalesce((
     select m.position from messages m
     where m.site_grouping_id = t.site_grouping_id and m.external_thread_id = t.id and m.direction = 'inbound'
     order by m.position desc limit 1
   ), 0)
   where last_inbound_at is not null`,

  // `since`: what came in before is read, unless a mark says otherwise. Of the threads whose contact was last heard from
  // before `settled_before`, exactly those in `unread_threads` are unread.
  `create table readers (
     site_grouping_id text not null,
     user_id text not null,
     since timestamptz not null,
     settled_before timestamptz not null,
     primary key (site_grouping_id, user_id)
   )`,
  ...rowLevelSecurity("readers"),
  // A thread that is shown says what is unread of it, whoever asks.
  ...grant("readers", { staff: "select, insert, update", workers: "select" }),
  ...grant("message_read_status", { staff: null, workers: "select" }),

  // `listed_at`: when the thread's last message was, for its place in a list. No foreign key: whoever settles what is
  // unread does so without a lock on the threads.
  `create table unread_threads (
     site_grouping_id text not null,
     external_thread_id uuid not null,
     user_id text not null,
     listed_at timestamptz not null,
     primary key (site_grouping_id, external_thread_id, user_id)
   ) with (fillfactor = 80)`,
  `create index unread_threads_listed on unread_threads (site_grouping_id, user_id, listed_at desc, external_thread_id desc)`,
  ...rowLevelSecurity("unread_threads"),
  ...grant("unread_threads", { staff: "select, insert, update, delete", workers: "select, update" }),

  `update message_read_status r set position = t.read_position from external_threads t
   where t.site_grouping_id = r.site_grouping_id and t.id = r.external_thread_id and r.position < t.read_position`,
  `insert into readers (site_grouping_id, user_id, since, settled_before)
   select site_grouping_id, user_id, careline_now(), careline_now() from message_read_status group by 1, 2`,
  `insert into message_read_status (site_grouping_id, external_thread_id, user_id, position, read_at)
   select t.site_grouping_id, t.id, r.user_id, t.read_position, r.since
   from readers r join external_threads t using (site_grouping_id)
   where t.unread_count > 0 and t.deleted_at is null
   on conflict do nothing`,
  `insert into unread_threads (site_grouping_id, external_thread_id, user_id, listed_at)
   select t.site_grouping_id, t.id, m.user_id, t.last_message_at
   from external_threads t join message_read_status m on m.site_grouping_id = t.site_grouping_id and m.external_thread_id = t.id
   where m.position < t.last_inbound_position`,

  `alter table external_threads drop column unread_count, drop column read_position`,
  `drop index if exists external_threads_unread`,
  `drop index if exists external_threads_inbox`,
  `create index external_threads_inbox on external_threads (site_grouping_id, last_message_at desc, id desc)
     where deleted_at is null and (assignee_id is null or unanswered_since is not null or reply_failed is not null)`,
  `create index external_threads_heard on external_threads (site_grouping_id, last_inbound_at)
     where last_inbound_at is not null`
])
