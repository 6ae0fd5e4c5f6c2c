/**
 * Keeps the pool filled: looks what it lacks, and puts orders on record for what is offered, within its limits and its budget.
 * All hosts look in turns; what one decides the others see, so that together they never order too much.
 */
import {
  InventoryNumber,
  type NumberOrder,
  NumberPrices,
  type PendingAssignment,
  type PhoneNumberId,
  PoolPlan,
  type Tenant
} from "@careline/domain"
import {
  IdGenerator,
  NumberInventory,
  NumberOrders,
  type Numbers,
  type Telephony,
  TelephonyProviders,
  Transaction
} from "@careline/ports"
import { DateTime, Effect, Option } from "effect"
import { asSystem } from "../access/Access.ts"
import { SYSTEM } from "../access/Actor.ts"
import { audit } from "../access/Audit.ts"
import { BuysNumbers } from "./AssignNumber.ts"
import { holdPending, meet, savePending } from "./PendingAssignments.ts"
import { tellingNews } from "./PendingNews.ts"
import { retryOnConflict } from "../shared/RetryOnConflict.ts"
import { describeFault } from "../shared/Fault.ts"
import { Limits } from "../shared/Limits.ts"
import * as PoolAlerts from "./PoolAlerts.ts"
import { PoolBudget } from "./PoolBudget.ts"

/** Offers for one kind of number beside those that are wanted: somebody else may be quicker, or a host of ours. */
const SPARE_OFFERS = 10
const SPARE_OFFERS_MAX = 100

/** An offer, and what it was found for. */
interface Offer extends Numbers.OfferedNumber {
  readonly purpose: InventoryNumber.NumberPurpose
}

interface Waiting {
  readonly pendingAssignments: ReadonlyArray<PendingAssignment.PendingAssignment>
}

/** What the pool has, and lacks. Orders are read first: one that ends meanwhile counts twice rather than not at all. */
const stateOf = Effect.gen(function* () {
  const inventory = yield* NumberInventory
  const { orderNotice } = yield* Limits
  const open = (yield* (yield* NumberOrders).open).filter(({ kind }) => kind === "purchase")
  const counts = yield* inventory.counts
  const tenants = open.flatMap(({ wantedBy }): ReadonlyArray<Tenant> =>
    wantedBy === null ? [] : [wantedBy.siteGroupingId]
  )
  const forPool = open.filter(({ wantedBy }) => wantedBy === null)
  const coming = forPool.filter(({ failures }) => failures < orderNotice).length
  return {
    open,
    state: {
      // One for voice alone is no number to text from.
      available: counts
        .filter(({ purpose, status }) => status === "available" && purpose !== "voice")
        .reduce((sum, { count }) => sum + count, 0),
      underway: { coming, stuck: forPool.length - coming, tenants },
      pendingAssignments: yield* inventory.pendingAssignments
    } satisfies PoolPlan.PoolState & Waiting
  }
})

/** Gives the tenant what came back into the pool since. In the ambient transaction. */
const servePending = Effect.fnUntraced(function* (siteGroupingId: Tenant) {
  const inventory = yield* NumberInventory
  const pending = yield* holdPending(siteGroupingId)
  if (pending === null) return
  const { areaCode, key, purpose } = pending
  const taken = yield* inventory.take({ siteGroupingId, areaCode, purpose, key, at: yield* DateTime.now })
  if (Option.isNone(taken)) return
  yield* meet(pending, taken.value)
  yield* audit(SYSTEM, siteGroupingId, "phone_number.assign", `phoneNumber:${taken.value.id}`)
})

