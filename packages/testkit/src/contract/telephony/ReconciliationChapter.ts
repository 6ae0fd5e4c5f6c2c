/** Looking at the provider for a text whose answer was lost. A wrong answer here is a second text, or none. */
import { DateTime, Effect } from "effect"
import { assert } from "vitest"
import * as Scenario from "../../simulators/core/Scenario.ts"
import { type Chapter, test } from "./Chapter.ts"
import { outbound, send, sendWith, settled } from "./Given.ts"
import { ProviderUnderTest } from "./Subject.ts"

const HOUR_MILLIS = 60 * 60 * 1000

const faults: ReadonlyArray<readonly [Scenario.RequestFault, reason: string, isRetryable: boolean]> = [
  ["rateLimited", "RateLimited", true],
  ["unauthorised", "Unauthorised", false],
  ["serverError", "Unavailable", true],
  ["providerDown", "Unavailable", true],
  ["badGateway", "Unavailable", true],
  ["hangs", "Unavailable", true],
  ["resets", "Unavailable", true],
  ["garbageBody", "Unavailable", true],
  ["slowBody", "Unavailable", true]
]

export const reconciliationChapter: Chapter = {
  chapter: "Reconciliation",
  tests: [
    ...Scenario.lostAnswers.map((scenario) =>
      test(
        `MUST find a text that was taken with ${scenario}`,
        [scenario, "delivered"],
        function* () {
          const { telephony } = yield* ProviderUnderTest
          const { attempt, taken } = yield* sendWith(scenario)
          yield* settled
          const found = yield* telephony.messages.find(attempt)
          assert.deepInclude(found, { _tag: "Found", providerMessageId: taken[0]!.id })
        },
        ["find"]
      )
    ),

    test(
      "MUST NOT take another attempt's text for the one it looks for",
      ["acceptedThenHang", "providerDown"],
      function* () {
        const { telephony } = yield* ProviderUnderTest
        const other = yield* sendWith("acceptedThenHang")
        // The same words between the same numbers, which never arrived.
        const { attempt } = yield* sendWith("providerDown", { to: other.message.to, body: other.message.body })
        yield* settled
        const claimed = { ...attempt, claimedProviderMessageIds: other.taken.map(({ id }) => id) }
        assert.notStrictEqual((yield* telephony.messages.find(claimed))._tag, "Found")
      },
      ["find"]
    ),

    test(
      "MUST NOT say that there is nothing while there may still be something",
      ["providerDown"],
      function* () {
        const { telephony } = yield* ProviderUnderTest
        const { attempt } = yield* sendWith("providerDown")
        assert.strictEqual((yield* telephony.messages.find(attempt))._tag, "CannotTell")
      },
      ["find"]
    ),

    test(
      "MUST say that there is nothing once the provider would have shown it",
      ["accepted"],
      function* (capabilities) {
        const { telephony } = yield* ProviderUnderTest
        const message = yield* outbound()
        const late = (capabilities.messages.findAfterMillis ?? 0) + HOUR_MILLIS
        const startedAt = DateTime.subtractDuration(yield* DateTime.now, late)
        const found = yield* telephony.messages.find({ ...message, startedAt, claimedProviderMessageIds: [] })
        assert.strictEqual(found._tag, "Absent")
      },
      ["absence"]
    ),

    ...faults.map(([scenario, reason, isRetryable]) =>
      test(
        `MUST NOT conclude anything from ${scenario}`,
        [scenario],
        function* () {
          const { simulator, telephony } = yield* ProviderUnderTest
          const message = yield* outbound()
          const startedAt = DateTime.subtractDuration(yield* DateTime.now, 24 * HOUR_MILLIS)
          simulator.faults.onRead(scenario)
          const look = telephony.messages.find({ ...message, startedAt, claimedProviderMessageIds: [] })
          const error = yield* Effect.flip(look)
          assert.strictEqual(error.reason._tag, reason)
          assert.strictEqual(error.isRetryable, isRetryable)
        },
        ["find"]
      )
    ),

    test(
      "MUST NOT send anything by looking",
      ["accepted"],
      function* () {
        const { simulator, telephony } = yield* ProviderUnderTest
        const message = yield* outbound()
        yield* send(message)
        const startedAt = yield* DateTime.now
        yield* telephony.messages.find({ ...message, startedAt, claimedProviderMessageIds: [] })
        assert.lengthOf(simulator.ledger.sent, 1)
      },
      ["find"]
    )
  ]
}
