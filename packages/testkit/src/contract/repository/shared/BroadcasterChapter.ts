/** The chapter "Broadcaster" of the repository contract. */
import { PendingAssignmentId, type Thread } from "@careline/domain"
import { Transaction } from "@careline/ports"
import { assert } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { type Chapter, test } from "./Chapter.ts"
import { idsOf } from "./Compare.ts"
import { giveMoment, within } from "./Deadline.ts"
import * as Given from "./Given.ts"
import { StoreUnderTest } from "./Harness.ts"
import { eventOf, listenFromNow, publish, resume, threadsOf } from "./Listening.ts"

/** A listener to the first tenant, and threads of it to tell about. */
const audience = Effect.fnUntraced(function* (count: number) {
  const { tenants } = yield* StoreUnderTest
  const threads = yield* Effect.forEach(Array.from({ length: count }), () => Given.aThread(tenants[0]))
  const listener = yield* listenFromNow([tenants[0]], yield* Given.aThread(tenants[0]))
  return { ...listener, scope: [tenants[0]], threads }
})

/** Ids of other stores and of none, and ids far ahead in those whose ids are like these. */
const neverGiven = [
  "",
  " ",
  "nonsense",
  "-1",
  "1.5",
  "9".repeat(15),
  "9".repeat(60),
  `${"9".repeat(18)}-1`,
  "018f3c1e-7b1a-7000-8000-000000000000",
  "' or 1 = 1",
  "\u0000"
]

const publishAll = (threads: ReadonlyArray<Thread.Thread>) => publish(threads.map(eventOf))

