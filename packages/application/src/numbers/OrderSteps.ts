/** The steps of an order for a number, each of them on record: further, later, again, or given up. */
import type { NumberOrder } from "@careline/domain"
import { type ClaimedOrder, NumberOrders, StorageError, StoreConflict } from "@careline/ports"
import { Effect, Random } from "effect"
import { backoff, Limits } from "../shared/Limits.ts"
import * as PoolAlerts from "./PoolAlerts.ts"

type Order = NumberOrder.NumberOrder

/** Keeps how far it has come. Fails where somebody else works on it since our lease ended. */
export const advance = Effect.fnUntraced(function* (
  { fence, order }: ClaimedOrder,
  change: Partial<Order>,
  dueInMillis: number
): Effect.fn.Return<ClaimedOrder, StorageError, NumberOrders> {
  const next = { ...order, ...change }
  const renewed = yield* (yield* NumberOrders).advance({ order: next, fence, dueInMillis })
  if (renewed !== null) return { order: next, fence: renewed }
  return yield* new StorageError({
    operation: "numberOrders.advance",
    reason: new StoreConflict({ message: "the lease is over", constraint: null })
  })
})

export const fail = Effect.fnUntraced(function* (claimed: ClaimedOrder, failedBecause: NumberOrder.NumberOrderFailure) {
  const { order } = yield* advance(claimed, { state: "failed", failedBecause }, 0)
  yield* PoolAlerts.orderEnded(order)
})

/** How long it rests: longer each time, and hosts that were turned away together do not come back together. */
const pauseAfter = Effect.fnUntraced(function* (failures: number) {
  const { orderBackoff, orderBackoffMax } = yield* Limits
  return backoff(orderBackoff, failures - 1, orderBackoffMax) * (0.5 + (yield* Random.next) / 2)
})

/** Whoever waits for one that is stuck gets another. */
const counted = Effect.fnUntraced(function* (failures: number) {
  const { orderNotice } = yield* Limits
  return failures < orderNotice ? { failures } : { failures, wantedBy: null }
})

/** Later, and later each time. Somebody is told once it has been so for long. */
export const later = Effect.fnUntraced(function* (claimed: ClaimedOrder, change: Partial<Order> = {}) {
  const { orderNotice } = yield* Limits
  const isSameState = change.state === undefined || change.state === claimed.order.state
  const failures = isSameState ? claimed.order.failures + 1 : 1
  const { order } = yield* advance(claimed, { ...change, ...(yield* counted(failures)) }, yield* pauseAfter(failures))
  if (failures === orderNotice) yield* PoolAlerts.orderStuck(order)
})

/** The provider took nothing: again later, or not any more. */
export const tryAgain = Effect.fnUntraced(function* (
  claimed: ClaimedOrder,
  change: Partial<Order> = {},
  waitMillis = 0
) {
  const { orderAttempts } = yield* Limits
  const failures = claimed.order.failures + 1
  if (failures >= orderAttempts) return yield* fail(claimed, "gave_up")
  const pause = yield* pauseAfter(failures)
  yield* advance(claimed, { ...change, ...(yield* counted(failures)), state: "wanted" }, Math.max(pause, waitMillis))
})
