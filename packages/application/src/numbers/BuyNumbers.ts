/**
 * Carries out orders to buy numbers: each step is on record before the next, and the provider is asked under no transaction.
 *
 * Nobody's purchase is idempotent. An order is `ordering` before its provider is asked; whoever finds it so later, after a
 * crash or an answer that was lost, asks what became of it and tries again only once the provider says that it has nothing.
 */
import { NumberLifecycle, type NumberOrder, PendingAssignment } from "@careline/domain"
import {
  type ClaimedOrder,
  NumberInventory,
  NumberOrders,
  type Numbers,
  type Telephony,
  TelephonyProviders,
  Transaction
} from "@careline/ports"
import { DateTime, Effect } from "effect"
import { asSystem } from "../access/Access.ts"
import { SYSTEM } from "../access/Actor.ts"
import { BuysNumbers } from "./AssignNumber.ts"
import { holdPending, meet } from "./PendingAssignments.ts"
import { tellingNews } from "./PendingNews.ts"
import { audit } from "../access/Audit.ts"
import { describeFault } from "../shared/Fault.ts"
import { Limits } from "../shared/Limits.ts"
import { advance, fail, later, tryAgain } from "./OrderSteps.ts"
import * as PoolAlerts from "./PoolAlerts.ts"
import { carryOutRelease } from "./CarryOutRelease.ts"

type Order = NumberOrder.NumberOrder

/** One try. Whatever goes wrong in it, the number may be ours. */
const purchase = Effect.fnUntraced(function* (numbers: Numbers.Numbers, { id, number, purpose }: Order) {
  const { sendTimeout } = yield* Limits
  return yield* numbers.buy({ reference: id, number, purpose }).pipe(
    Effect.timeout(sendTimeout),
    Effect.catchCause((cause) =>
      Effect.as(Effect.logWarning("A number may have been bought", describeFault(cause)), {
        _tag: "Unknown",
        detail: "the purchase broke off"
      } as const satisfies Numbers.PurchaseOutcome)
    )
  )
})

const order = Effect.fnUntraced(function* (claimed: ClaimedOrder, numbers: Numbers.Numbers) {
  const { orderLease } = yield* Limits
  const startedAt = yield* DateTime.now
  const begun = yield* advance(claimed, { state: "ordering", startedAt }, orderLease)
  // A try that did not arrive is none.
  const untried = { startedAt: claimed.order.startedAt }
  const outcome = yield* purchase(numbers, begun.order)
  switch (outcome._tag) {
    case "Bought":
      return yield* finish(yield* own(begun, outcome.providerSid), numbers)
    case "Ordered":
      return yield* later(begun, { state: "ordered" })
    case "Rejected":
      return yield* claimed.order.startedAt === null ? fail(begun, outcome.reason) : refusedAgain(begun, outcome.reason)
    case "Throttled":
      return yield* tryAgain(begun, untried, outcome.retryAfterMillis ?? 0)
    case "NotSent":
      return yield* tryAgain(begun, untried)
    case "Unknown":
      return yield* later(begun)
  }
})

/**
 * A provider that sold it to us the first time, and is still silent about it, refuses the second: nobody sells a number twice.
 * So it is looked for again, for as long as somebody would be told of it.
 */
const refusedAgain = ({ fence, order }: ClaimedOrder, failedBecause: Numbers.PurchaseRefusal) =>
  later({ fence, order: { ...order, failures: 0 } }, { failedBecause })

const own = Effect.fnUntraced(function* (claimed: ClaimedOrder, providerSid: string) {
  const { orderLease } = yield* Limits
  return yield* advance(claimed, { state: "bought", providerSid, failures: 0, failedBecause: null }, orderLease)
})

const cannotTell = { _tag: "CannotTell", detail: "the provider did not answer" } as const satisfies Numbers.FoundOrder

/** What became of an order that the provider was asked for, or has in hand. */
const look = Effect.fnUntraced(function* (claimed: ClaimedOrder, numbers: Numbers.Numbers) {
  const { failedBecause, failures, id, number, purpose, startedAt, state } = claimed.order
  const { orderNotice } = yield* Limits
  const tried = { reference: id, number, purpose, startedAt: startedAt ?? (yield* DateTime.now) }
  const found = yield* numbers.find(tried).pipe(Effect.orElseSucceed(() => cannotTell))
  switch (found._tag) {
    case "Owned":
      return yield* finish(yield* own(claimed, found.providerSid), numbers)
    case "Pending":
      return yield* later(claimed, { state: "ordered", failedBecause: null })
    case "Failed":
      return yield* fail(claimed, found.reason)
    case "CannotTell":
      return yield* later(claimed)
    case "Absent":
      // What the provider took once does not go away: it may be that it is not shown for a while.
      if (state === "ordered") return yield* later(claimed)
      if (failedBecause === null) return yield* tryAgain(claimed)
      return yield* failures + 1 < orderNotice ? later(claimed) : fail(claimed, failedBecause)
  }
})