export const broadcasterChapter: Chapter = {
  chapter: "Broadcaster",
  tests: [
    test("MUST tell listeners what was published, as it is, in its order", function* () {
      const { take, threads } = yield* audience(3)
      const messageId = yield* Given.freshMessageId
      const events = [
        eventOf(threads[0]!),
        { ...eventOf(threads[1]!), type: "message.created" as const, messageId },
        { ...eventOf(threads[2]!), type: "message.updated" as const, messageId },
        {
          siteGroupingId: threads[0]!.siteGroupingId,
          type: "pending_assignment.updated" as const,
          // A store that keeps no numbers gives it no id.
          pendingAssignmentId: PendingAssignmentId.make(globalThis.crypto.randomUUID())
        }
      ]
      yield* publish(events)
      assert.deepStrictEqual(
        (yield* take(4)).map(({ event }) => event),
        events
      )
    }),

    test("MUST keep the order of transactions that follow each other", function* () {
      const { take, threads } = yield* audience(8)
      yield* Effect.forEach(threads, (thread) => publishAll([thread]))
      assert.deepStrictEqual(threadsOf(yield* take(8)), idsOf(threads))
    }),

    test("MUST give every event an id of its own", function* () {
      const { take, threads } = yield* audience(5)
      yield* publishAll(threads)
      assert.strictEqual(new Set(idsOf(yield* take(5))).size, 5)
    }),

    test("MUST say nothing of what a failed transaction published", function* () {
      const { take, threads } = yield* audience(3)
      const [before, undone, after] = threads
      yield* publishAll([before!])
      yield* Given.peek(publishAll([undone!]))
      yield* Effect.exit(Given.transact(Effect.andThen(publishAll([undone!]), Effect.die("a bug"))))
      yield* publishAll([after!])
      assert.deepStrictEqual(threadsOf(yield* take(2)), [before!.id, after!.id])
    }),

    test("MUST say nothing before the transaction commits", function* () {
      const { take, threads } = yield* audience(1)
      const heard = yield* Effect.forkScoped(take(1))
      yield* Given.transact(
        Effect.gen(function* () {
          yield* publishAll(threads)
          yield* giveMoment(Fiber.await(heard))
          assert.isUndefined(heard.pollUnsafe(), "heard before the commit")
        })
      )
      assert.deepStrictEqual(threadsOf(yield* Fiber.join(heard)), idsOf(threads))
    }),

    test("MUST tell a listener the events of its scope only", function* () {
      const { tenants } = yield* StoreUnderTest
      const own = yield* Given.aThread(tenants[0])
      const others = yield* Given.aThread(tenants[1])
      const systemWide = yield* Given.aThread(null)
      const threads = [others, systemWide, own]
      const one = yield* listenFromNow([tenants[0]], own)
      const two = yield* listenFromNow([null, tenants[0]], own)
      const all = yield* listenFromNow("all", own)
      // The listeners hear each other's calls of their own tenant, which are not of the type asked for here.
      const events = threads.map((thread) => ({ ...eventOf(thread), type: "message.updated" as const }))
      yield* publish(events)
      const updatesHeardBy = Effect.fnUntraced(function* ({ take }: typeof one) {
        const heard: Array<string> = []
        while (heard.at(-1) !== own.id) {
          heard.push(
            ...(yield* take(1)).flatMap(({ event }) => (event.type === "message.updated" ? [event.threadId] : []))
          )
        }
        return heard
      })
      assert.deepStrictEqual(yield* updatesHeardBy(one), [own.id])
      assert.deepStrictEqual(yield* updatesHeardBy(two), [systemWide.id, own.id])
      assert.deepStrictEqual(yield* updatesHeardBy(all), idsOf(threads))
    }),

    test("MUST tell every listener", function* () {
      const { scope, take, threads } = yield* audience(2)
      const other = yield* listenFromNow(scope, threads[0]!)
      yield* publish([{ ...eventOf(threads[1]!), type: "message.updated" }])
      const heard = yield* other.take(1)
      assert.deepStrictEqual(threadsOf(heard), [threads[1]!.id])
      let mine = yield* take(1)
      while (mine[0]?.event.type !== "message.updated") mine = yield* take(1)
      assert.deepStrictEqual(mine, heard)
    }),

    test("MUST tell a listener who resumes all that it missed, then what is to come", function* () {
      const { last, scope, threads } = yield* audience(4)
      const [first, second, third, fourth] = threads
      yield* publishAll([first!, second!])
      yield* publishAll([third!])
      const { take } = yield* resume(scope, last)
      assert.deepStrictEqual(threadsOf(yield* take(3)), idsOf([first!, second!, third!]))
      yield* publishAll([fourth!])
      assert.deepStrictEqual(threadsOf(yield* take(1)), [fourth!.id])
    }),

    test("MUST resume behind any event, in the middle of a transaction's as well", function* () {
      const { scope, take, threads } = yield* audience(4)
      yield* publishAll(threads)
      const heard = yield* take(4)
      for (const [index, { id }] of heard.slice(0, -1).entries()) {
        const rest = yield* Effect.flatMap(resume(scope, id), (listener) => listener.take(3 - index))
        assert.deepStrictEqual(rest, heard.slice(index + 1))
      }
    }),

    test("MUST tell a listener what is to come whose last id the store cannot have given", function* () {
      const { tenants } = yield* StoreUnderTest
      const scope = [tenants[0]]
      const before = yield* Given.aThread(tenants[0])
      const thread = yield* Given.aThread(tenants[0])
      yield* publishAll([before])
      // Once somebody hears what came behind it, nobody who comes now hears it.
      yield* listenFromNow(scope, thread)
      for (const after of neverGiven) {
        const { calls } = yield* listenFromNow(scope, thread, after)
        assert.deepStrictEqual([...new Set(threadsOf(calls))], [thread.id], after)
      }
    }),

    test("MUST tell a listener who resumes only events of its scope", function* () {
      const { tenants } = yield* StoreUnderTest
      const { last, scope, threads } = yield* audience(1)
      yield* publishAll([yield* Given.aThread(tenants[1]), yield* Given.aThread(null), threads[0]!])
      const { take } = yield* resume(scope, last)
      assert.deepStrictEqual(threadsOf(yield* take(1)), [threads[0]!.id])
    }),

    test(
      "MUST tell a listener who resumes of a transaction that published first and committed last",
      function* () {
        const { scope, take, threads } = yield* audience(2)
        const [early, late] = threads
        const { transact } = yield* Transaction
        const published = yield* Deferred.make<void>()
        const commit = yield* Deferred.make<void>()
        const slow = transact(
          Effect.gen(function* () {
            yield* publishAll([early!])
            yield* Deferred.succeed(published, undefined)
            yield* Deferred.await(commit)
          })
        )
        const quick = Effect.gen(function* () {
          yield* Deferred.await(published)
          // The store may have it wait for the slow transaction: then nothing can go wrong.
          const done = yield* Effect.forkChild(publishAll([late!]))
          yield* giveMoment(Fiber.join(done))
          yield* Deferred.succeed(commit, undefined)
          yield* Fiber.join(done)
        })
        yield* within(Effect.all([slow, quick], { concurrency: 2 }), "two transactions at once")
        const heard = yield* take(2)
        assert.deepStrictEqual(threadsOf(heard).toSorted(), idsOf(threads).toSorted())
        const rest = yield* Effect.flatMap(resume(scope, heard[0]!.id), (listener) => listener.take(1))
        assert.deepStrictEqual(rest, heard.slice(1))
      },
      ["concurrentTransactions"]
    )
  ]
}