/** Serves who waits, each for themselves: one who cannot be served keeps nobody from the rest. Whether all could. */
const servePendingAssignments = Effect.gen(function* () {
  const { transact } = yield* Transaction
  const served = yield* Effect.forEach(yield* (yield* NumberInventory).pendingAssignments, ({ siteGroupingId }) =>
    retryOnConflict(tellingNews(transact(servePending(siteGroupingId)))).pipe(
      Effect.as(true),
      Effect.catchCause((cause) =>
        Effect.logWarning("A pending assignment cannot be served", describeFault(cause)).pipe(Effect.as(false))
      )
    )
  )
  return served.every((isServed) => isServed)
})

/** Numbers that were not sold to us, and would hardly be now. */
const refused = Effect.gen(function* () {
  const { refusedFor } = yield* Limits
  return yield* (yield* NumberOrders).refused(DateTime.subtractDuration(yield* DateTime.now, refusedFor))
})

/** A line without calls asks for none; a voice agent's do not come here. */
const featuresFor = (
  purpose: InventoryNumber.NumberPurpose,
  hasCalls: boolean
): ReadonlyArray<Numbers.NumberFeature> => {
  if (purpose === "voice") return ["voice"]
  return purpose === "both" && hasCalls ? ["sms", "voice"] : ["sms"]
}

const search = Effect.fnUntraced(function* (
  { capabilities, numbers }: Telephony.TelephonyService,
  areaCode: string | null,
  purpose: InventoryNumber.NumberPurpose,
  limit: number
) {
  if (purpose === "voice" && capabilities.numbers?.trunk !== true) return []
  const { country } = yield* PoolBudget
  const features = featuresFor(purpose, capabilities.voice !== null)
  const none = { locality: null, contains: null }
  return yield* numbers.search({ country, areaCode, features, limit, ...none })
})

interface Found {
  readonly offers: ReadonlyArray<Offer>
  /** What was searched for. Of anything else nobody knows whether there is any. */
  readonly asked: PoolPlan.PoolNeed
  readonly isAnswered: boolean
}

/** What one search found; `null` where the provider did not answer, or broke off. A search that it refuses finds nothing. */
const searched = (...given: Parameters<typeof search>) =>
  search(...given).pipe(
    Effect.map((offers): ReadonlyArray<Numbers.OfferedNumber> | null => offers),
    Effect.catchTag("TelephonyError", ({ reason }) =>
      Effect.as(
        Effect.logWarning("Numbers cannot be searched", { reason: reason._tag }),
        reason._tag === "Refused" || reason._tag === "Unsupported" ? [] : null
      )
    ),
    Effect.catchCause((cause) =>
      Effect.as(Effect.logWarning("A search for numbers broke off", describeFault(cause)), null)
    )
  )

/** What is on offer of all that is needed. What cannot be searched for keeps nobody from the rest. */
const offersFor = Effect.fnUntraced(function* (telephony: Telephony.TelephonyService, need: PoolPlan.PoolNeed) {
  const ofKind = Map.groupBy(need.pendingAssignments, ({ areaCode, purpose }) => `${purpose} ${areaCode}`)
  const searches = [
    ...[...ofKind.values()].map((pendingAssignments) => {
      const { areaCode, purpose } = pendingAssignments[0]!
      return { areaCode, purpose, asked: { pendingAssignments, pool: 0 } }
    }),
    ...(need.pool === 0
      ? []
      : [{ areaCode: null, purpose: "both" as const, asked: { pendingAssignments: [], pool: need.pool } }])
  ]
  if (searches.length === 0) return { offers: [], asked: need, isAnswered: true } satisfies Found
  // What we were not sold is on offer still.
  const spare = Math.min(SPARE_OFFERS + (yield* refused).length, SPARE_OFFERS_MAX)
  const found = yield* Effect.forEach(searches, ({ areaCode, asked, purpose }) =>
    Effect.map(
      searched(telephony, areaCode, purpose, asked.pendingAssignments.length + asked.pool + spare),
      (offers) => ({ asked, offers: offers?.map((offer): Offer => ({ ...offer, purpose })) ?? null })
    )
  )
  const answered = found.flatMap(({ asked, offers }) => (offers === null ? [] : [{ asked, offers }]))
  return {
    offers: answered.flatMap(({ offers }) => offers),
    asked: {
      pendingAssignments: answered.flatMap(({ asked }) => asked.pendingAssignments),
      pool: answered.reduce((sum, { asked }) => sum + asked.pool, 0)
    },
    isAnswered: answered.length === found.length
  } satisfies Found
})

