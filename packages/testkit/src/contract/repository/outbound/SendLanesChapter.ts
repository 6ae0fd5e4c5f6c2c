/** What is urgent leaves first, what is held lets others pass, and no lane starves. */
import { type Send, SendLane } from "@careline/domain"
import { Outbox, StorageError } from "@careline/ports"
import { assert } from "@effect/vitest"
import { DateTime, Duration, Effect } from "effect"
import { type Chapter, test } from "../shared/Chapter.ts"
import { sameSend } from "../shared/Compare.ts"
import * as Given from "../shared/Given.ts"
import { StoreUnderTest } from "../shared/Harness.ts"
import * as Sending from "../shared/Sending.ts"

const minutes = (count: number) =>
  Effect.map(Given.storeNow, (now) => DateTime.addDuration(now, Duration.minutes(count)))

const bodies = (sends: ReadonlyArray<Send.Send>): ReadonlyArray<string> => sends.map(({ body }) => body)

/** A queued text of the lane to somebody new. */
const aText = Effect.fnUntraced(function* (body: string, lane: SendLane.SendLane) {
  const [send] = yield* Sending.queue(yield* Sending.aRecipient(), [body], { lane })
  return send!
})

/** As many texts of the lane, each to somebody new, one after the other. */
const texts = Effect.fnUntraced(function* (lane: SendLane.SendLane, count: number) {
  const { advance } = yield* StoreUnderTest
  for (let index = 1; index <= count; index++) {
    yield* aText(`${lane}.${index}`, lane)
    yield* advance(Duration.seconds(1))
  }
})

