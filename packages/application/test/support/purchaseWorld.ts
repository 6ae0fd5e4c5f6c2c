/** A provider that sells numbers, on memory and a clock of our own: what it does with an order is up to the test. */
import type { SiteGroupingId, UserId } from "@careline/domain"
import { OfferedNumbers } from "@careline/adapter-kit"
import {
  type Alert,
  Alerts,
  NumberInventory,
  type Numbers,
  SiteGroupings,
  Telephony,
  TelephonyError,
  TelephonyProviders
} from "@careline/ports"
import * as Memory from "@careline/testkit"
import { SimulatorKit } from "@careline/testkit/simulators"
import { Clock, DateTime, Duration, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as Application from "../../src/index.ts"

export const north = "north" as SiteGroupingId
export const admin: Application.Actor = { userId: "admin" as UserId, scope: "all" }

const FIND_AFTER_MILLIS = 60_000
const price = { amount: "1.15", currency: "USD" }

/** What becomes of the next purchases: the provider's own, unless something is queued. */
type Mishap = "lost" | "never_arrived" | "throttled" | "not_available" | "account" | "later" | "dies_after"

const capabilities: Numbers.NumbersCapabilities = {
  search: ["area_code", "contains", "features"],
  orders: "asynchronous",
  find: "by_reference",
  findAfterMillis: FIND_AFTER_MILLIS,
  refusals: ["not_available", "requirements", "account"],
  prices: true,
  trunk: true
}

export const makeProvider = (provider = "acme", change: Partial<Numbers.Numbers> = {}) => {
  const market = new SimulatorKit.NumberMarket({
    newId: (number) => `sid-${number}`,
    newOrderId: () => "order",
    faults: { sms_webhook: { texts: "elsewhere" } },
    textsTo: () => "",
    callsTo: () => ""
  })
  const mishaps: Array<Mishap> = []
  const asked: Array<string> = []
  const fail = (operation: string, reason: TelephonyError.TelephonyErrorReason) =>
    Effect.fail(new TelephonyError.TelephonyError({ provider, operation, reason }))
  const notFound = new TelephonyError.NotFound({ message: "not ours", code: null })

  const carryOut = (number: string, reference: string): Numbers.PurchaseOutcome => {
    const refusal = market.refusalOf(number)
    if (refusal !== null) return { _tag: "Rejected", reason: refusal, code: "no" }
    const { state } = market.order(number, reference, {})
    return state === "success" ? { _tag: "Bought", providerSid: `sid-${number}` } : { _tag: "Ordered" }
  }

  const numbers: Numbers.Numbers = {
    search: (query) =>
      Effect.sync(() =>
        OfferedNumbers.wanted(
          query,
          market.forSale.map(
            ({ features, locality, number, region }) =>
              ({ number, features, locality, region, monthlyPrice: price }) as Numbers.OfferedNumber
          )
        )
      ),
    buy: ({ number, reference }) =>
      Effect.suspend(() => {
        asked.push(number)
        const mishap = mishaps.shift()
        if (mishap === "never_arrived") return Effect.succeed({ _tag: "Unknown", detail: "a reset" } as const)
        if (mishap === "throttled") return Effect.succeed({ _tag: "Throttled", retryAfterMillis: 60_000 } as const)
        if (mishap === "account" || mishap === "not_available") market.refuseNext(mishap)
        if (mishap === "later") market.holdOrders()
        const outcome = carryOut(number, reference)
        if (mishap === "dies_after") return Effect.die(new Error("canary +13035550100"))
        return Effect.succeed(mishap === "lost" ? ({ _tag: "Unknown", detail: "a reset" } as const) : outcome)
      }),
    find: ({ number, reference, startedAt }) =>
      Effect.map(Clock.currentTimeMillis, (now): Numbers.FoundOrder => {
        const line = market.find(number)
        if (line !== undefined) return { _tag: "Owned", providerSid: line.id }
        const order = market.orders.find((one) => one.reference === reference)
        if (order?.state === "failure") return { _tag: "Failed", reason: "other", code: null }
        if (order !== undefined) return { _tag: "Pending" }
        return now - DateTime.toEpochMillis(startedAt) < FIND_AFTER_MILLIS
          ? { _tag: "CannotTell", detail: "too early" }
          : { _tag: "Absent" }
      }),
    configure: (number, purpose) =>
      Effect.suspend(() => {
        if (market.find(number) === undefined) return fail("numbers.configure", notFound)
        market.change(number, { texts: purpose === "voice" ? "trunk" : "here" })
        return Effect.void
      }),
    release: (number) => Effect.sync(() => void market.giveBack(number)),
    owns: (number) => Effect.sync(() => market.find(number) !== undefined),
    list: () =>
      Effect.sync(() =>
        market.lines.map(({ features, fields, id, number }): Numbers.OwnedNumber => ({
          number: number as Numbers.OwnedNumber["number"],
          providerSid: id,
          features,
          onTrunk: fields["texts"] === "trunk",
          misconfigured: ["here", "trunk"].includes(String(fields["texts"])) ? [] : ["sms_webhook"]
        }))
      ),
    ...change
  }
  const telephony = Telephony.make({
    provider,
    capabilities: { ...Memory.capabilities, numbers: capabilities },
    webhooks: {
      receive: () => Effect.succeed({ account: provider, events: [] }),
      reply: () => ({ status: 204, headers: {}, body: "" })
    },
    messages: { send: () => Effect.die("no texts here") },
    numbers
  })
  /** Numbers that were paid for more often than once. */
  const twice = () => {
    const bought = market.purchases.map(({ number }) => number)
    return bought.filter((number, index) => bought.indexOf(number) !== index)
  }
  return { market, mishaps, asked, telephony, twice }
}

export const limits = (change: Partial<Application.Limits.LimitsShape> = {}) =>
  Layer.succeed(Application.Limits.Limits, Application.Limits.withDefaults({ poolMin: 2, poolBatch: 3, ...change }))

/** Some money, in the provider's own. */
export const budget = (amount: string, change: Partial<Application.PoolBudgetShape> = {}) =>
  Layer.succeed(Application.PoolBudget, {
    monthly: { amount, currency: "USD" },
    prices: [],
    country: "US",
    ...change
  })

export const world = (telephony: Telephony.TelephonyService) =>
  Layer.mergeAll(
    Memory.layerStorage,
    Layer.succeed(TelephonyProviders.TelephonyProviders, TelephonyProviders.make(telephony)),
    Layer.succeed(Application.BuysNumbers, true),
    budget("100"),
    limits()
  )

export const setUp = Effect.gen(function* () {
  yield* TestClock.setTime(Date.UTC(2026, 2, 2, 17))
  const createdAt = yield* DateTime.now
  yield* (yield* SiteGroupings).add({ id: north, name: "North", createdAt, deactivatedAt: null })
})

/** One turn of a host's workers. */
export const turn = Effect.gen(function* () {
  yield* Application.replenishPool()
  yield* Application.buyNumbers()
})

/** A while of turns, which is long enough for any order to come to its end. */
export const settle = Effect.gen(function* () {
  for (let count = 0; count < 40; count++) {
    yield* turn
    yield* TestClock.adjust(Duration.seconds(15 * (1 + count)))
  }
})

export const inventory = Effect.flatMap(NumberInventory, (all) =>
  Effect.map(Effect.all([all.list("all"), all.list("unassigned")]), (lists) => lists.flat())
)

/** Collects what operators are told. */
export const heard = () => {
  const alerts: Array<Alert> = []
  return { alerts, layer: Layer.succeed(Alerts, { raise: (alert) => Effect.sync(() => void alerts.push(alert)) }) }
}
