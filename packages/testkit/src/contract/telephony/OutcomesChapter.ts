/** What is known after one try, whatever happened to it. An adapter that guesses sends a text twice, or never. */
import { SendOutcome } from "@careline/domain"
import { Effect } from "effect"
import { assert } from "vitest"
import * as Scenario from "../../simulators/core/Scenario.ts"
import { type Chapter, test } from "./Chapter.ts"
import { outbound, reports, send, sendWith } from "./Given.ts"
import { ProviderUnderTest } from "./Subject.ts"

const refusals: ReadonlyArray<readonly [Scenario.Refusal, SendOutcome.RejectionReason]> = [
  ["rejectedInvalidRecipient", "invalid_recipient"],
  ["recipientOptedOut", "recipient_opted_out"],
  ["senderNotAllowed", "sender_not_allowed"]
]

const nextAfter = [
  ["any failure that is told", Scenario.requestFaults.filter((scenario) => !Scenario.silences.has(scenario))],
  ["a provider that was silent", Scenario.requestFaults.filter((scenario) => Scenario.silences.has(scenario))]
] as const

export const outcomesChapter: Chapter = {
  chapter: "Outcomes",
  tests: [
    ...refusals.map(([scenario, reason]) =>
      test(`MUST say ${reason} for ${scenario}, at once or in a report`, [scenario], function* () {
        const { outcome, message } = yield* sendWith(scenario)
        if (outcome._tag === "Rejected") {
          assert.strictEqual(outcome.reason, reason)
          assert.isNotNull(outcome.code)
          return
        }
        // Some providers take such a text first, and reject it later.
        assert.strictEqual(outcome._tag, "Accepted")
        const about = (yield* reports).filter(({ attemptId }) => attemptId === message.attemptId)
        assert.include(
          about.map(({ failureReason }) => failureReason),
          reason
        )
      })
    ),

    test(
      "MUST say unauthorised when the credentials are refused, and not that it was sent",
      ["unauthorised"],
      function* () {
        const { outcome, taken } = yield* sendWith("unauthorised")
        assert.deepInclude(outcome, { _tag: "Rejected", reason: "unauthorised" })
        assert.isEmpty(taken)
      }
    ),

    test("MUST be throttled for as long as the provider asks", ["rateLimited"], function* () {
      const { outcome, taken } = yield* sendWith("rateLimited")
      assert.deepStrictEqual(outcome, { _tag: "Throttled", retryAfterMillis: 1000 })
      assert.isEmpty(taken)
    }),

    test("MUST be throttled when the provider does not say for how long", ["rateLimitedBare"], function* () {
      const { outcome } = yield* sendWith("rateLimitedBare")
      assert.deepStrictEqual(outcome, { _tag: "Throttled", retryAfterMillis: null })
    }),

    ...Scenario.outages.map((scenario) =>
      test(`MUST NOT claim to know what became of a text after ${scenario}, nor try again`, [scenario], function* () {
        const { outcome, taken } = yield* sendWith(scenario)
        assert.strictEqual(outcome._tag, "Unknown")
        // A second try would have met no fault.
        assert.isEmpty(taken)
      })
    ),

    ...Scenario.lostAnswers.map((scenario) =>
      test(`MUST NOT know of a text that was taken with ${scenario}, nor send it again`, [scenario], function* () {
        const { outcome, taken } = yield* sendWith(scenario)
        assert.strictEqual(outcome._tag, "Unknown")
        assert.isFalse(SendOutcome.isSafeToRetry(outcome))
        assert.lengthOf(taken, 1)
      })
    ),

    test(
      "MUST understand the provider in a host that replaces the global Response, as Hono's server does",
      ["rejectedInvalidRecipient", "rateLimited"],
      function* () {
        yield* Effect.acquireUseRelease(
          Effect.sync(() => {
            const { Response: native } = globalThis
            globalThis.Response = class extends native {}
            return native
          }),
          () =>
            Effect.gen(function* () {
              assert.strictEqual((yield* sendWith("rejectedInvalidRecipient")).outcome._tag, "Rejected")
              assert.strictEqual((yield* sendWith("rateLimited")).outcome._tag, "Throttled")
            }),
          (native) => Effect.sync(() => (globalThis.Response = native))
        )
      }
    ),

    test("MUST know that nothing was sent when nobody listens", ["accepted"], function* () {
      const { simulator } = yield* ProviderUnderTest
      yield* Effect.promise(() => simulator.close())
      const outcome = yield* send(yield* outbound())
      assert.strictEqual(outcome._tag, "NotSent")
    }),

    ...nextAfter.map(([failure, scenarios]) =>
      test(`MUST send the next text after ${failure}`, ["accepted", ...scenarios], function* () {
        for (const scenario of scenarios) {
          yield* sendWith(scenario)
          assert.strictEqual((yield* send(yield* outbound()))._tag, "Accepted", scenario)
        }
      })
    )
  ]
}
