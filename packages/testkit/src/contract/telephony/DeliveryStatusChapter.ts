/** What the provider reports of our texts. */
import { DeliveryStatus } from "@careline/domain"
import { Effect } from "effect"
import { assert } from "vitest"
import { type Chapter, test } from "./Chapter.ts"
import { joined, outbound, reports, send, settled } from "./Given.ts"
import { Receiver } from "./Receiver.ts"
import type { Ending, Reporting } from "../../simulators/core/Scenario.ts"
import { ProviderUnderTest } from "./Subject.ts"

/** Sends a text that ends one way; the text, its id at the provider, and every report on it. */
const sendTo = Effect.fnUntraced(function* (ending: Ending, reporting: Reporting | null = null) {
  const { simulator } = yield* ProviderUnderTest
  const message = yield* outbound()
  simulator.script(message.to, ending)
  if (reporting !== null) simulator.faults.allReports(reporting)
  const outcome = yield* send(message)
  const reported = yield* reports
  return { message, outcome, reported, id: simulator.ledger.sent[0]!.id }
})

const disorders: ReadonlyArray<Reporting> = ["duplicateWebhook", "reorderedStatuses", "lateStatusAfterTerminal"]

export const deliveryStatusChapter: Chapter = {
  chapter: "DeliveryStatus",
  tests: [
    test("MUST report the way of a text to its recipient, under its own id", ["delivered"], function* () {
      const { id, message, reported } = yield* sendTo("delivered")
      assert.isNotEmpty(reported)
      for (const report of reported) assert.strictEqual(report.providerMessageId, id)
      assert.strictEqual(joined(reported, message, id), "delivered")
      assert.isTrue(reported.every(({ errorCode, failureReason }) => errorCode === null && failureReason === null))
    }),

    test(
      "MUST tie every report to its attempt",
      ["delivered"],
      function* () {
        const { message, reported } = yield* sendTo("delivered")
        assert.isNotEmpty(reported)
        for (const report of reported) assert.strictEqual(report.attemptId, message.attemptId)
      },
      ["attempt echo"]
    ),

    test("MUST say `sent`, and no more, of a text that left and of which no receipt came", ["silent"], function* () {
      const { id, message, reported } = yield* sendTo("silent")
      assert.strictEqual(joined(reported, message, id), "sent")
    }),

    ...(["undelivered", "failed"] as const).map((ending) =>
      test(
        `MUST say that a text did not arrive that ended ${ending}, with the provider's code`,
        [ending],
        function* () {
          const { id, message, reported } = yield* sendTo(ending)
          assert.oneOf(joined(reported, message, id), ["undelivered", "failed"])
          const last = reported.find(({ status }) => DeliveryStatus.isTerminal(status))
          assert.isNotNull(last?.failureReason)
          assert.isNotNull(last?.errorCode)
        }
      )
    ),

    ...disorders.map((reporting) =>
      test(`MUST come to the same end with ${reporting}`, ["delivered", reporting], function* () {
        const { id, message, reported } = yield* sendTo("delivered", reporting)
        assert.strictEqual(joined(reported, message, id), "delivered")
      })
    ),

    test(
      "MUST report on a text before it is known to be taken",
      ["callbackBeforeResponse"],
      function* () {
        const { id, message, outcome, reported } = yield* sendTo("delivered", "callbackBeforeResponse")
        assert.strictEqual(outcome._tag, "Accepted")
        assert.strictEqual(joined(reported, message), "delivered")
        assert.isTrue(reported.every(({ providerMessageId }) => providerMessageId === id))
      },
      ["attempt echo"]
    ),

    test("MUST take a status that it does not know for no news", ["unknownStatus"], function* () {
      const { line, simulator } = yield* ProviderUnderTest
      const { answer } = yield* Effect.promise(() => simulator.deliver("unknownStatus", line))
      assert.isBelow(Number(answer), 300)
      assert.isEmpty((yield* Receiver).events())
    }),

    test("MUST answer every report with a success", ["delivered"], function* () {
      yield* sendTo("delivered")
      for (const { status } of yield* settled) assert.isTrue(status >= 200 && status < 300)
    }),

    test(
      "MUST tell what became of a text that is asked for by its id",
      ["delivered", "failed"],
      function* () {
        const { telephony } = yield* ProviderUnderTest
        const { id } = yield* sendTo("delivered")
        const known = yield* telephony.messages.status(id)
        assert.deepStrictEqual(known, { status: "delivered", failureReason: null, errorCode: null })
      },
      ["status by id"]
    ),

    test(
      "MUST tell why a text failed that is asked for by its id",
      ["failed"],
      function* () {
        const { telephony } = yield* ProviderUnderTest
        const { id } = yield* sendTo("failed")
        const known = yield* telephony.messages.status(id)
        assert.strictEqual(known.status, "failed")
        assert.isNotNull(known.failureReason)
        assert.isNotNull(known.errorCode)
      },
      ["status by id"]
    ),

    test(
      "MUST NOT find a text under an id that the provider does not know",
      ["accepted"],
      function* () {
        const { simulator, telephony } = yield* ProviderUnderTest
        yield* send(yield* outbound())
        const { id } = simulator.ledger.sent[0]!
        const other = id.slice(0, -1) + (id.endsWith("0") ? "1" : "0")
        for (const unknown of [other, "", "../../secrets", "%00"]) {
          const error = yield* Effect.flip(telephony.messages.status(unknown))
          assert.strictEqual(error.reason._tag, "NotFound", unknown)
        }
      },
      ["status by id"]
    )
  ]
}