const monthOf = (now: DateTime.Utc): DateTime.Utc => DateTime.startOf(now, "month")

/** What may still be spent; `null` without a budget. */
const budgetLeft = Effect.gen(function* () {
  const { monthly } = yield* PoolBudget
  if (monthly === null) return null
  const { currency } = monthly
  const spent = yield* (yield* NumberOrders).spentMicros(monthOf(yield* DateTime.now), currency)
  return { currency, leftMicros: NumberPrices.toMicros(monthly) - spent } satisfies PoolPlan.Budget
})

/** What each offer costs, as the provider says, or else as the operator's table does. */
const priced = Effect.fnUntraced(function* (provider: string, offers: ReadonlyArray<Offer>) {
  const { country, prices } = yield* PoolBudget
  const listed = NumberPrices.find(prices, { provider, country, on: DateTime.formatIsoDateUtc(yield* DateTime.now) })
  return [...Map.groupBy(offers, ({ number }) => number as string).values()].map((found): PoolPlan.PricedOffer => {
    const { monthlyPrice, number } = found[0]!
    return {
      number,
      areaCode: InventoryNumber.areaCodeOf(number),
      purposes: found.map(({ purpose }) => purpose),
      price: monthlyPrice ?? listed
    }
  })
})

const orderOf =
  (provider: string, ids: ReadonlyArray<string>) =>
  (choice: PoolPlan.Choice, index: number): NumberOrder.NumberOrder => ({
    ...choice,
    id: ids[index] as PhoneNumberId,
    kind: "purchase",
    provider,
    state: "wanted",
    providerSid: null,
    failures: 0,
    startedAt: null,
    failedBecause: null
  })

/** How orders have gone of late, and whether that keeps us from buying anything at all for now. */
const failuresOf = Effect.gen(function* () {
  const { poolFailures, poolFailuresWithin } = yield* Limits
  const since = DateTime.subtractDuration(yield* DateTime.now, poolFailuresWithin)
  const { account, all } = yield* (yield* NumberOrders).failed(since)
  const conditions: ReadonlyArray<PoolPlan.PoolCondition> = [
    ...(all > 0 ? (["order_failed"] as const) : []),
    ...(account > 0 ? (["account_refused"] as const) : []),
    ...(all >= poolFailures ? (["orders_failing"] as const) : [])
  ]
  return { conditions, isBraked: account > 0 || all >= poolFailures }
})

/** What is needed still, of what offers were asked for: of anything else nobody knows whether there are any. */
const askedFor = (need: PoolPlan.PoolNeed, asked: PoolPlan.PoolNeed): PoolPlan.PoolNeed => ({
  pendingAssignments: need.pendingAssignments.filter(({ areaCode, purpose, siteGroupingId }) =>
    asked.pendingAssignments.some(
      (pending) =>
        pending.siteGroupingId === siteGroupingId && pending.areaCode === areaCode && pending.purpose === purpose
    )
  ),
  pool: Math.min(need.pool, asked.pool)
})

/** Says of each what keeps it from being ordered. */
const noteReasons = Effect.fnUntraced(function* (
  pending: ReadonlyArray<PendingAssignment.PendingAssignment>,
  reasonOf: (one: PendingAssignment.PendingAssignment) => PendingAssignment.PendingReason | null
) {
  const changed = pending.flatMap((one) => {
    const reason = reasonOf(one)
    return reason === one.reason ? [] : [{ ...one, reason }]
  })
  yield* savePending(changed)
})

