/**
 * Throughput limits and failover between providers: token buckets, circuits, the number that an attempt left from, the
 * provider that carries a number of ours, and how many texts wait at a number.
 */
import { run } from "./run.ts"

export default run([
  // A table of many attempts takes longer than any one request may.
  `set local statement_timeout = 0`,

  // Written for every text: with room for the next version on the same page, and no index on what changes.
  `create table rate_buckets (
     key text primary key,
     full_at timestamptz not null
   ) with (fillfactor = 50)`,

  `create table circuits (
     provider text primary key,
     failures integer not null check (failures >= 0),
     open_until timestamptz,
     probe_until timestamptz
   ) with (fillfactor = 50)`,

  `alter table phone_numbers add column provider text`,

  `alter table send_attempts add column from_number text`,
  `update send_attempts a set from_number = s.from_number from sends s
     where s.site_grouping_id = a.site_grouping_id and s.id = a.send_id`,
  `alter table send_attempts alter column from_number set not null`,

  // That there is a number is said for the claim's sake: it does not ask for it, and so keeps to the index in its order.
  `create index sends_waiting on sends (from_number_id) where state = 'queued' and from_number_id is not null`
])
