/** The chapter "Inbox: calls" of the repository contract. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { type Chapter, test } from "../shared/Chapter.ts"
import * as Given from "../shared/Given.ts"
import { freshContact, freshNumber, StoreUnderTest } from "../shared/Harness.ts"
import * as Traffic from "./Traffic.ts"

const aLine = Effect.gen(function* () {
  const { tenants } = yield* StoreUnderTest
  const { number } = yield* Given.aTenantNumber(tenants[0])
  return { from: yield* freshContact, to: number }
})

const ringing = { _tag: "Progressed", leg: "own", status: "ringing", durationSeconds: null } as const

export const inboxCallsChapter: Chapter = {
  chapter: "Inbox: calls",
  tests: [
    test("MUST keep a contact's calls in one lane with their texts, in order of arrival", function* () {
      const { from, to } = yield* aLine
      yield* Traffic.accept([yield* Traffic.aText(from, to, "before")])
      yield* Traffic.accept([yield* Traffic.aCall(from, to)])
      yield* Traffic.accept([yield* Traffic.aText(from, to, "after")])
      const lanes = yield* Given.peek(Traffic.claimLanes())
      assert.strictEqual(lanes.length, 1)
      assert.deepStrictEqual(
        lanes[0]!.events.map(({ event }) => event._tag),
        ["MessageReceived", "CallReceived", "MessageReceived"]
      )
    }),

    test("MUST keep a call once, however often it is told of", function* () {
      const { from, to } = yield* aLine
      const call = yield* Traffic.aCall(from, to)
      assert.deepStrictEqual(yield* Traffic.accept([call, call]), ["accepted", "duplicate"])
      assert.deepStrictEqual(yield* Traffic.accept([call]), ["duplicate"])
    }),

    test("MUST park a call to a number that is in no pool", function* () {
      const call = yield* Traffic.aCall(yield* freshContact, yield* freshNumber)
      assert.deepStrictEqual(yield* Traffic.accept([call]), ["unroutable"])
      assert.deepStrictEqual(yield* Given.peek(Traffic.claimLanes()), [])
    }),

    test("MUST hand out reports of calls apart from reports of texts, and as they came", function* () {
      const report = yield* Traffic.aCallReport(ringing)
      yield* Traffic.accept([yield* Traffic.aReport(), report])
      const reports = yield* Given.peek(Traffic.claimCallReports())
      assert.deepStrictEqual(
        reports.map(({ event }) => event),
        [report.event]
      )
      assert.strictEqual((yield* Given.peek(Traffic.claimReports())).length, 1)
    }),

    test("MUST tell reports of one call apart by what they say, and only by that", function* () {
      const { event, ...source } = yield* Traffic.aCallReport(ringing)
      const said = [
        ringing,
        { ...ringing, status: "completed" },
        { ...ringing, status: "completed", durationSeconds: 9 },
        { ...ringing, leg: "far" },
        { _tag: "Recorded", recording: "one", durationSeconds: 9 },
        { _tag: "Recorded", recording: "two", durationSeconds: 9 },
        { _tag: "RecordingLost", recording: "one" },
        { _tag: "Transcribed", recording: "one", text: null, confidence: null },
        { _tag: "Transcribed", recording: "one", text: "Hello", confidence: null }
      ] as const
      const events = said.map((report) => ({ ...source, event: { ...event, report } }))
      assert.deepStrictEqual(
        yield* Traffic.accept(events),
        said.map(() => "accepted")
      )
      assert.deepStrictEqual(
        yield* Traffic.accept(events),
        said.map(() => "duplicate")
      )
      const claimed = yield* Given.peek(Traffic.claimCallReports())
      assert.deepStrictEqual(
        claimed.map((one) => one.event.report),
        [...said]
      )
    })
  ]
}
