/** What texts and numbers cost, as the metrics have it: by site grouping and currency, and what nobody prices as such. */
import type { InventoryNumber, PhoneNumberId, Prices } from "@careline/domain"
import { NumberInventory, TelephonyProviders } from "@careline/ports"
import * as Memory from "@careline/testkit"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Metric } from "effect"
import { TestClock } from "effect/testing"
import * as Application from "../src/index.ts"
import { addLine, contact, noon, north, nurse, receive, settle } from "./support/lineWorld.ts"
import {
  administrator,
  assigned,
  found,
  makeProvider,
  pass,
  pooled,
  replace,
  south,
  world
} from "./support/numberWorld.ts"

const line = TelephonyProviders.layer.pipe(Layer.provideMerge(Memory.layer))

/** A registry for each test: what others count is not here. */
const measured = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.provideService(effect, Metric.MetricRegistry, new Map())

/** The series of a metric: their labels, and what they stand at. */
const series = Effect.fnUntraced(function* (name: string) {
  return (yield* Metric.snapshot)
    .filter((one) => one.id === name)
    .map(({ attributes, state }) => {
      const { count, value } = state as { readonly count?: number; readonly value?: number }
      return [attributes, count ?? value]
    })
})

const prices: ReadonlyArray<Prices.Price> = [
  {
    provider: "memory",
    country: "US",
    direction: "outbound",
    currency: "USD",
    microsPerSegment: 8300,
    microsPerMms: null,
    validFrom: "2026-01-01"
  }
]

const answer = Effect.fnUntraced(function* (content: string, from: string = contact) {
  yield* receive("Hello", from)
  const threads = (yield* Application.listThreads(nurse, { view: "all", limit: 100, cursor: null })).items
  const { thread } = threads.find((one) => one.thread.externalContact === from)!
  yield* Application.sendMessage(nurse, { threadId: thread.id, content })
  while ((yield* Application.dispatchSends()) > 0) continue
})

describe("The cost of a text", () => {
  it.effect("is counted by site grouping and currency where the price list has it, and else counted as unpriced", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(noon)
      yield* addLine
      yield* settle({ quietHours: null, contactCountries: ["MX"] })
      yield* answer("a".repeat(161))
      yield* answer("Good morning")
      const paid = { provider: "memory", site_grouping: "north" }
      assert.deepStrictEqual(yield* series("careline_text_cost_micros_total"), [[{ ...paid, currency: "USD" }, 24_900]])
      assert.deepStrictEqual(yield* series("careline_unpriced_texts_total"), [])
      yield* answer("Buenos días", "+525512345678")
      assert.deepStrictEqual(yield* series("careline_unpriced_texts_total"), [[paid, 1]])
      assert.deepStrictEqual(yield* series("careline_text_cost_micros_total"), [[{ ...paid, currency: "USD" }, 24_900]])
    }).pipe(Effect.provideService(Application.TextPrices, prices), Effect.provide(line), measured)
  )
})

describe("The cost of numbers", () => {
  const { telephony } = makeProvider()

  it.effect("is a gauge by site grouping and currency, which falls when a number goes", () =>
    Effect.gen(function* () {
      for (const id of [north, south]) yield* found(id)
      const inventory = yield* NumberInventory
      const measure = Application.makeMeasureNumberCosts()
      const priced = Effect.fnUntraced(function* (number: string, monthlyPrice: InventoryNumber.MonthlyPrice | null) {
        const one = yield* pooled(number)
        yield* inventory.save([{ ...one, monthlyPrice, provider: "acme" }])
      })
      yield* priced("+12025550101", { amount: "1.15", currency: "USD" })
      yield* priced("+12025550102", { amount: "2", currency: "USD" })
      yield* priced("+12025550103", { amount: "3", currency: "EUR" })
      yield* priced("+12025550104", null)
      yield* measure
      // The pool's own are no tenant's cost.
      assert.deepStrictEqual(yield* series("careline_number_cost_micros"), [])
      const first = yield* assigned(north)
      yield* assigned(north)
      yield* assigned(south)
      yield* assigned(south)
      yield* measure
      const costs = series("careline_number_cost_micros")
      assert.sameDeepMembers(yield* costs, [
        [{ site_grouping: "north", currency: "USD" }, 3_150_000],
        [{ site_grouping: "south", currency: "EUR" }, 3_000_000]
      ])
      assert.deepStrictEqual(yield* series("careline_unpriced_numbers"), [[{ site_grouping: "south" }, 1]])
      yield* replace(first.id as PhoneNumberId, null)
      yield* pass(1)
      yield* measure
      assert.includeDeepMembers(yield* costs, [[{ site_grouping: "north", currency: "USD" }, 2_000_000]])
      yield* Application.deactivateSiteGrouping(administrator, south)
      yield* measure
      assert.includeDeepMembers(yield* costs, [[{ site_grouping: "south", currency: "EUR" }, 0]])
      assert.deepStrictEqual(yield* series("careline_unpriced_numbers"), [[{ site_grouping: "south" }, 0]])
    }).pipe(Effect.provide(world(telephony)), measured)
  )

  it.effect("is that of the operator's table where the provider names none", () =>
    Effect.gen(function* () {
      yield* found(north)
      const one = yield* pooled("+12025550101")
      yield* (yield* NumberInventory).save([{ ...one, provider: "acme" }])
      yield* assigned(north)
      yield* Application.makeMeasureNumberCosts()
      assert.deepStrictEqual(yield* series("careline_number_cost_micros"), [
        [{ site_grouping: "north", currency: "USD" }, 1_150_000]
      ])
    }).pipe(
      Effect.provideService(Application.PoolBudget, {
        monthly: null,
        country: "US",
        prices: [
          { provider: "acme", country: "US", price: { amount: "1.15", currency: "USD" }, validFrom: "0000-01-01" }
        ]
      }),
      Effect.provide(world(telephony)),
      measured
    )
  )
})