/** The pending assignment that it still serves; `null`: it is for the pool. In the ambient transaction; sites before numbers, as everywhere. */
const waiting = Effect.fnUntraced(function* (bought: Order) {
  if (bought.wantedBy === null) return null
  const pending = yield* holdPending(bought.wantedBy.siteGroupingId)
  // It may wait for another one than it did.
  return pending !== null && PendingAssignment.isServedBy(pending, bought) ? pending : null
})

/** To the tenant that waits for it, or into the pool. In the ambient transaction. */
const handOver = Effect.fnUntraced(function* (bought: Order) {
  const inventory = yield* NumberInventory
  const now = yield* DateTime.now
  const { id, number, price: monthlyPrice, provider, providerSid, purpose } = bought
  const fresh = NumberLifecycle.acquire({ id, number, provider, providerSid, monthlyPrice, purpose }, now)
  const pending = yield* waiting(bought)
  if (pending === null) return yield* inventory.add(fresh)
  const { key, siteGroupingId } = pending
  yield* inventory.add(yield* Effect.fromResult(NumberLifecycle.assign(fresh, siteGroupingId, key, now)))
  yield* meet(pending, fresh)
  yield* audit(SYSTEM, siteGroupingId, "phone_number.assign", `phoneNumber:${id}`)
})

/** Leads a number that is ours to this host, and only then gives it out. */
const finish = Effect.fnUntraced(function* (claimed: ClaimedOrder, numbers: Numbers.Numbers) {
  const isLedHere = yield* Effect.match(numbers.configure(claimed.order.number, claimed.order.purpose), {
    onFailure: () => false,
    onSuccess: () => true
  })
  if (!isLedHere) return yield* later(claimed)
  const { transact } = yield* Transaction
  const done = yield* tellingNews(
    transact(
      Effect.gen(function* () {
        const { order: ended } = yield* advance(claimed, { state: "done", failures: 0 }, 0)
        // Where somebody entered it by hand meanwhile, it is known.
        yield* Effect.catchTag(handOver(ended), "NumberTaken", () => Effect.void)
        return ended
      })
    )
  )
  yield* PoolAlerts.orderEnded(done)
})

const step = (claimed: ClaimedOrder, { numbers }: Telephony.TelephonyService) => {
  switch (claimed.order.state) {
    case "wanted":
      return order(claimed, numbers)
    case "ordering":
    case "ordered":
      return look(claimed, numbers)
    default:
      return finish(claimed, numbers)
  }
}

const run = Effect.fnUntraced(function* (claimed: ClaimedOrder) {
  const { id, kind, provider, state } = claimed.order
  const { orderLease } = yield* Limits
  const telephony = (yield* TelephonyProviders.TelephonyProviders).byName(provider)
  const isGivenUp = kind === "purchase" && state === "wanted" && (telephony === undefined || !(yield* BuysNumbers))
  const work = isGivenUp
    ? fail(claimed, "gave_up")
    : telephony === undefined
      ? later(claimed)
      : kind === "release"
        ? carryOutRelease(claimed, telephony.numbers)
        : step(claimed, telephony)
  yield* work.pipe(
    Effect.timeout(orderLease / 2),
    Effect.catchCause((cause) =>
      // Whatever was not kept is as it was when the lease ends.
      Effect.logWarning("An order for a number could not be carried on", describeFault(cause)).pipe(
        Effect.annotateLogs({ order: id, state })
      )
    )
  )
})

/** Carries on with the orders of either kind that are due, once; where nothing is bought, with those that were asked for. Returns with how many. */
export const buyNumbers = Effect.fn("buyNumbers")(function* () {
  const { orderLease, ordersPerBatch } = yield* Limits
  const once = Effect.gen(function* () {
    const claimed = yield* (yield* NumberOrders).claim({ limit: ordersPerBatch, leaseMillis: orderLease })
    yield* Effect.forEach(claimed, run, { concurrency: ordersPerBatch, discard: true })
    return claimed.length
  })
  return yield* asSystem(once)
})
