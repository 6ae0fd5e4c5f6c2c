/**
 * Numbers that are being bought, and what all hosts know of the pool: when somebody looks next, and what was told of it. An
 * order without a tenant (`site_grouping_id` null) is for the pool.
 */
import { grant, rowLevelSecurity } from "./0008_row_level_security.ts"
import { run } from "./run.ts"

export default run([
  `create table number_orders (
     id uuid primary key,
     place bigint generated always as identity,
     site_grouping_id text references site_groupings,
     number text not null,
     provider text not null,
     monthly_price numeric(12, 4) not null,
     currency text not null,
     state text not null check (state in ('wanted', 'ordering', 'ordered', 'bought', 'done', 'failed')),
     provider_sid text,
     failures integer not null default 0,
     started_at timestamptz,
     failure_reason text,
     created_at timestamptz not null,
     fence bigint not null default 0,
     due_at timestamptz not null
   )`,
  `create unique index number_orders_open on number_orders (number) where state not in ('done', 'failed')`,
  `create unique index number_orders_open_for on number_orders (site_grouping_id)
     where state not in ('done', 'failed') and site_grouping_id is not null`,
  `create index number_orders_due on number_orders (due_at, place) where state not in ('done', 'failed')`,
  `create index number_orders_made on number_orders (created_at) where state <> 'failed'`,

  `create index number_orders_failed on number_orders (due_at) where state = 'failed'`,

  `create table number_watch (
     singleton boolean primary key default true check (singleton),
     conditions text[] not null default '{}',
     next_look_at timestamptz not null default '-infinity'
   )`,
  `insert into number_watch default values`,

  // Staff wish, and workers buy.
  ...rowLevelSecurity("number_orders"),
  ...grant("number_orders", { staff: null, workers: "select, insert, update" }),
  ...grant("number_watch", { staff: null, workers: "select, update" })
])
