import { Outbox, type ReportTarget } from "@careline/ports"
import { assert } from "@effect/vitest"
import { DateTime, Duration, Effect } from "effect"
import { type Chapter, test } from "./Chapter.ts"
import { sameSend } from "./Compare.ts"
import * as Given from "./Given.ts"
import { StoreUnderTest } from "./Harness.ts"
import * as Sending from "./Sending.ts"

const minute = Duration.minutes(1)
const inMinutes = (minutes: number) => Effect.map(Given.storeNow, (now) => DateTime.add(now, { minutes }))

const noteLook = Effect.fnUntraced(function* (attemptId: ReportTarget["attemptId"] & string, nextLookAt: DateTime.Utc) {
  const outbox = yield* Outbox
  yield* Given.transact(outbox.noteLooks([{ attemptId, nextLookAt }]))
})

const noteReport = Effect.fnUntraced(function* (
  attemptId: ReportTarget["attemptId"] & string,
  providerMessageId: string
) {
  const outbox = yield* Outbox
  yield* Given.transact(outbox.noteReports([{ attemptId, providerMessageId, status: "delivered" }]))
})

const target = (fields: Partial<ReportTarget>): ReportTarget => ({
  provider: "memory",
  providerMessageId: "in no attempt",
  attemptId: null,
  ...fields
})

