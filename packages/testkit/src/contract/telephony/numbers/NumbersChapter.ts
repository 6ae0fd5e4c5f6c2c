/** Numbers at the provider. A wrong answer here costs money each month, or leaves a number that nobody answers. */
import type { PhoneNumber } from "@careline/domain"
import type { Numbers } from "@careline/ports"
import { Effect } from "effect"
import { assert } from "vitest"
import * as Scenario from "../../../simulators/core/Scenario.ts"
import { type Chapter, test } from "../Chapter.ts"
import { receive } from "../Given.ts"
import { ProviderUnderTest } from "../Subject.ts"
import { call, hangup } from "../voice/GivenCall.ts"
import * as Given from "./GivenNumbers.ts"
import { releaseTests } from "./ReleaseTests.ts"
import { searchTests } from "./SearchTests.ts"
import { trunkTests } from "./TrunkTests.ts"

const numbersOf = (lines: ReadonlyArray<Numbers.OwnedNumber>) => lines.map(({ number }) => number as string)

/** What a refusal is called by an adapter that may not tell it apart. */
const called = (
  { numbers }: { readonly numbers: Numbers.NumbersCapabilities | null },
  reason: Exclude<Numbers.PurchaseRefusal, "other">
): Numbers.PurchaseRefusal => (numbers?.refusals.includes(reason) === true ? reason : "other")