/** Decides, with nobody else deciding, and puts it on record. In the ambient transaction. */
const decide = Effect.fnUntraced(function* (provider: string, { asked, isAnswered, offers }: Found, isServed: boolean) {
  const limits = yield* Limits
  const orders = yield* NumberOrders
  yield* orders.hold
  const { open, state } = yield* stateOf
  const { conditions, isBraked } = yield* failuresOf
  const need = askedFor(PoolPlan.need(state, limits), asked)
  const taken = new Set<string>([...open.map(({ number }) => number), ...(yield* refused)])
  const free = (yield* priced(provider, offers)).filter(({ number }) => !taken.has(number))
  const plan =
    isBraked || PoolPlan.isNothing(need)
      ? { choices: [], conditions: [], kept: [] }
      : PoolPlan.choose(need, free, yield* budgetLeft)
  const ids = yield* (yield* IdGenerator).next("phoneNumber", plan.choices.length)
  yield* orders.add(plan.choices.map(orderOf(provider, ids)))
  const { monthly } = yield* PoolBudget
  yield* noteReasons(state.pendingAssignments, (pending) => {
    if (state.underway.tenants.includes(pending.siteGroupingId)) return null
    if (isBraked) return "orders_failing"
    if (!need.pendingAssignments.includes(pending)) return isAnswered ? null : "provider_unavailable"
    return plan.kept.find(({ siteGroupingId }) => siteGroupingId === pending.siteGroupingId)?.reason ?? null
  })
  const change = yield* orders.note([
    ...PoolPlan.levelOf(state.available, limits),
    ...PoolPlan.nearness(monthly, yield* budgetLeft),
    ...(isAnswered ? [] : (["provider_unavailable"] as const)),
    ...(isServed ? [] : (["assignment_failed"] as const)),
    ...conditions,
    ...plan.conditions
  ])
  return { change, available: state.available, ordered: plan.choices.length }
})

/** Whether anybody has ever put a number into the pool: where all are added to tenants by hand, an empty pool is no news. */
const isPoolUsed = Effect.gen(function* () {
  const inventory = yield* NumberInventory
  const assigned = yield* inventory.list("all")
  return (
    assigned.some(({ acquiredAt, assignedAt }) => DateTime.isLessThan(acquiredAt, assignedAt)) ||
    (yield* inventory.list("unassigned")).length > 0
  )
})

/** Notes how the pool is where nothing is bought. In the ambient transaction. */
const watch = Effect.fnUntraced(function* (isServed: boolean) {
  const orders = yield* NumberOrders
  yield* orders.hold
  const { available } = (yield* stateOf).state
  const isEmpty = available === 0 && (yield* isPoolUsed)
  const change = yield* orders.note([
    ...(isEmpty ? (["empty"] as const) : []),
    ...(isServed ? [] : (["assignment_failed"] as const))
  ])
  return { change, available }
})

/** Looks once, where it is time to. Whoever waits is given what there is, also where nothing is bought. Returns how many numbers were ordered. */
export const replenishPool = Effect.fn("replenishPool")(function* () {
  const limits = yield* Limits
  const once = Effect.gen(function* () {
    if (!(yield* (yield* NumberOrders).look(limits.poolLookEvery))) return 0
    const isServed = yield* servePendingAssignments
    if (!(yield* BuysNumbers)) {
      const { transact } = yield* Transaction
      const { available, change } = yield* retryOnConflict(transact(watch(isServed)))
      yield* PoolAlerts.poolChanged(change, available)
      return 0
    }
    const { active } = yield* TelephonyProviders.TelephonyProviders
    const found = yield* offersFor(active, PoolPlan.need((yield* stateOf).state, limits))
    const { transact } = yield* Transaction
    const { available, change, ordered } = yield* retryOnConflict(
      tellingNews(transact(decide(active.provider, found, isServed)))
    )
    yield* PoolAlerts.poolChanged(change, available)
    return ordered
  })
  return yield* asSystem(once)
})