export const outboxUnknownChapter: Chapter = {
  chapter: "Outbox: unknown outcomes and reports",
  tests: [
    test("MUST give a text whose worker is past its deadline up for unknown, and no earlier", function* () {
      const { advance } = yield* StoreUnderTest
      const send = yield* Sending.aSend()
      const startedAt = yield* Given.storeNow
      const attemptId = yield* Sending.begin(send)
      assert.deepStrictEqual(yield* Sending.lookedUp, [])
      yield* advance(Duration.seconds(15))
      assert.deepStrictEqual(yield* Sending.lookedUp, [])
      yield* advance(Duration.seconds(15))
      const [lost] = yield* Given.peek(Sending.claimUnknown())
      assert.strictEqual(lost?.send.id, send.id)
      assert.strictEqual(lost?.send.attemptId, attemptId)
      assert.strictEqual(lost?.attempt.id, attemptId)
      assert.strictEqual(lost?.attempt.sendId, send.id)
      assert.strictEqual(lost?.attempt.provider, "memory")
      assert.isAtLeast(lost!.attempt.startedAt.epochMilliseconds, startedAt.epochMilliseconds)
      const lease = DateTime.distance(lost!.attempt.startedAt, lost!.attempt.deadline)
      assert.strictEqual(Duration.toMillis(lease), Duration.toMillis(Sending.leaseTime))
      assert.strictEqual(lost?.looks, 0)
      assert.deepStrictEqual(lost?.claimedProviderMessageIds, [])
    }),

    test("MUST look an unknown text up when its next look is due", function* () {
      const { advance } = yield* StoreUnderTest
      const send = yield* Sending.aSend()
      const attemptId = yield* Sending.attempt(send, { state: "unknown", notBefore: yield* inMinutes(1) })
      assert.deepStrictEqual(yield* Sending.lookedUp, [])
      yield* advance(minute)
      assert.deepStrictEqual(yield* Sending.lookedUp, [send.id])
      yield* noteLook(attemptId, yield* inMinutes(2))
      assert.deepStrictEqual(yield* Sending.lookedUp, [])
      yield* advance(minute)
      assert.deepStrictEqual(yield* Sending.lookedUp, [])
      yield* advance(minute)
      const [lost] = yield* Given.peek(Sending.claimUnknown())
      assert.strictEqual(lost?.send.state, "unknown")
      assert.strictEqual(lost?.looks, 1)
    }),

    test("MUST count the looks at a text whose worker is lost, and keep others away in between", function* () {
      const { advance } = yield* StoreUnderTest
      const send = yield* Sending.aSend()
      const attemptId = yield* Sending.begin(send)
      yield* advance(minute)
      for (const looks of [0, 1, 2]) {
        const [lost] = yield* Given.peek(Sending.claimUnknown())
        assert.strictEqual(lost?.looks, looks)
        yield* noteLook(attemptId, yield* inMinutes(1))
        assert.deepStrictEqual(yield* Sending.lookedUp, [])
        yield* advance(minute)
      }
    }),

    test("MUST look no text up that is queued or settled", function* () {
      const { advance } = yield* StoreUnderTest
      yield* Sending.aSend()
      for (const state of ["accepted", "rejected", "undecided", "abandoned", "canceled", "queued"] as const) {
        const send = yield* Sending.aSend()
        yield* Sending.attempt(send, { state, notBefore: send.notBefore })
      }
      yield* advance(Duration.hours(1))
      assert.deepStrictEqual(yield* Sending.lookedUp, [])
    }),

    test("MUST hand out as many unknown texts as are asked for", function* () {
      const { advance } = yield* StoreUnderTest
      for (let count = 0; count < 3; count++) yield* Sending.begin(yield* Sending.aSend())
      yield* advance(minute)
      assert.strictEqual((yield* Given.peek(Sending.claimUnknown(2))).length, 2)
      assert.strictEqual((yield* Sending.lookedUp).length, 3)
    }),

    test("MUST name the ids at the provider that other attempts between the two numbers hold", function* () {
      const { advance } = yield* StoreUnderTest
      const recipient = yield* Sending.aRecipient()
      const elsewhere = yield* Sending.aSend()
      yield* Sending.attempt(elsewhere, { state: "accepted", providerMessageId: "to-somebody-else" })
      const [settled, reported, lost] = yield* Sending.queue(recipient, ["one", "two", "three"])
      yield* Sending.attempt(settled!, { state: "accepted", providerMessageId: "of-the-first" })
      const second = yield* Sending.attempt(reported!, { state: "unknown", notBefore: yield* inMinutes(60) })
      yield* noteReport(second, "of-the-second")
      const third = yield* Sending.attempt(lost!, { state: "unknown", notBefore: yield* inMinutes(1) })
      yield* advance(minute)
      const [found] = yield* Given.peek(Sending.claimUnknown())
      assert.strictEqual(found?.attempt.id, third)
      assert.deepStrictEqual(found?.claimedProviderMessageIds.toSorted(), ["of-the-first", "of-the-second"])
    }),

    test("MUST let the attempt of an unknown text still settle it", function* () {
      const send = yield* Sending.aSend()
      const fence = yield* Sending.attempt(send, { state: "unknown", notBefore: yield* inMinutes(1) })
      const [settled] = yield* Sending.update([
        { sendId: send.id, fence, state: "accepted", providerMessageId: "found-1" }
      ])
      assert.strictEqual(settled?.state, "accepted")
      const [found] = yield* Sending.match([target({ providerMessageId: "found-1" })])
      assert.strictEqual(found?.attemptId, fence)
    }),

    test("MUST find the text of a report by the attempt that it names", function* () {
      const send = yield* Sending.aSend()
      const attemptId = yield* Sending.begin(send)
      const [found] = yield* Sending.match([target({ attemptId, providerMessageId: "not yet known" })])
      assert.strictEqual(found?.attemptId, attemptId)
      assert.strictEqual(found?.providerMessageId, null)
      sameSend(found?.send, { ...send, state: "sending", attempts: 1, attemptId })
    }),

    test("MUST find the text of a report by an attempt that is no longer the current one", function* () {
      const send = yield* Sending.aSend()
      const late = yield* Sending.attempt(send, { state: "queued", notBefore: send.notBefore })
      const current = yield* Sending.begin(send)
      const [found] = yield* Sending.match([target({ attemptId: late })])
      assert.strictEqual(found?.attemptId, late)
      assert.strictEqual(found?.send.attemptId, current)
    }),

    test("MUST find the text of a report by the provider's id", function* () {
      const send = yield* Sending.aSend()
      const attemptId = yield* Sending.attempt(send, { state: "accepted", providerMessageId: "out-1" })
      const [found] = yield* Sending.match([target({ providerMessageId: "out-1" })])
      assert.strictEqual(found?.attemptId, attemptId)
      assert.strictEqual(found?.providerMessageId, "out-1")
      assert.strictEqual(found?.send.id, send.id)
    }),

    test("MUST take an id for that of its own provider only", function* () {
      yield* Sending.attempt(yield* Sending.aSend(), { state: "accepted", providerMessageId: "out-1" })
      const found = yield* Sending.match([target({ provider: "another", providerMessageId: "out-1" })])
      assert.deepStrictEqual(found, [null])
    }),

    test("MUST answer for each report in the given order, with null for what nobody sent", function* () {
      const first = yield* Sending.aSend()
      const second = yield* Sending.aSend()
      const one = yield* Sending.attempt(first, { state: "accepted", providerMessageId: "out-1" })
      const two = yield* Sending.begin(second)
      const found = yield* Sending.match([
        target({ attemptId: two }),
        target({ providerMessageId: "nobody's" }),
        target({ providerMessageId: "out-1" }),
        target({ attemptId: yield* Given.freshAttemptId }),
        target({ attemptId: one, providerMessageId: "out-1" }),
        target({ attemptId: two })
      ])
      const attempts = found.map((matched) => matched?.attemptId ?? null)
      assert.deepStrictEqual(attempts, [two, null, one, null, one, two])
      assert.deepStrictEqual(yield* Sending.match([]), [])
    }),

    test("MUST keep the provider's id of a reported attempt, whatever became of its text", function* () {
      const send = yield* Sending.aSend()
      const late = yield* Sending.attempt(send, { state: "queued", notBefore: send.notBefore })
      const current = yield* Sending.attempt(send, { state: "rejected" })
      yield* noteReport(late, "out-1")
      const [found] = yield* Sending.match([target({ providerMessageId: "out-1" })])
      assert.strictEqual(found?.attemptId, late)
      sameSend(found?.send, { ...send, state: "rejected", attempts: 2, attemptId: current })
    })
  ]
}
