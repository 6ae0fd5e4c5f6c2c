/** The chapter "Timers" of the repository contract. */
import type { Thread } from "@careline/domain"
import { type Change } from "@careline/domain"
import { Timers, Transaction } from "@careline/ports"
import { assert } from "@effect/vitest"
import { DateTime, Deferred, Duration, Effect } from "effect"
import { type Chapter, test } from "../shared/Chapter.ts"
import { sameSet } from "../shared/Compare.ts"
import { within } from "../shared/Deadline.ts"
import * as Given from "../shared/Given.ts"
import { StoreUnderTest } from "../shared/Harness.ts"

const claimDue = (limit = 100) =>
  Effect.map(
    Effect.flatMap(Timers, (timers) => timers.claimDue(limit)),
    ({ timers }) => timers
  )

/** What is due: threads, with the period. */
const due = Effect.map(Given.peek(claimDue()), (timers) =>
  timers.map(({ period, threadId }) => `${threadId} ${period}`)
)

const timerOf = ({ id, siteGroupingId }: Thread.Thread, period: number) => ({ siteGroupingId, threadId: id, period })

/** A thread whose timer of the period runs out in so many minutes. */
const aTimer = Effect.fnUntraced(function* (minutes: number, period = 1) {
  const { tenants } = yield* StoreUnderTest
  const thread = yield* Given.aThread(tenants[0])
  yield* start(thread, minutes, period)
  return thread
})

const start = Effect.fnUntraced(function* (thread: Thread.Thread, minutes: number, period: number) {
  const dueAt = DateTime.add(yield* Given.storeNow, { minutes })
  yield* Given.apply([{ _tag: "TimerStarted", ...timerOf(thread, period), dueAt }])
})

const key = (thread: Thread.Thread, period = 1) => `${thread.id} ${period}`

export const timersChapter: Chapter = {
  chapter: "Timers",
  tests: [
    test("MUST hand out a timer when it is due by the store's clock, and not before", function* () {
      const { advance, tenants } = yield* StoreUnderTest
      const thread = yield* aTimer(15)
      assert.deepStrictEqual(yield* due, [])
      yield* advance(Duration.minutes(14))
      assert.deepStrictEqual(yield* due, [])
      yield* advance(Duration.minutes(1))
      const timers = yield* Given.peek(claimDue())
      assert.deepStrictEqual(timers, [{ siteGroupingId: tenants[0], threadId: thread.id, period: 1 }])
    }),

    test("MUST hand out a timer that was due long ago", function* () {
      const thread = yield* aTimer(-60 * 24)
      assert.deepStrictEqual(yield* due, [key(thread)])
    }),

    test("MUST hand out timers of every tenant", function* () {
      const { tenants } = yield* StoreUnderTest
      const threads = [yield* Given.aThread(tenants[0]), yield* Given.aThread(tenants[1]), yield* Given.aThread(null)]
      for (const thread of threads) yield* start(thread, -1, 1)
      const timers = yield* Given.peek(claimDue())
      const spaceOf = (threadId: string) => timers.find((timer) => timer.threadId === threadId)?.siteGroupingId
      for (const { id, siteGroupingId } of threads) assert.strictEqual(spaceOf(id), siteGroupingId)
    }),

    test("MUST hand out as many timers as are asked for, and the rest to the next one", function* () {
      const threads = yield* Effect.forEach([3, 2, 1], (age) => aTimer(-age))
      const fire = Given.transact(
        Effect.gen(function* () {
          const timers = yield* claimDue(2)
          yield* Given.apply(timers.map((timer): Change => ({ _tag: "TimerFired", ...timer, notified: [] })))
          return timers.map(({ threadId }) => threadId)
        })
      )
      const first = yield* fire
      assert.strictEqual(first.length, 2)
      sameSet(
        [...first, ...(yield* fire)],
        threads.map(({ id }) => id)
      )
      assert.deepStrictEqual(yield* fire, [])
    }),

    test("MUST never hand out a timer again that fired or was stopped", function* () {
      const { advance } = yield* StoreUnderTest
      const fired = yield* aTimer(-1)
      const stopped = yield* aTimer(10)
      yield* Given.apply([
        { _tag: "TimerFired", ...timerOf(fired, 1), notified: [] },
        { _tag: "TimerStopped", ...timerOf(stopped, 1) }
      ])
      assert.deepStrictEqual(yield* due, [])
      yield* advance(Duration.days(1))
      assert.deepStrictEqual(yield* due, [])
    }),

    test("MUST hand a due timer out again when its worker's transaction fails or leaves it", function* () {
      const thread = yield* aTimer(-1)
      const fire: Change = { _tag: "TimerFired", ...timerOf(thread, 1), notified: [] }
      yield* Given.peek(Effect.andThen(claimDue(), Given.apply([fire])))
      assert.deepStrictEqual(yield* due, [key(thread)])
      yield* Given.transact(claimDue())
      assert.deepStrictEqual(yield* due, [key(thread)])
    }),

    test("MUST run a new period after one that was stopped, and not mistake one for the other", function* () {
      const { advance } = yield* StoreUnderTest
      const thread = yield* aTimer(10, 1)
      yield* Given.apply([{ _tag: "TimerStopped", ...timerOf(thread, 1) }])
      yield* start(thread, 20, 2)
      yield* Given.apply([
        { _tag: "TimerStopped", ...timerOf(thread, 1) },
        { _tag: "TimerFired", ...timerOf(thread, 1), notified: [] }
      ])
      yield* advance(Duration.minutes(10))
      assert.deepStrictEqual(yield* due, [])
      yield* advance(Duration.minutes(10))
      assert.deepStrictEqual(yield* due, [key(thread, 2)])
    }),

    test("MUST pass over the end of a period that never ran", function* () {
      const { tenants } = yield* StoreUnderTest
      const thread = yield* Given.aThread(tenants[0])
      yield* Given.apply([
        { _tag: "TimerStopped", ...timerOf(thread, 1) },
        { _tag: "TimerFired", ...timerOf(thread, 2), notified: [] }
      ])
      assert.deepStrictEqual(yield* due, [])
    }),

    test("MUST tell the store's time with a claim", function* () {
      const { advance } = yield* StoreUnderTest
      const before = yield* Given.storeNow
      yield* advance(Duration.days(2))
      const passed = (yield* Given.storeNow).epochMilliseconds - before.epochMilliseconds
      assert.isAtLeast(passed, Duration.toMillis(Duration.days(2)))
    }),

    test(
      "MUST hand a timer that is being claimed to nobody else",
      function* () {
        const threads = yield* Effect.forEach([4, 3, 2, 1], (age) => aTimer(-age))
        const { transact } = yield* Transaction
        const claimed = yield* Deferred.make<void>()
        const looked = yield* Deferred.make<void>()
        const one = transact(
          Effect.gen(function* () {
            const timers = yield* claimDue(2)
            yield* Deferred.succeed(claimed, undefined)
            yield* Deferred.await(looked)
            return timers
          })
        )
        const other = Effect.gen(function* () {
          yield* Deferred.await(claimed)
          const timers = yield* transact(claimDue())
          yield* Deferred.succeed(looked, undefined)
          return timers
        })
        const [mine, theirs] = yield* within(Effect.all([one, other], { concurrency: 2 }), "two claims at once")
        assert.strictEqual(mine.length, 2)
        sameSet(
          [...mine, ...theirs].map(({ threadId }) => threadId),
          threads.map(({ id }) => id)
        )
      },
      ["concurrentTransactions"]
    )
  ]
}
