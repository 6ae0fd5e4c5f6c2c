import { NumberOrder, NumberPrices } from "@careline/domain"
import { NumberOrders, StorageError, StoreConflict } from "@careline/ports"
import { DateTime, Effect, HashMap, Layer, Option, Order } from "effect"
import type { MemoryState, OrderRow } from "../shared/MemoryState.ts"
import { MemoryStore } from "../shared/MemoryStore.ts"

const oldestFirst = Order.mapInput(Order.Number, (row: OrderRow) => row.sequence)

const put = (state: MemoryState, rows: ReadonlyArray<OrderRow>): MemoryState => ({
  ...state,
  numberOrders: rows.reduce((known, row) => HashMap.set(known, row.order.id, row), state.numberOrders)
})

/** Whether two orders are of one number, or for one tenant. */
const meets =
  (one: NumberOrder.NumberOrder) =>
  (other: NumberOrder.NumberOrder): boolean =>
    one.number === other.number ||
    (one.wantedBy !== null && one.wantedBy.siteGroupingId === other.wantedBy?.siteGroupingId)

const rowsOf = ({ numberOrders }: MemoryState) => HashMap.toValues(numberOrders).toSorted(oldestFirst)

/** Whether the number was given back after the purchase. */
const isGivenBack = (rows: ReadonlyArray<OrderRow>, bought: OrderRow): boolean =>
  rows.some(
    ({ createdAt, order }) =>
      order.kind === "release" &&
      order.state === "done" &&
      order.number === bought.order.number &&
      DateTime.isGreaterThanOrEqualTo(createdAt, bought.createdAt)
  )

const failedSince = (state: MemoryState, since: DateTime.Utc) =>
  rowsOf(state).flatMap(({ dueAt, order }) =>
    order.kind === "purchase" && order.state === "failed" && DateTime.isGreaterThanOrEqualTo(dueAt, since)
      ? [order]
      : []
  )

export const layer: Layer.Layer<NumberOrders, never, MemoryStore> = Layer.effect(
  NumberOrders,
  Effect.map(MemoryStore, (store) =>
    NumberOrders.of({
      look: (everyMillis) =>
        Effect.flatMap(DateTime.now, (now) =>
          store.modify((state) => {
            const { nextLookAt } = state.poolWatch
            if (nextLookAt !== null && DateTime.isGreaterThan(nextLookAt, now)) return [false, state]
            const next = DateTime.addDuration(now, everyMillis)
            return [true, { ...state, poolWatch: { ...state.poolWatch, nextLookAt: next } }]
          })
        ),
      // Transactions of the memory store exclude each other.
      hold: Effect.void,
      open: store.read((state) =>
        rowsOf(state)
          .map(({ order }) => order)
          .filter((order) => !NumberOrder.isOver(order))
      ),
      spentMicros: (since, currency) =>
        store.read((state) =>
          rowsOf(state)
            .filter((row, _, rows) => {
              const { createdAt, order } = row
              const isCounted = order.kind === "purchase" && order.state !== "failed" && !isGivenBack(rows, row)
              return isCounted && DateTime.isGreaterThanOrEqualTo(createdAt, since)
            })
            .flatMap(({ order: { price } }) => (price?.currency === currency ? [NumberPrices.toMicros(price)] : []))
            .reduce((sum, micros) => sum + micros, 0)
        ),
      failed: (since) =>
        store.read((state) => {
          const failed = failedSince(state, since)
          return {
            all: failed.length,
            account: failed.filter(({ failedBecause }) => failedBecause === "account").length
          }
        }),
      refused: (since) =>
        store.read((state) => {
          const refused = failedSince(state, since).filter(
            ({ failedBecause }) => failedBecause !== "account" && failedBecause !== "gave_up"
          )
          return [...new Set(refused.map(({ number }) => number))]
        }),
      add: (orders, dueInMillis = 0) =>
        Effect.gen(function* () {
          const now = yield* DateTime.now
          const isNew = yield* store.modify((state) => {
            const open = rowsOf(state).flatMap(({ order }) => (NumberOrder.isOver(order) ? [] : [order]))
            if (orders.some((order) => open.some(meets(order)))) return [false, state]
            const rows = orders.map((order, index): OrderRow => ({
              sequence: state.sequence + index + 1,
              order,
              fence: 0,
              dueAt: DateTime.addDuration(now, dueInMillis),
              createdAt: now
            }))
            return [true, put({ ...state, sequence: state.sequence + rows.length }, rows)]
          })
          if (!isNew) {
            const reason = new StoreConflict({ message: "an order is open", constraint: "number_orders_open" })
            return yield* new StorageError({ operation: "numberOrders.add", reason })
          }
        }),
      cancelRelease: (number) =>
        Effect.flatMap(DateTime.now, (now) =>
          store.modify((state) => {
            const row = rowsOf(state).find(
              ({ order }) => order.number === number && order.kind === "release" && order.state === "wanted"
            )
            if (row === undefined) return [false, state]
            const order = { ...row.order, state: "failed", failedBecause: "cancelled" } as const
            return [true, put(state, [{ ...row, order, fence: row.fence + 1, dueAt: now }])]
          })
        ),
      claim: ({ leaseMillis, limit }) =>
        Effect.flatMap(DateTime.now, (now) =>
          store.modify((state) => {
            const claimed = rowsOf(state)
              .filter(({ dueAt, order }) => !NumberOrder.isOver(order) && DateTime.isLessThanOrEqualTo(dueAt, now))
              .slice(0, limit)
              .map((row) => ({ ...row, fence: row.fence + 1, dueAt: DateTime.addDuration(now, leaseMillis) }))
            return [claimed.map(({ fence, order }) => ({ order, fence: String(fence) })), put(state, claimed)]
          })
        ),
      advance: ({ dueInMillis, fence, order }) =>
        Effect.flatMap(DateTime.now, (now) =>
          store.modify((state) => {
            const row = Option.getOrUndefined(HashMap.get(state.numberOrders, order.id))
            if (row === undefined || String(row.fence) !== fence) return [null, state]
            const next = { ...row, order, dueAt: DateTime.addDuration(now, dueInMillis), fence: row.fence + 1 }
            return [String(next.fence), put(state, [next])]
          })
        ),
      conditions: store.read(({ poolWatch }) => poolWatch.conditions),
      note: (conditions) =>
        store.modify((state) => {
          const before = state.poolWatch.conditions
          const change = {
            began: conditions.filter((one) => !before.includes(one)),
            ended: before.filter((one) => !conditions.includes(one))
          }
          return [change, { ...state, poolWatch: { ...state.poolWatch, conditions } }]
        })
    })
  )
)
