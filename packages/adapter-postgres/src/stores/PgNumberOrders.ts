/** Numbers that are being bought, under leases by the store's clock. */
import type { NumberOrder, PhoneNumber, PhoneNumberId, PoolPlan } from "@careline/domain"
import { NumberOrders } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { asStorage } from "../sql/StorageErrors.ts"
import { decimal } from "../rows/numberRow.ts"
import { instantOrNull, iso, tenantColumn, tenantOf } from "../sql/rows.ts"

interface Row {
  readonly id: string
  readonly place: bigint
  readonly site_grouping_id: string | null
  readonly number: string
  readonly provider: string
  readonly monthly_price: string
  readonly currency: string
  readonly state: NumberOrder.NumberOrderState
  readonly provider_sid: string | null
  readonly failures: number
  readonly started_at: Date | null
  readonly failure_reason: NumberOrder.NumberOrderFailure | null
  readonly fence: bigint
}

const fromRow = (row: Row): NumberOrder.NumberOrder => ({
  id: row.id as PhoneNumberId,
  number: row.number as PhoneNumber.E164,
  provider: row.provider,
  price: { amount: decimal(row.monthly_price), currency: row.currency },
  wantedBy: row.site_grouping_id === null ? null : { siteGroupingId: tenantOf(row.site_grouping_id) },
  state: row.state,
  providerSid: row.provider_sid,
  failures: row.failures,
  startedAt: instantOrNull(row.started_at),
  failedBecause: row.failure_reason
})

const toJson = (order: NumberOrder.NumberOrder) => ({
  id: order.id,
  site_grouping_id: order.wantedBy === null ? null : tenantColumn(order.wantedBy.siteGroupingId),
  number: order.number,
  provider: order.provider,
  monthly_price: order.price.amount,
  currency: order.price.currency,
  state: order.state
})

export const layer = Layer.effect(
  NumberOrders,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const conditions = sql<{ readonly conditions: ReadonlyArray<PoolPlan.PoolCondition> }>`
      select conditions from number_watch for update`
    return NumberOrders.of({
      look: (everyMillis) =>
        sql`
          update number_watch
          set next_look_at = careline_now() + make_interval(secs => ${everyMillis}::float8 / 1000)
          where next_look_at <= careline_now() returning singleton`.pipe(
          Effect.map((rows) => rows.length === 1),
          asStorage("numberOrders.look")
        ),
      hold: conditions.pipe(Effect.asVoid, asStorage("numberOrders.hold")),
      open: sql<Row>`select * from number_orders where state not in ('done', 'failed') order by place`.pipe(
        Effect.map((rows) => rows.map(fromRow)),
        asStorage("numberOrders.open")
      ),
      spentMicros: (since, currency) =>
        sql<{ readonly micros: bigint }>`
          select coalesce(sum(monthly_price) * 1000000, 0)::bigint as micros from number_orders
          where state <> 'failed' and created_at >= ${iso(since)}::timestamptz and currency = ${currency}`.pipe(
          Effect.map(([row]) => Number(row?.micros ?? 0)),
          asStorage("numberOrders.spentMicros")
        ),
      failed: (since) =>
        sql<{ readonly all: number; readonly account: number }>`
          select count(*)::int as all, (count(*) filter (where failure_reason = 'account'))::int as account
          from number_orders where state = 'failed' and due_at >= ${iso(since)}::timestamptz`.pipe(
          Effect.map(([row]) => row ?? { all: 0, account: 0 }),
          asStorage("numberOrders.failed")
        ),
      refused: (since) =>
        sql<{ readonly number: string }>`
          select distinct number from number_orders
          where state = 'failed' and due_at >= ${iso(since)}::timestamptz
            and failure_reason in ('not_available', 'requirements', 'other')`.pipe(
          Effect.map((rows) => rows.map(({ number }) => number as PhoneNumber.E164)),
          asStorage("numberOrders.refused")
        ),
      add: (orders) =>
        orders.length === 0
          ? Effect.void
          : sql`
              insert into number_orders
                (id, site_grouping_id, number, provider, monthly_price, currency, state, created_at, due_at)
              select id, site_grouping_id, number, provider, monthly_price, currency, state, careline_now(), careline_now()
              from json_to_recordset(${JSON.stringify(orders.map(toJson))}::json)
                n (id uuid, site_grouping_id text, number text, provider text, monthly_price numeric, currency text, state text)`.pipe(
              Effect.asVoid,
              asStorage("numberOrders.add")
            ),
      claim: ({ leaseMillis, limit }) =>
        sql<Row>`
          with due as materialized (
            select id from number_orders where state not in ('done', 'failed') and due_at <= careline_now()
            order by due_at, place limit ${limit}
            for update skip locked
          )
          update number_orders o
          set fence = o.fence + 1, due_at = careline_now() + make_interval(secs => ${leaseMillis}::float8 / 1000)
          from due where o.id = due.id
          returning o.*`.pipe(
          Effect.map((rows) =>
            rows
              .toSorted((one, other) => Number(one.place - other.place))
              .map((row) => ({ order: fromRow(row), fence: String(row.fence) }))
          ),
          asStorage("numberOrders.claim")
        ),
      advance: ({ dueInMillis, fence, order }) =>
        sql<{ readonly fence: bigint }>`
          update number_orders
          set site_grouping_id = ${toJson(order).site_grouping_id}, state = ${order.state}, provider_sid = ${order.providerSid}, failures = ${order.failures},
              started_at = ${iso(order.startedAt)}::timestamptz, failure_reason = ${order.failedBecause},
              due_at = careline_now() + make_interval(secs => ${dueInMillis}::float8 / 1000), fence = fence + 1
          where id = ${order.id}::uuid and fence = ${fence}::bigint
          returning fence`.pipe(
          Effect.map(([row]) => (row === undefined ? null : String(row.fence))),
          asStorage("numberOrders.advance")
        ),
      note: (now) =>
        Effect.gen(function* () {
          const [row] = yield* conditions
          const before = row?.conditions ?? []
          yield* sql`update number_watch set conditions = ${[...now]}::text[]`
          return {
            began: now.filter((one) => !before.includes(one)),
            ended: before.filter((one) => !now.includes(one))
          }
        }).pipe(asStorage("numberOrders.note"))
    })
  })
)