export const sendLanesChapter: Chapter = {
  chapter: "Outbox: lanes",
  tests: [
    test("MUST keep the lane of a text", function* () {
      for (const lane of SendLane.all) {
        const send = yield* Sending.aSend({ lane })
        sameSend((yield* Given.peek(Sending.claim()))[0], send)
        const attemptId = yield* Sending.begin(send)
        sameSend(yield* Sending.byAttempt(attemptId), { ...send, state: "sending", attempts: 1, attemptId })
      }
    }),

    test("MUST hand out lane by lane, the most urgent first, and in a lane what has been due for longest", function* () {
      for (const lane of SendLane.all.toReversed()) yield* texts(lane, 2)
      assert.deepStrictEqual(yield* Sending.claimable, ["0.1", "0.2", "1.1", "1.2", "2.1", "2.2", "3.1", "3.2"])
    }),

    test("MUST reserve each lane its share, and give to the most urgent what a lane leaves free", function* () {
      yield* texts(3, 5)
      yield* texts(2, 1)
      yield* texts(1, 5)
      yield* texts(0, 5)
      // Two places are each lower lane's own: of 10 lane 0 has 4, lane 2 leaves one free, and lane 0 takes it.
      const batch = yield* Given.peek(Sending.claim(10))
      assert.deepStrictEqual(bodies(batch), ["0.1", "0.2", "0.3", "0.4", "0.5", "1.1", "1.2", "2.1", "3.1", "3.2"])
      const few = yield* Given.peek(Sending.claim(12))
      assert.deepStrictEqual(bodies(few).slice(5), ["1.1", "1.2", "1.3", "1.4", "2.1", "3.1", "3.2"])
      assert.lengthOf(yield* Given.peek(Sending.claim(100)), 16)
    }),

    test("MUST claim from no lane that is not named", function* () {
      for (const lane of SendLane.all) yield* texts(lane, 2)
      assert.deepStrictEqual(bodies(yield* Given.peek(Sending.claim(100, 0))), ["0.1", "0.2"])
      assert.deepStrictEqual(bodies(yield* Given.peek(Sending.claim(100, 1))), ["0.1", "0.2", "1.1", "1.2"])
      assert.deepStrictEqual(bodies(yield* Given.peek(Sending.claim(3, 1))), ["0.1", "1.1", "1.2"])
    }),

    test("MUST let what is held until later keep nothing else waiting", function* () {
      const { advance } = yield* StoreUnderTest
      const recipient = yield* Sending.aRecipient()
      for (const lane of SendLane.all) {
        yield* Sending.queue(recipient, [`${lane} held`], { lane, notBefore: yield* minutes(5) })
        yield* advance(Duration.seconds(1))
        yield* Sending.queue(recipient, [`${lane} behind it`], { lane })
      }
      assert.deepStrictEqual(
        yield* Sending.claimable,
        SendLane.all.map((lane) => `${lane} behind it`)
      )
    }),

    test("MUST let what was put back until later keep nothing else waiting", function* () {
      const recipient = yield* Sending.aRecipient()
      const [throttled] = yield* Sending.queue(recipient, ["throttled"], { lane: 1 })
      yield* Sending.attempt(throttled!, { state: "queued", notBefore: yield* minutes(5) })
      yield* Sending.queue(recipient, ["behind it"], { lane: 1 })
      assert.deepStrictEqual(yield* Sending.claimable, ["behind it"])
    }),

    test("MUST hand texts of a lane to a recipient out in the order in which they were queued, once all may leave", function* () {
      const { advance } = yield* StoreUnderTest
      const recipient = yield* Sending.aRecipient()
      const [held] = yield* Sending.queue(recipient, ["held"], { lane: 2, notBefore: yield* minutes(5) })
      yield* advance(Duration.seconds(1))
      const [behind] = yield* Sending.queue(recipient, ["behind it"], { lane: 2 })
      assert.deepStrictEqual(yield* Sending.claimable, ["behind it"])
      yield* advance(Duration.minutes(6))
      assert.deepStrictEqual(yield* Sending.claimable, ["held"])
      yield* Sending.attempt(held!, { state: "accepted", providerMessageId: "out-1" })
      assert.deepStrictEqual(yield* Sending.claimable, ["behind it"])
      yield* Sending.attempt(behind!, { state: "accepted", providerMessageId: "out-2" })
      assert.deepStrictEqual(yield* Sending.claimable, [])
    }),

    test("MUST let no lane wait for a text of another one to the same recipient", function* () {
      const recipient = yield* Sending.aRecipient()
      for (const lane of [3, 2, 1] as const) {
        const [send] = yield* Sending.queue(recipient, [`${lane}`, `${lane} behind it`], { lane })
        yield* Sending.begin(send!)
        assert.deepStrictEqual(yield* Sending.claimable, [], "behind what is being sent the lane's next one waits")
      }
      yield* Sending.queue(recipient, ["alarm"], { lane: 0 })
      assert.deepStrictEqual(yield* Sending.claimable, ["alarm"])
    }),

    test("MUST let lane 0 wait for nobody: neither for another claim's text, nor for one that is being sent", function* () {
      const recipient = yield* Sending.aRecipient()
      const sends = yield* Sending.queue(recipient, ["one", "two", "three"], { lane: 0 })
      assert.deepStrictEqual(yield* Sending.claimable, ["one", "two", "three"])
      yield* Sending.begin(sends[0]!)
      assert.deepStrictEqual(yield* Sending.claimable, ["two", "three"])
      yield* Sending.begin(sends[1]!)
      assert.deepStrictEqual(yield* Sending.claimable, ["three"])
    }),

    test("MUST begin no second text of a lower lane to a recipient side by side, whoever claimed it", function* () {
      const recipient = yield* Sending.aRecipient()
      for (const lane of [1, 2, 3] as const) {
        const [one, two] = yield* Sending.queue(recipient, ["one", "two"], { lane })
        const first = yield* Sending.begin(one!)
        const refused = yield* Effect.flip(Sending.begin(two!))
        assert.strictEqual(refused instanceof StorageError && refused.reason._tag, "StoreConflict")
        yield* Sending.update([{ sendId: one!.id, fence: first, state: "accepted", providerMessageId: `out-${lane}` }])
        yield* Sending.attempt(two!, { state: "accepted", providerMessageId: `out-${lane}-2` })
      }
    }),

    test("MUST look for what is urgent first, of texts whose outcome nobody knows", function* () {
      const { advance } = yield* StoreUnderTest
      const ids: Array<string> = []
      for (const lane of SendLane.all.toReversed()) {
        const send = yield* Sending.aSend({ lane })
        yield* Sending.begin(send)
        yield* advance(Duration.seconds(1))
        ids.unshift(send.id)
      }
      yield* advance(Sending.leaseTime)
      assert.deepStrictEqual(yield* Sending.lookedUp, ids)
      const first = yield* Given.peek(Sending.claimUnknown(1))
      assert.deepStrictEqual(
        first.map(({ send }) => send.id),
        ids.slice(0, 1)
      )
    }),

    test("MUST count what waits at a number in the lane and in those that are more urgent", function* () {
      const busy = yield* Sending.aRecipient()
      const countWaiting = Effect.fnUntraced(function* (lane: SendLane.SendLane) {
        const outbox = yield* Outbox
        return (yield* Given.transact(outbox.countWaiting([busy.number.id], lane)))[0]
      })
      for (const lane of SendLane.all) {
        yield* Sending.queue(busy, ["due"], { lane })
        yield* Sending.queue(busy, ["held"], { lane, notBefore: yield* minutes(5) })
      }
      assert.deepStrictEqual(yield* Effect.forEach(SendLane.all, countWaiting), [2, 4, 6, 8])
    })
  ]
}