export const numbersChapter: Chapter = {
  chapter: "Numbers",
  tests: [
    ...searchTests,
    ...trunkTests,
    ...releaseTests,

    test(
      "MUST make a number ours by buying it, once, under an id that it is listed by",
      ["accepted"],
      function* () {
        const { telephony } = yield* ProviderUnderTest
        const order = yield* Given.offered
        const outcome = yield* telephony.numbers.buy(order)
        assert.include(["Bought", "Ordered"], outcome._tag)
        const found = yield* telephony.numbers.find(yield* Given.justNow(order))
        const [line, ...others] = yield* Given.listed(order.number)
        assert.isEmpty(others)
        assert.deepStrictEqual(found, { _tag: "Owned", providerSid: line?.providerSid ?? "" })
        if (outcome._tag === "Bought") assert.strictEqual(outcome.providerSid, line?.providerSid)
        assert.lengthOf(yield* Given.purchasesOf(order.number), 1)
        assert.notInclude((yield* Given.search({ contains: order.number.slice(2) })).map(String), order.number)
      },
      ["numbers"]
    ),

    test(
      "MUST lead the texts of a number that was bought and set up to this host",
      ["inboundText"],
      function* () {
        const { number } = yield* Given.configured
        const { received } = yield* receive({ body: "hello", to: number })
        assert.deepStrictEqual(
          received.map(({ to }) => to),
          [number]
        )
        assert.deepStrictEqual((yield* Given.listed(number))[0]?.misconfigured, [])
      },
      ["numbers"]
    ),

    test(
      "MUST lead the calls of a number that was bought and set up to this host",
      ["accepted"],
      function* () {
        const { number } = yield* Given.configured
        const { received } = yield* call(hangup(), { to: number })
        assert.deepStrictEqual(
          received.map(({ to }) => to as string),
          [number]
        )
      },
      ["numbers", "voice"]
    ),

    test(
      "MUST NOT claim to know what became of an order that may have been lost, nor try again",
      Scenario.outages,
      function* () {
        const { simulator, telephony } = yield* ProviderUnderTest
        for (const scenario of Scenario.outages) {
          const order = yield* Given.offered
          const before = simulator.ledger.requests.length
          simulator.faults.onSend(scenario)
          assert.strictEqual((yield* telephony.numbers.buy(order))._tag, "Unknown", scenario)
          assert.lengthOf(yield* Given.postsSince(before), 1, scenario)
          // A second try would have met no fault.
          assert.isEmpty(yield* Given.purchasesOf(order.number), scenario)
          assert.deepStrictEqual(yield* telephony.numbers.find(yield* Given.longAgo(order)), { _tag: "Absent" })
        }
      },
      ["numbers"]
    ),

    test(
      "MUST NOT know of a number that was bought while the answer was lost, nor buy it again, and find it",
      Scenario.lostAnswers,
      function* () {
        const { simulator, telephony } = yield* ProviderUnderTest
        for (const scenario of Scenario.lostAnswers) {
          const order = yield* Given.offered
          const before = simulator.ledger.requests.length
          simulator.faults.onSend(scenario)
          assert.strictEqual((yield* telephony.numbers.buy(order))._tag, "Unknown", scenario)
          assert.lengthOf(yield* Given.postsSince(before), 1, scenario)
          assert.lengthOf(yield* Given.purchasesOf(order.number), 1, scenario)
          assert.strictEqual((yield* telephony.numbers.find(yield* Given.justNow(order)))._tag, "Owned", scenario)
        }
      },
      ["numbers"]
    ),

    test(
      "MUST say why a number is not sold",
      ["unauthorised"],
      function* (capabilities) {
        const { simulator, telephony } = yield* ProviderUnderTest
        const market = yield* Given.market
        const gone = yield* Given.offered
        market.sellElsewhere(gone.number)
        const elsewhere = yield* telephony.numbers.buy(gone)
        assert.deepInclude(elsewhere, { _tag: "Rejected", reason: called(capabilities, "not_available") })
        for (const reason of ["requirements", "account"] as const) {
          market.refuseNext(reason)
          const refused = yield* telephony.numbers.buy(yield* Given.offered)
          // Where a provider has one word for several, it is what the word says most often.
          const { refusals = [] } = capabilities.numbers ?? {}
          if (refusals.includes(reason)) assert.deepInclude(refused, { _tag: "Rejected", reason })
          else assert.strictEqual(refused._tag, "Rejected")
        }
        simulator.faults.onSend("unauthorised")
        const order = yield* Given.offered
        assert.deepInclude(yield* telephony.numbers.buy(order), { _tag: "Rejected", reason: "account" })
        assert.isEmpty(market.purchases)
      },
      ["numbers"]
    ),

    test(
      "MUST refuse to buy a number that is ours already, and find that it is",
      ["accepted"],
      function* () {
        const { telephony } = yield* ProviderUnderTest
        const order = yield* Given.bought
        assert.strictEqual((yield* telephony.numbers.buy(order))._tag, "Rejected")
        assert.strictEqual((yield* telephony.numbers.find(yield* Given.justNow(order)))._tag, "Owned")
        assert.lengthOf(yield* Given.purchasesOf(order.number), 1)
      },
      ["numbers"]
    ),

    test(
      "MUST be throttled for as long as the provider asks, and buy nothing",
      ["rateLimited", "rateLimitedBare"],
      function* () {
        const { simulator, telephony } = yield* ProviderUnderTest
        const order = yield* Given.offered
        for (const [fault, retryAfterMillis] of [
          ["rateLimited", 1000],
          ["rateLimitedBare", null]
        ] as const) {
          simulator.faults.onSend(fault)
          assert.deepStrictEqual(yield* telephony.numbers.buy(order), { _tag: "Throttled", retryAfterMillis })
        }
        assert.isEmpty((yield* Given.market).purchases)
      },
      ["numbers"]
    ),

    test(
      "MUST know that nothing was bought when nobody listens",
      ["accepted"],
      function* () {
        const { simulator, telephony } = yield* ProviderUnderTest
        // Over no connection that was in use: of one that breaks nobody knows what it carried.
        const order = Given.orderOf((yield* Given.market).forSale[0]!.number as PhoneNumber.E164)
        yield* Effect.promise(() => simulator.close())
        assert.strictEqual((yield* telephony.numbers.buy(order))._tag, "NotSent")
      },
      ["numbers"]
    ),

    test(
      "MUST say that an order waits, until it is carried out or fails",
      ["accepted"],
      function* () {
        const { telephony } = yield* ProviderUnderTest
        const market = yield* Given.market
        for (const [state, found] of [
          ["success", "Owned"],
          ["failure", "Failed"]
        ] as const) {
          market.holdOrders()
          const order = yield* Given.offered
          assert.deepStrictEqual(yield* telephony.numbers.buy(order), { _tag: "Ordered" })
          assert.deepStrictEqual(yield* telephony.numbers.find(yield* Given.longAgo(order)), { _tag: "Pending" })
          assert.isEmpty(yield* Given.listed(order.number))
          market.settleOrders(state)
          assert.strictEqual((yield* telephony.numbers.find(yield* Given.longAgo(order)))._tag, found)
        }
      },
      ["numbers", "asynchronous orders"]
    ),

    test(
      "MUST NOT say that nothing was ordered while it may still be shown",
      ["accepted"],
      function* (capabilities) {
        const { telephony } = yield* ProviderUnderTest
        const order = yield* Given.offered
        assert.deepStrictEqual(yield* telephony.numbers.find(yield* Given.longAgo(order)), { _tag: "Absent" })
        if (capabilities.numbers?.findAfterMillis === 0) return
        assert.strictEqual((yield* telephony.numbers.find(yield* Given.justNow(order)))._tag, "CannotTell")
      },
      ["numbers"]
    ),

    test(
      "MUST NOT conclude anything about numbers from an answer that is none",
      ["serverError", "badGateway", "hangs", "garbageBody", "rateLimited"],
      function* () {
        const { simulator, telephony } = yield* ProviderUnderTest
        const { numbers } = telephony
        const order = yield* Given.bought
        const tried = yield* Given.longAgo(order)
        for (const [fault, reason] of [
          ["serverError", "Unavailable"],
          ["badGateway", "Unavailable"],
          ["hangs", "Unavailable"],
          ["garbageBody", "Unavailable"],
          ["rateLimited", "RateLimited"]
        ] as const) {
          simulator.faults.everyRead(fault)
          const asked: ReadonlyArray<Effect.Effect<unknown, { readonly reason: { readonly _tag: string } }>> = [
            numbers.find(tried),
            numbers.owns(order.number),
            numbers.list(),
            numbers.search(Given.query()),
            // A change may be made all the same, whatever its answer says.
            ...(fault === "garbageBody" ? [] : [numbers.configure(order.number), numbers.release(order.number)])
          ]
          const errors = yield* Effect.forEach(asked, (one) => Effect.flip(one), { concurrency: "unbounded" })
          for (const error of errors) assert.strictEqual(error.reason._tag, reason, fault)
          simulator.faults.clear()
        }
        assert.lengthOf(yield* Given.listed(order.number), 1)
      },
      ["numbers"]
    ),

    test(
      "MUST lead a number here again that somebody led elsewhere, and change nothing by doing so twice",
      ["inboundText"],
      function* () {
        const { telephony } = yield* ProviderUnderTest
        const market = yield* Given.market
        const { number } = yield* Given.configured
        for (const fault of market.faults) {
          market.misconfigure(number, fault)
          assert.include((yield* Given.listed(number))[0]?.misconfigured ?? [], fault)
          for (const _ of [1, 2]) {
            yield* telephony.numbers.configure(number)
            assert.deepStrictEqual((yield* Given.listed(number))[0]?.misconfigured, [], fault)
          }
        }
        const { received } = yield* receive({ body: "hello", to: number })
        assert.lengthOf(received, 1)
        assert.lengthOf(yield* Given.purchasesOf(number), 1)
      },
      ["numbers"]
    ),

    test(
      "MUST NOT set up a number that is not ours",
      ["accepted"],
      function* () {
        const { telephony } = yield* ProviderUnderTest
        const { number } = yield* Given.offered
        const error = yield* Effect.flip(telephony.numbers.configure(number))
        assert.strictEqual(error.reason._tag, "NotFound")
      },
      ["numbers"]
    ),

    test(
      "MUST say of one number whether it is ours, and of no other that only looks like it",
      ["accepted"],
      function* () {
        const { telephony } = yield* ProviderUnderTest
        const market = yield* Given.market
        const own = "+12025551234" as PhoneNumber.E164
        market.limitPages(1)
        // A provider's filter finds numbers by a part of their digits.
        market.own(`${own}9`)
        market.own(own)
        assert.isTrue(yield* telephony.numbers.owns(own))
        assert.isFalse(yield* telephony.numbers.owns("+12025551235" as PhoneNumber.E164))
        market.lose(own)
        assert.isFalse(yield* telephony.numbers.owns(own))
      },
      ["numbers"]
    ),

    test(
      "MUST list every number of ours once, past the first page",
      ["accepted"],
      function* () {
        const { telephony } = yield* ProviderUnderTest
        const market = yield* Given.market
        market.limitPages(5)
        const own = Array.from({ length: 13 }, (_, index) => `+1202555${String(1200 + index)}` as PhoneNumber.E164)
        for (const number of own) market.own(number)
        assert.sameMembers(numbersOf(yield* telephony.numbers.list()), own)
      },
      ["numbers"]
    )
  ]
}
