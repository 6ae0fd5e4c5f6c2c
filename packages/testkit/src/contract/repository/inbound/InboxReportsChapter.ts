/** The chapter "Inbox: delivery reports" of the repository contract. */
import { assert } from "@effect/vitest"
import { DateTime, Duration, Effect } from "effect"
import { type Chapter, test } from "../shared/Chapter.ts"
import * as Given from "../shared/Given.ts"
import { freshContact, StoreUnderTest } from "../shared/Harness.ts"
import * as Traffic from "./Traffic.ts"

const minute = Duration.minutes(1)

export const inboxReportsChapter: Chapter = {
  chapter: "Inbox: delivery reports",
  tests: [
    test("MUST keep texts and delivery reports apart", function* () {
      const { tenants } = yield* StoreUnderTest
      const { number } = yield* Given.aTenantNumber(tenants[0])
      yield* Traffic.textsIn(yield* freshContact, number, ["a text"])
      const report = yield* Traffic.aReport()
      yield* Traffic.accept([report])
      assert.deepStrictEqual(yield* Traffic.waiting, [["a text"]])
      const reports = yield* Given.peek(Traffic.claimReports())
      assert.deepStrictEqual(
        reports.map(({ event }) => event),
        [report.event]
      )
    }),

    test("MUST hand out as many reports as are asked for, and again those that are not settled", function* () {
      const events = yield* Effect.forEach(Array.from({ length: 5 }), () => Traffic.aReport())
      yield* Traffic.accept(events)
      const first = yield* Given.transact(
        Effect.tap(Traffic.claimReports(3), (reports) => Traffic.settle(reports.slice(0, 2).map(Traffic.done)))
      )
      assert.strictEqual(first.length, 3)
      const rest = yield* Given.peek(Traffic.claimReports())
      const settled = new Set(first.slice(0, 2).map(({ id }) => id))
      assert.strictEqual(rest.length, 3)
      assert.isFalse(rest.some(({ id }) => settled.has(id)))
    }),

    test("MUST keep a postponed report back until it is due, and no other one", function* () {
      const { advance } = yield* StoreUnderTest
      yield* Traffic.accept([yield* Traffic.aReport(), yield* Traffic.aReport()])
      const until = DateTime.addDuration(yield* Given.storeNow, minute)
      const [held] = yield* Given.transact(
        Effect.tap(Traffic.claimReports(1), (reports) =>
          Traffic.settle(reports.map(({ id }) => ({ _tag: "Postponed", id, until, reason: "not yet" })))
        )
      )
      const others = yield* Given.peek(Traffic.claimReports())
      assert.strictEqual(others.length, 1)
      assert.notStrictEqual(others[0]?.id, held?.id)
      yield* advance(minute)
      const all = yield* Given.peek(Traffic.claimReports())
      assert.strictEqual(all.length, 2)
      assert.strictEqual(all.find(({ id }) => id === held?.id)?.failures, 1)
    }),

    test("MUST park a report", function* () {
      yield* Traffic.accept([yield* Traffic.aReport()])
      yield* Given.transact(
        Effect.flatMap(Traffic.claimReports(), (reports) =>
          Traffic.settle(reports.map(({ id }) => ({ _tag: "Parked", id, reason: "nobody sent it" })))
        )
      )
      assert.deepStrictEqual(yield* Given.peek(Traffic.claimReports()), [])
      const parked = yield* Traffic.parked(10)
      assert.deepStrictEqual(
        parked.map(({ kind, reason }) => [kind, reason]),
        [["DeliveryReported", "nobody sent it"]]
      )
    }),

    test("MUST leave a report that is done or parked as it is, however it is settled again", function* () {
      const { advance } = yield* StoreUnderTest
      yield* Traffic.accept([yield* Traffic.aReport(), yield* Traffic.aReport()])
      const reports = yield* Given.transact(
        Effect.tap(Traffic.claimReports(), ([first, second]) =>
          Traffic.settle([Traffic.done(first!), { _tag: "Parked", id: second!.id, reason: "nobody sent it" }])
        )
      )
      const parked = Traffic.parked(10)
      const before = yield* parked
      assert.deepStrictEqual(
        before.map(({ id }) => id),
        [reports[1]!.id]
      )
      const until = DateTime.addDuration(yield* Given.storeNow, minute)
      const postponed = reports.map(({ id }) => ({ _tag: "Postponed" as const, id, until, reason: "not yet" }))
      for (const again of [postponed, reports.map(Traffic.done)]) {
        yield* Given.transact(Traffic.settle(again))
        yield* advance(minute)
        assert.deepStrictEqual(yield* Given.peek(Traffic.claimReports()), [])
        assert.deepStrictEqual(yield* parked, before)
      }
    })
  ]
}
