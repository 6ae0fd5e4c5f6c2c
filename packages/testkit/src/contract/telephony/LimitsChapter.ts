/** How much, how many, and how long. */
import { Effect } from "effect"
import { assert } from "vitest"
import { type Chapter, test } from "./Chapter.ts"
import { outbound, send, sendWith } from "./Given.ts"
import { Receiver } from "./Receiver.ts"
import { ProviderUnderTest } from "./Subject.ts"

/** Of the patience that the adapter has: what takes longer hangs. */
const HANGS_AFTER = 20

export const limitsChapter: Chapter = {
  chapter: "Limits",
  tests: [
    test("MUST hand over a text as long as it declares, whole", ["accepted"], function* ({ messages }) {
      const { simulator } = yield* ProviderUnderTest
      const body = "a".repeat(messages.maxTextLength)
      assert.strictEqual((yield* send(yield* outbound({ body })))._tag, "Accepted")
      assert.strictEqual(simulator.ledger.sent[0]?.body, body)
    }),

    test(
      "MUST be refused a text that is longer, rather than send a part of it",
      ["accepted"],
      function* ({ messages }) {
        const { simulator } = yield* ProviderUnderTest
        const outcome = yield* send(yield* outbound({ body: "a".repeat(messages.maxTextLength + 1) }))
        assert.strictEqual(outcome._tag, "Rejected")
        assert.isEmpty(simulator.ledger.sent)
      }
    ),

    test(
      "MUST hand over as many media as it declares, with a text as long as it declares beside them",
      ["accepted"],
      function* ({ messages }) {
        const { simulator } = yield* ProviderUnderTest
        const count = messages.mms?.maxMedia ?? 0
        const mediaUrls = Array.from({ length: count }, (_, index) => `https://files.example.com/${index}.jpg`)
        const body = "a".repeat(messages.mms?.maxTextLength ?? 0)
        assert.strictEqual((yield* send(yield* outbound({ body, mediaUrls })))._tag, "Accepted")
        assert.deepStrictEqual(simulator.ledger.sent[0]?.mediaUrls, mediaUrls)
        assert.strictEqual(simulator.ledger.sent[0]?.body, body)
      },
      ["mms"]
    ),

    test("MUST be refused what says nothing", ["accepted"], function* () {
      const { simulator } = yield* ProviderUnderTest
      assert.strictEqual((yield* send(yield* outbound({ body: "" })))._tag, "Rejected")
      assert.isEmpty(simulator.ledger.sent)
    }),

    ...(["hangs", "acceptedThenHang", "slowBody"] as const).map((scenario) =>
      test(`MUST give up by itself on ${scenario}`, [scenario], function* () {
        const { patienceMillis } = yield* Receiver
        const given = yield* Effect.timeoutOption(sendWith(scenario), HANGS_AFTER * patienceMillis)
        assert.strictEqual(given._tag, "Some")
      })
    )
  ]
}
