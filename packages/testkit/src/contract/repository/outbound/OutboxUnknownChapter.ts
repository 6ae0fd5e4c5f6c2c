/** The chapter "Outbox: unknown outcomes and reports" of the repository contract. */
import type { DeliveryStatus, MessageId } from "@careline/domain"
import { type MatchedSend, Outbox, type ReportTarget, type TenantScope, Transaction } from "@careline/ports"
import { assert } from "@effect/vitest"
import { DateTime, Deferred, Duration, Effect, Fiber, Option } from "effect"
import { type Chapter, test } from "../shared/Chapter.ts"
import { sameSend } from "../shared/Compare.ts"
import { giveMoment, within } from "../shared/Deadline.ts"
import * as Given from "../shared/Given.ts"
import { freshNumber, StoreUnderTest } from "../shared/Harness.ts"
import * as Sending from "../shared/Sending.ts"

const minute = Duration.minutes(1)
const inMinutes = (minutes: number) => Effect.map(Given.storeNow, (now) => DateTime.add(now, { minutes }))

const noteLook = Effect.fnUntraced(function* (attemptId: ReportTarget["attemptId"] & string, nextLookAt: DateTime.Utc) {
  const outbox = yield* Outbox
  yield* Given.transact(outbox.noteLooks([{ attemptId, nextLookAt }]))
})

const noteReport = Effect.fnUntraced(function* (
  attemptId: ReportTarget["attemptId"] & string,
  providerMessageId: string,
  status: DeliveryStatus.DeliveryStatus = "delivered"
) {
  const outbox = yield* Outbox
  yield* Given.transact(outbox.noteReports([{ attemptId, providerMessageId, status }]))
})

