/** Numbers that are being bought, under leases by the store's clock. */
import type { PhoneNumber, PoolPlan } from "@careline/domain"
import { NumberOrders } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { asStorage } from "../sql/StorageErrors.ts"
import { iso } from "../sql/rows.ts"
import type { Row } from "../tables/Table.ts"
import { numberOrders } from "../tables/Tables.ts"

interface ClaimedRow extends Row {
  readonly place: bigint
  readonly fence: bigint
}

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
        Effect.map((rows) => rows.map(numberOrders.fromRow)),
        asStorage("numberOrders.open")
      ),
      spentMicros: (since, currency) =>
        sql<{ readonly micros: bigint }>`
          select coalesce(sum(monthly_price) * 1000000, 0)::bigint as micros from number_orders o
          where kind = 'purchase' and state <> 'failed' and created_at >= ${iso(since)}::timestamptz
            and currency = ${currency} and not exists (
              select from number_orders given_back
              where given_back.kind = 'release' and given_back.state = 'done' and given_back.number = o.number
                and given_back.created_at >= o.created_at
            )`.pipe(
          Effect.map(([row]) => Number(row?.micros ?? 0)),
          asStorage("numberOrders.spentMicros")
        ),
      failed: (since) =>
        sql<{ readonly all: number; readonly account: number }>`
          select count(*)::int as all, (count(*) filter (where failure_reason = 'account'))::int as account
          from number_orders where kind = 'purchase' and state = 'failed' and due_at >= ${iso(since)}::timestamptz`.pipe(
          Effect.map(([row]) => row ?? { all: 0, account: 0 }),
          asStorage("numberOrders.failed")
        ),
      refused: (since) =>
        sql<{ readonly number: string }>`
          select distinct number from number_orders
          where kind = 'purchase' and state = 'failed' and due_at >= ${iso(since)}::timestamptz
            and failure_reason in ('not_available', 'requirements', 'other')`.pipe(
          Effect.map((rows) => rows.map(({ number }) => number as PhoneNumber.E164)),
          asStorage("numberOrders.refused")
        ),
      add: (orders, dueInMillis = 0) =>
        orders.length === 0
          ? Effect.void
          : sql`
              insert into number_orders (${numberOrders.columns}, created_at, due_at)
              select ${numberOrders.columns}, careline_now(),
                     careline_now() + make_interval(secs => ${dueInMillis}::float8 / 1000)
              from ${numberOrders.given(orders.map(numberOrders.toRow))}`.pipe(
              Effect.asVoid,
              asStorage("numberOrders.add")
            ),
      cancelRelease: (number) =>
        sql`
          update number_orders
          set state = 'failed', failure_reason = 'cancelled', fence = fence + 1, due_at = careline_now()
          where number = ${number} and kind = 'release' and state = 'wanted' returning id`.pipe(
          Effect.map((rows) => rows.length === 1),
          asStorage("numberOrders.cancelRelease")
        ),
      claim: ({ leaseMillis, limit }) =>
        sql<ClaimedRow>`
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
              .map((row) => ({ order: numberOrders.fromRow(row), fence: String(row.fence) }))
          ),
          asStorage("numberOrders.claim")
        ),
      advance: ({ dueInMillis, fence, order }) =>
        sql<{ readonly fence: bigint }>`
          update number_orders o
          set ${numberOrders.changes("given")}, fence = o.fence + 1,
              due_at = careline_now() + make_interval(secs => ${dueInMillis}::float8 / 1000)
          from ${numberOrders.given([numberOrders.toRow(order)])}
          where o.id = given.id and o.fence = ${fence}::bigint
          returning o.fence`.pipe(
          Effect.map(([row]) => (row === undefined ? null : String(row.fence))),
          asStorage("numberOrders.advance")
        ),
      conditions: sql<{ readonly conditions: ReadonlyArray<PoolPlan.PoolCondition> }>`
        select conditions from number_watch`.pipe(
        Effect.map(([row]) => row?.conditions ?? []),
        asStorage("numberOrders.conditions")
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
