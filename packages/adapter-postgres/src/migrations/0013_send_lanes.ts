/**
 * Sending lanes: texts are claimed lane by lane from the longest due one on, at most one of a lane is on its way to a
 * recipient (lane 0 aside), what is lost is looked for in the same order, and what waits at a number is counted by lane.
 */
import { run } from "./run.ts"

export default run([
  // A table of many texts takes longer than any one request may.
  `set local statement_timeout = 0`,

  // Most texts are conversation: as a default it rewrites none of them, and a host of before may still queue beside us.
  `alter table sends add column lane smallint not null default 1 check (lane between 0 and 3)`,
  `update sends set lane = case
       when message_class in ('on_call', 'opt_out_confirmation') then 0
       when message_class in ('care', 'reminder') then 2
       else 3
     end
   where message_class <> 'conversational'`,
  `drop index sends_queued`,
  `create index sends_due on sends (lane, not_before, place) where state = 'queued'`,
  `drop index sends_open`,
  `create index sends_turn on sends (site_grouping_id, to_number, lane, place) where state = 'queued' and lane > 0`,
  // Of two that are on their way already one is looked for as if its worker had been lost; whoever hears of it settles it.
  `update sends s set state = 'unknown' where s.state = 'sending' and s.lane > 0 and exists (
     select from sends o where o.site_grouping_id = s.site_grouping_id and o.to_number = s.to_number
       and o.lane = s.lane and o.state = 'sending' and o.place > s.place
   )`,
  `create unique index sends_one_under_way on sends (site_grouping_id, to_number, lane)
     where state = 'sending' and lane > 0`,
  `drop index sends_unknown`,
  `create index sends_unknown on sends (lane, look_at) where state in ('sending', 'unknown')`,
  `drop index sends_waiting`,
  `create index sends_waiting on sends (from_number_id, lane) where state = 'queued' and from_number_id is not null`
])