const ofMessage = (messageId: MessageId | null, scope: TenantScope = "all") =>
  Given.transact(Effect.flatMap(Outbox, (outbox) => outbox.ofMessage(scope, messageId!)))

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

    test("MUST give the number back that an attempt leaves from, which need not be the text's own", function* () {
      const { advance } = yield* StoreUnderTest
      const fallback = yield* freshNumber
      const [own, other] = [yield* Sending.aSend(), yield* Sending.aSend()]
      yield* Sending.begin(own)
      yield* Sending.begin(other, "another", fallback)
      yield* advance(minute)
      const lost = yield* Given.peek(Sending.claimUnknown())
      const froms = new Map(lost.map(({ attempt, send }) => [send.id, [send.from, attempt.from]]))
      assert.deepStrictEqual(froms.get(own.id), [own.from, own.from])
      assert.deepStrictEqual(froms.get(other.id), [other.from, fallback])
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
      const before = yield* Given.storeNow
      const attemptId = yield* Sending.begin(send)
      const [found] = yield* Sending.match([target({ attemptId, providerMessageId: "not yet known" })])
      assert.strictEqual(found?.attemptId, attemptId)
      assert.isTrue(DateTime.between(found!.startedAt, { minimum: before, maximum: yield* Given.storeNow }))
      assert.strictEqual(found?.providerMessageId, null)
      sameSend(found?.send, { ...send, state: "sending", attempts: 1, attemptId })
    }),

    test("MUST take the reference of somebody else for no attempt of ours, and find the others", function* () {
      const send = yield* Sending.aSend()
      const attemptId = yield* Sending.begin(send)
      const foreign = ["order-4711", "ä".repeat(60), "7"] as unknown as ReadonlyArray<typeof attemptId>
      const targets = [...foreign.map((reference) => target({ attemptId: reference })), target({ attemptId })]
      const found = yield* Sending.match(targets)
      assert.deepStrictEqual(
        found.map((one) => one?.attemptId ?? null),
        [null, null, null, attemptId]
      )
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

    test("MUST take an attempt for that of its own provider only, and go by the provider's id then", function* () {
      const one = yield* Sending.begin(yield* Sending.aSend())
      const send = yield* Sending.aSend()
      const two = yield* Sending.begin(send, "another")
      yield* Sending.update([{ sendId: send.id, fence: two, state: "accepted", providerMessageId: "out-2" }])
      const found = yield* Sending.match([
        target({ provider: "another", attemptId: one }),
        target({ provider: "another", attemptId: one, providerMessageId: "out-2" }),
        target({ provider: "another", attemptId: two }),
        target({ attemptId: two })
      ])
      assert.deepStrictEqual(
        found.map((matched) => matched?.attemptId ?? null),
        [null, two, two, null]
      )
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
    }),

    test("MUST keep the best status heard of an attempt, whatever the order, and of each its own", function* () {
      const send = yield* Sending.aSend()
      const first = yield* Sending.attempt(send, { state: "queued", notBefore: send.notBefore })
      const second = yield* Sending.begin(send)
      for (const status of ["accepted", "undelivered", "sent"] as const) yield* noteReport(first, "out-1", status)
      const found = yield* Sending.match([target({ attemptId: first }), target({ attemptId: second })])
      assert.deepStrictEqual(
        found.map((matched) => matched?.status),
        ["undelivered", null]
      )
    }),

    test("MUST find the text that carries a message, within the scope", function* () {
      const { tenants } = yield* StoreUnderTest
      const send = yield* Sending.aSend()
      yield* Sending.aSend()
      const attemptId = yield* Sending.attempt(send, { state: "undecided" })
      const expected = { ...send, state: "undecided" as const, attempts: 1, attemptId }
      for (const scope of ["all", [tenants[0]], [tenants[1], null, tenants[0]]] as const) {
        sameSend(Option.getOrUndefined(yield* ofMessage(send.messageId, scope)), expected)
      }
      for (const scope of [[tenants[1], null], []]) {
        assert.isTrue(Option.isNone(yield* ofMessage(send.messageId, scope)))
      }
    }),

    test("MUST find no text for a message that none carries, nor for an id that is none", function* () {
      yield* Sending.aSend({ messageId: null })
      assert.isTrue(Option.isNone(yield* ofMessage(yield* Given.freshMessageId)))
      assert.isTrue(Option.isNone(yield* ofMessage("nothing" as MessageId)))
    }),

    test("MUST put a text that was given up back for another attempt, and let its last one still settle it", function* () {
      for (const state of ["undecided", "abandoned"] as const) {
        const send = yield* Sending.aSend({ body: state })
        const fence = yield* Sending.attempt(send, { state })
        const notBefore = yield* Given.storeNow
        yield* Sending.update([{ sendId: send.id, fence, state: "queued", notBefore }])
        assert.deepStrictEqual(yield* Sending.claimable, [send.body])
        const [settled] = yield* Sending.update([{ sendId: send.id, fence, state: "accepted" }])
        assert.strictEqual(settled?.state, "accepted")
        assert.deepStrictEqual(yield* Sending.claimable, [])
      }
    }),

    test(
      "MUST show the text of a message to one transaction at a time, as the one before left it",
      function* () {
        const { transact } = yield* Transaction
        const outbox = yield* Outbox
        const send = yield* Sending.aSend()
        const fence = yield* Sending.attempt(send, { state: "undecided" })
        const locked = yield* Deferred.make<void>()
        const seen = yield* Deferred.make<string | undefined>()
        const one = transact(
          Effect.gen(function* () {
            yield* outbox.ofMessage("all", send.messageId!)
            yield* Deferred.succeed(locked, undefined)
            yield* giveMoment(Deferred.await(seen))
            yield* outbox.update([{ sendId: send.id, fence, state: "abandoned" }])
          })
        )
        const other = Effect.gen(function* () {
          yield* Deferred.await(locked)
          const found = yield* transact(outbox.ofMessage("all", send.messageId!))
          yield* Deferred.succeed(seen, Option.getOrUndefined(found)?.state)
        })
        const both = yield* Effect.forkScoped(Effect.all([one, other], { concurrency: 2 }))
        yield* within(Fiber.join(both), "two looks at one text")
        assert.strictEqual(yield* Deferred.await(seen), "abandoned")
      },
      ["concurrentTransactions"]
    ),

    test(
      "MUST tell of an attempt what the transaction noted that was waited for",
      function* () {
        const { transact } = yield* Transaction
        const outbox = yield* Outbox
        const attemptId = yield* Sending.begin(yield* Sending.aSend())
        const match = outbox.match([target({ attemptId })])
        const locked = yield* Deferred.make<void>()
        const seen = yield* Deferred.make<MatchedSend | null | undefined>()
        const one = transact(
          Effect.gen(function* () {
            yield* match
            yield* Deferred.succeed(locked, undefined)
            yield* giveMoment(Deferred.await(seen))
            yield* outbox.noteReports([{ attemptId, providerMessageId: "out-1", status: "delivered" }])
          })
        )
        const other = Effect.gen(function* () {
          yield* Deferred.await(locked)
          const [found] = yield* transact(match)
          yield* Deferred.succeed(seen, found)
        })
        yield* within(Effect.all([one, other], { concurrency: 2 }), "two reports of one attempt")
        const found = yield* Deferred.await(seen)
        assert.deepStrictEqual([found?.status, found?.providerMessageId], ["delivered", "out-1"])
      },
      ["concurrentTransactions"]
    )
  ]
}
