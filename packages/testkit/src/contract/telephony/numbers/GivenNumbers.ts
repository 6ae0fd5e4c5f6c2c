/** What the tests of numbers have in common: a market, queries, and orders. */
import type { PhoneNumber } from "@careline/domain"
import type { Numbers, TelephonyError } from "@careline/ports"
import { DateTime, Effect } from "effect"
import { ProviderUnderTest } from "../Subject.ts"

/** The numbers of the simulator. One that sells none is no subject for these tests. */
export const market = Effect.map(ProviderUnderTest, ({ simulator }) => {
  if (simulator.numbers === null) throw new Error("The simulator sells no numbers, and the adapter declares numbers")
  return simulator.numbers
})

/** Ten numbers of any kind, but for what is said otherwise. */
export const query = (change: Partial<Numbers.NumberQuery> = {}): Numbers.NumberQuery => ({
  country: "US",
  areaCode: null,
  locality: null,
  contains: null,
  features: [],
  limit: 10,
  ...change
})

type Asked<A> = Effect.Effect<A, TelephonyError.TelephonyError, ProviderUnderTest>

export const search = Effect.fnUntraced(function* (
  change: Partial<Numbers.NumberQuery> = {}
): Effect.fn.Return<ReadonlyArray<Numbers.OfferedNumber>, TelephonyError.TelephonyError, ProviderUnderTest> {
  const { telephony } = yield* ProviderUnderTest
  return yield* telephony.numbers.search(query(change))
})

let count = 0

/** An order under a reference of its own, for a number that is offered: one that can be called and texted. */
export const offered: Asked<Numbers.NumberOrder> = Effect.gen(function* () {
  const { telephony } = yield* ProviderUnderTest
  const [offer] = yield* telephony.numbers.search(query({ features: ["sms", "voice"], limit: 1 }))
  if (offer === undefined) throw new Error("Nothing is offered")
  return orderOf(offer.number)
})

/** An order under a reference of its own. */
export const orderOf = (number: PhoneNumber.E164): Numbers.NumberOrder => ({
  number,
  reference: `01980000-0000-7000-8000-${String(++count).padStart(12, "0")}`
})

const LONG_AGO = { hours: 24 }

/** The same order as if it had been tried long ago, so that the provider would show it by now. */
export const longAgo = (order: Numbers.NumberOrder): Effect.Effect<Numbers.TriedOrder> =>
  Effect.map(DateTime.now, (now) => ({ ...order, startedAt: DateTime.subtract(now, LONG_AGO) }))

export const justNow = (order: Numbers.NumberOrder): Effect.Effect<Numbers.TriedOrder> =>
  Effect.map(DateTime.now, (startedAt) => ({ ...order, startedAt }))

/** A number that was bought. */
export const bought: Asked<Numbers.NumberOrder> = Effect.gen(function* () {
  const { telephony } = yield* ProviderUnderTest
  const order = yield* offered
  yield* telephony.numbers.buy(order)
  return order
})

/** A number that was bought and is led here. */
export const configured: Asked<Numbers.NumberOrder> = Effect.gen(function* () {
  const { telephony } = yield* ProviderUnderTest
  const order = yield* bought
  yield* telephony.numbers.configure(order.number)
  return order
})

/** A number of ours as the adapter lists it. */
export const listed = Effect.fnUntraced(function* (
  number: string
): Effect.fn.Return<ReadonlyArray<Numbers.OwnedNumber>, TelephonyError.TelephonyError, ProviderUnderTest> {
  const { telephony } = yield* ProviderUnderTest
  return (yield* telephony.numbers.list()).filter((one) => one.number === number)
})

/** Purchases of a number that the provider carried out. */
export const purchasesOf = (number: string) =>
  Effect.map(market, ({ purchases }) => purchases.filter((purchase) => purchase.number === number))

/** How many changes were asked for, whatever came of them, since there were `before` requests. */
export const postsSince = (before: number) =>
  Effect.map(ProviderUnderTest, ({ simulator }) =>
    simulator.ledger.requests.slice(before).filter(({ method }) => method === "POST")
  )
