/** Giving numbers back. One that stays ours without anybody knowing is paid for each month. */
import { Effect } from "effect"
import { assert } from "vitest"
import * as Scenario from "../../../simulators/core/Scenario.ts"
import { type ContractTest, test } from "../Chapter.ts"
import { ProviderUnderTest } from "../Subject.ts"
import * as Given from "./GivenNumbers.ts"

export const releaseTests: ReadonlyArray<ContractTest> = [
  test(
    "MUST give a number back for good, and be content with one that was given back",
    ["accepted"],
    function* () {
      const { telephony } = yield* ProviderUnderTest
      const { number } = yield* Given.bought
      const { number: kept } = yield* Given.bought
      yield* telephony.numbers.release(number)
      yield* telephony.numbers.release(number)
      assert.deepStrictEqual(
        (yield* telephony.numbers.list()).map((one) => one.number),
        [kept]
      )
      assert.lengthOf((yield* Given.market).purchases, 2)
    },
    ["numbers"]
  ),

  test(
    "MUST say that a number is not taken back, and that it is ours still",
    ["accepted"],
    function* () {
      const { telephony } = yield* ProviderUnderTest
      const { number } = yield* Given.bought
      const market = yield* Given.market
      market.lock(number)
      const error = yield* Effect.flip(telephony.numbers.release(number))
      assert.strictEqual(error.reason._tag, "Refused")
      assert.isTrue(yield* telephony.numbers.owns(number))
      assert.lengthOf(yield* Given.listed(number), 1)
    },
    ["numbers"]
  ),

  test(
    "MUST give a number back once, whose answer was lost, and find it gone",
    Scenario.lostAnswers,
    function* () {
      const { simulator, telephony } = yield* ProviderUnderTest
      for (const scenario of Scenario.lostAnswers) {
        const { number } = yield* Given.bought
        simulator.faults.onSend(scenario)
        const answered = yield* Effect.exit(telephony.numbers.release(number))
        simulator.faults.clear()
        if (yield* telephony.numbers.owns(number)) yield* telephony.numbers.release(number)
        assert.isFalse(yield* telephony.numbers.owns(number), `${scenario} ${answered._tag}`)
        yield* telephony.numbers.release(number)
      }
    },
    ["numbers"]
  )
]
