/** The chapter "Outbox" of the repository contract. */
import { PhoneNumberId, type Send, SendLane } from "@careline/domain"
import { Outbox, Transaction } from "@careline/ports"
import { assert } from "@effect/vitest"
import { DateTime, Deferred, Duration, Effect, Fiber, Stream } from "effect"
import { type Chapter, test } from "../shared/Chapter.ts"
import { idsOf, sameSend, sameSends, sameSet } from "../shared/Compare.ts"
import { giveMoment, within } from "../shared/Deadline.ts"
import * as Given from "../shared/Given.ts"
import { StoreUnderTest } from "../shared/Harness.ts"
import * as Sending from "../shared/Sending.ts"

const minute = Duration.minutes(1)
const inAMinute = Effect.map(Given.storeNow, (now) => DateTime.addDuration(now, minute))

const unawaited = { messageClass: "care" } as const

export const outboxChapter: Chapter = {
  chapter: "Outbox",
  tests: [
    test("MUST hand out queued texts, the oldest first, as many as are asked for", function* () {
      const { advance } = yield* StoreUnderTest
      for (const word of ["first", "second", "third"]) {
        yield* Sending.queue(yield* Sending.aRecipient(), [word])
        yield* advance(Duration.seconds(1))
      }
      assert.deepStrictEqual(yield* Sending.claimable, ["first", "second", "third"])
      const two = yield* Given.peek(Sending.claim(2))
      assert.deepStrictEqual(
        two.map(({ body }) => body),
        ["first", "second"]
      )
    }),

    test("MUST hand out a text as it was queued", function* () {
      const now = yield* Given.storeNow
      const validUntil = DateTime.add(now, { hours: 2 })
      const send = yield* Sending.aSend({ validUntil, mediaUrls: ["https://a.example/1"], messageClass: "care" })
      const other = yield* Sending.aSend()
      const claimed = yield* Given.peek(Sending.claim())
      assert.deepStrictEqual(
        claimed.find(({ id }) => id === send.id),
        send
      )
      assert.isNull(claimed.find(({ id }) => id === other.id)!.validUntil)
    }),

    test("MUST hand out one text per recipient and lane, and the next once that one is settled", function* () {
      const { advance } = yield* StoreUnderTest
      const recipient = yield* Sending.aRecipient()
      const words = ["one", "two", "three", "four"]
      for (const word of words) {
        yield* Sending.queue(recipient, [word])
        yield* advance(Duration.seconds(1))
      }
      for (const [index, word] of words.entries()) {
        const sends = yield* Given.peek(Sending.claim())
        assert.deepStrictEqual(
          sends.map(({ body }) => body),
          [word]
        )
        const fence = yield* Sending.begin(sends[0]!)
        assert.deepStrictEqual(yield* Sending.claimable, [], "while a text is being sent the next one waits")
        const state = (["accepted", "rejected", "unknown", "accepted"] as const)[index]!
        yield* Sending.update([{ sendId: sends[0]!.id, fence, state, notBefore: yield* inAMinute }])
      }
    }),

    test("MUST send to one number in different tenants side by side", function* () {
      const { tenants } = yield* StoreUnderTest
      const own = yield* Sending.aRecipient()
      const to = (yield* Sending.queue(own, ["ours"]))[0]!.to
      yield* Sending.queue(yield* Sending.aRecipient({ tenant: tenants[1], to }), ["theirs"])
      yield* Sending.queue(yield* Sending.aRecipient({ tenant: null, to }), ["system-wide"])
      sameSet(yield* Sending.claimable, ["ours", "theirs", "system-wide"])
    }),

    test("MUST keep a text until it may leave", function* () {
      const { advance } = yield* StoreUnderTest
      yield* Sending.queue(yield* Sending.aRecipient(), ["held"], { notBefore: yield* inAMinute })
      assert.deepStrictEqual(yield* Sending.claimable, [])
      yield* advance(minute)
      assert.deepStrictEqual(yield* Sending.claimable, ["held"])
    }),

    test("MUST try a text again no earlier than it was put back for", function* () {
      const { advance } = yield* StoreUnderTest
      const send = yield* Sending.aSend()
      yield* Sending.attempt(send, { state: "queued", notBefore: yield* inAMinute, detail: "throttled" })
      assert.deepStrictEqual(yield* Sending.claimable, [])
      yield* advance(minute)
      const [again] = yield* Given.peek(Sending.claim())
      assert.strictEqual(again?.id, send.id)
      assert.strictEqual(again?.attempts, 1)
    }),

    test("MUST mark a text as being sent, and name the attempt that may settle it", function* () {
      const send = yield* Sending.aSend()
      const first = yield* Sending.begin(send)
      const begun: Send.Send = { ...send, state: "sending", attempts: 1, attemptId: first }
      sameSend(yield* Sending.byAttempt(first), begun)
      yield* Sending.update([{ sendId: send.id, fence: first, state: "queued", notBefore: send.notBefore }])
      const second = yield* Sending.begin(send)
      sameSend(yield* Sending.byAttempt(second), { ...begun, attempts: 2, attemptId: second })
    }),

    test("MUST settle a text by its current attempt, and return it", function* () {
      const send = yield* Sending.aSend()
      const fence = yield* Sending.begin(send)
      const settled = yield* Sending.update([
        { sendId: send.id, fence, state: "accepted", providerMessageId: "out-1", detail: "accepted" }
      ])
      sameSends(settled, [{ ...send, state: "accepted", attempts: 1, attemptId: fence }])
      sameSend(yield* Sending.byAttempt(fence), settled[0]!)
    }),

    test("MUST keep every state that a text can come to", function* () {
      const states = ["accepted", "rejected", "unknown", "undecided", "abandoned", "canceled"] as const
      for (const state of states) {
        const send = yield* Sending.aSend()
        const fence = yield* Sending.begin(send)
        yield* Sending.update([{ sendId: send.id, fence, state, notBefore: yield* inAMinute }])
        assert.strictEqual((yield* Sending.byAttempt(fence))?.state, state)
        assert.deepStrictEqual(yield* Sending.claimable, [])
      }
    }),

    test("MUST let an attempt that is not the current one change nothing", function* () {
      const send = yield* Sending.aSend()
      const late = yield* Sending.attempt(send, { state: "queued", notBefore: send.notBefore })
      const current = yield* Sending.begin(send)
      for (const state of ["accepted", "rejected", "queued"] as const) {
        const updated = yield* Sending.update([{ sendId: send.id, fence: late, state, providerMessageId: "late" }])
        assert.deepStrictEqual(updated, [])
      }
      const unbegun = yield* Sending.update([{ sendId: send.id, fence: null, state: "canceled" }])
      assert.deepStrictEqual(unbegun, [])
      sameSend(yield* Sending.byAttempt(current), { ...send, state: "sending", attempts: 2, attemptId: current })
    }),

    test("MUST leave a text alone that is accepted, rejected or canceled", function* () {
      for (const state of ["accepted", "rejected", "canceled"] as const) {
        const send = yield* Sending.aSend()
        const fence = yield* Sending.begin(send)
        yield* Sending.update([{ sendId: send.id, fence, state }])
        assert.deepStrictEqual(yield* Sending.update([{ sendId: send.id, fence, state: "unknown" }]), [])
        assert.strictEqual((yield* Sending.byAttempt(fence))?.state, state)
      }
    }),

    test("MUST withdraw a text that was never begun without an attempt, and no other way", function* () {
      const send = yield* Sending.aSend()
      const stranger = yield* Given.freshAttemptId
      assert.deepStrictEqual(yield* Sending.update([{ sendId: send.id, fence: stranger, state: "canceled" }]), [])
      assert.deepStrictEqual(yield* Sending.claimable, [send.body])
      const withdrawn = yield* Sending.update([{ sendId: send.id, fence: null, state: "canceled" }])
      sameSends(withdrawn, [{ ...send, state: "canceled" }])
      assert.deepStrictEqual(yield* Sending.claimable, [])
    }),

    test("MUST settle of a set those whose fence holds, and return only them", function* () {
      const first = yield* Sending.aSend()
      const second = yield* Sending.aSend()
      const stranger = yield* Given.freshAttemptId
      const fence = yield* Sending.begin(first)
      yield* Sending.begin(second)
      const updated = yield* Sending.update([
        { sendId: first.id, fence, state: "accepted", providerMessageId: "out-1" },
        { sendId: second.id, fence: stranger, state: "accepted", providerMessageId: "out-2" }
      ])
      assert.deepStrictEqual(idsOf(updated), [first.id])
      assert.deepStrictEqual(yield* Sending.update([]), [])
    }),

    test("MUST count the texts that nobody waits for, since a time, that left, may have left or wait to leave, recipient by recipient", function* () {
      const { advance, tenants } = yield* StoreUnderTest
      const recipient = yield* Sending.aRecipient()
      const quiet = yield* Sending.aRecipient()
      const accepted = (yield* Sending.queue(recipient, ["old"], unawaited))[0]!
      yield* Sending.attempt(accepted, { state: "accepted", providerMessageId: "out-0" })
      yield* advance(minute)
      const since = yield* Given.storeNow
      yield* advance(Duration.seconds(1))
      const states = ["accepted", "rejected", "unknown", "undecided", "canceled"] as const
      for (const state of states) {
        const [send] = yield* Sending.queue(recipient, [state], unawaited)
        yield* Sending.attempt(send!, { state, notBefore: yield* inAMinute })
      }
      const [underway] = yield* Sending.queue(recipient, ["being sent"], unawaited)
      yield* Sending.begin(underway!)
      yield* Sending.queue(recipient, ["waits"], { messageClass: "reminder" })
      yield* Sending.queue(recipient, ["answers"], { messageClass: "conversational" })
      const outbox = yield* Outbox
      const { to } = accepted
      const keys = [
        { siteGroupingId: tenants[0], to: quiet.thread.externalContact },
        { siteGroupingId: tenants[0], to },
        { siteGroupingId: tenants[1], to }
      ]
      // Accepted, unknown, undecided, being sent and waiting.
      assert.deepStrictEqual(yield* outbox.countSince(keys, since), [0, 5, 0])
      assert.deepStrictEqual(yield* outbox.countSince([], since), [])
      const [withTheOldOne] = yield* outbox.countSince(
        [keys[1]!],
        DateTime.subtractDuration(since, Duration.minutes(2))
      )
      assert.strictEqual(withTheOldOne, 6)
    }),

    test("MUST count the texts that are queued to leave from each number, due or not, in the given order", function* () {
      const busy = yield* Sending.aRecipient()
      const other = yield* Sending.aRecipient()
      const unused = yield* Sending.aRecipient()
      const outbox = yield* Outbox
      const countWaiting = Given.transact(
        outbox.countWaiting(
          [unused.number.id, busy.number.id, other.number.id, PhoneNumberId.make("nobody's"), busy.number.id],
          SendLane.bulk
        )
      )
      assert.deepStrictEqual(yield* countWaiting, [0, 0, 0, 0, 0])
      const [first, second] = yield* Sending.queue(busy, ["one", "two", "three"])
      yield* Sending.queue({ ...other, number: busy.number }, ["held"], { notBefore: yield* inAMinute })
      yield* Sending.queue(other, ["elsewhere"])
      assert.deepStrictEqual(yield* countWaiting, [0, 4, 1, 0, 4])
      yield* Sending.attempt(second!, { state: "accepted", providerMessageId: "out-1" })
      yield* Sending.begin(first!)
      assert.deepStrictEqual(yield* countWaiting, [0, 2, 1, 0, 2])
      assert.deepStrictEqual(yield* outbox.countWaiting([], SendLane.bulk), [])
    }),

    test("MUST leave a text in the queue when the worker's transaction fails", function* () {
      const send = yield* Sending.aSend()
      yield* Given.peek(Sending.begin(send))
      sameSends(yield* Given.peek(Sending.claim()), [send])
    }),

    test(
      "MUST hand a text that is being claimed to nobody else, nor the recipient's next one",
      function* () {
        const { transact } = yield* Transaction
        const recipients = [yield* Sending.aRecipient(), yield* Sending.aRecipient()]
        for (const recipient of recipients) yield* Sending.queue(recipient, ["one", "two"])
        const claimed = yield* Deferred.make<void>()
        const looked = yield* Deferred.make<void>()
        const one = transact(
          Effect.gen(function* () {
            const sends = yield* Sending.claim(1)
            yield* Deferred.succeed(claimed, undefined)
            yield* Deferred.await(looked)
            return sends
          })
        )
        const other = Effect.gen(function* () {
          yield* Deferred.await(claimed)
          const sends = yield* transact(Sending.claim())
          yield* Deferred.succeed(looked, undefined)
          return sends
        })
        const [mine, theirs] = yield* within(Effect.all([one, other], { concurrency: 2 }), "two claims at once")
        assert.deepStrictEqual(
          [...mine, ...theirs].map(({ body }) => body),
          ["one", "one"]
        )
        assert.notStrictEqual(mine[0]?.to, theirs[0]?.to)
      },
      ["concurrentTransactions"]
    ),

    test("SHOULD wake a listener when a text is queued", function* () {
      const { wakeups } = yield* Outbox
      const woken = yield* Effect.forkScoped(Stream.runHead(wakeups))
      // A tick before the listener is there may be missed, so there is another text until it is heard.
      const keepQueuing = Effect.forever(Effect.andThen(Sending.aSend(), giveMoment(Fiber.await(woken))))
      yield* within(Effect.raceFirst(Fiber.join(woken), keepQueuing), "a wakeup of the outbox")
    })
  ]
}
