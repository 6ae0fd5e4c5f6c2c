/** Who has read what: each for themselves, forward and back, whatever colleagues read. */
import type { Message, Thread, UserId } from "@careline/domain"
import { Messages, type ThreadListView, type TenantScope, Threads } from "@careline/ports"
import { assert } from "@effect/vitest"
import { DateTime, Effect, Option } from "effect"
import { byStaff, type Chapter, test } from "../shared/Chapter.ts"
import { idsOf, sameSet } from "../shared/Compare.ts"
import * as Given from "../shared/Given.ts"
import { StoreUnderTest } from "../shared/Harness.ts"
import * as Paging from "../shared/Paging.ts"

const startReading = Effect.fnUntraced(function* (userId: UserId, at: DateTime.Utc, scope: TenantScope = "all") {
  yield* (yield* Messages).startReading({ scope, userId, at })
})

/** Both users read since long ago, in every tenant that there is. */
const everybodyReads = Effect.gen(function* () {
  const { people, tenants } = yield* StoreUnderTest
  const at = DateTime.subtract(yield* Given.storeNow, { days: 1 })
  for (const user of people.users) yield* startReading(user, at, [...tenants, null])
})

/** Moves a user's mark, as the application does: with the thread locked. */
const read = Effect.fnUntraced(function* ({ id, siteGroupingId }: Thread.Thread, userId: UserId, position: number) {
  const readAt = yield* Given.storeNow
  yield* Given.transact(
    Effect.gen(function* () {
      yield* (yield* Threads).loadByIds([{ siteGroupingId, threadId: id }])
      yield* (yield* Messages).markRead({ siteGroupingId, threadId: id, userId, position, readAt })
    })
  )
})

/** What a user has not read of a thread, as the thread itself and as a list says it. */
const unread = Effect.fnUntraced(function* (thread: Thread.Thread, userId: UserId) {
  const threads = yield* Threads
  const view = Option.getOrThrow(yield* threads.get("all", thread.id, userId))
  const page = yield* threads.list({ scope: [thread.siteGroupingId], view: "all", userId, limit: 100, cursor: null })
  const listed = page.items.find((item) => item.thread.id === thread.id)
  assert.strictEqual(listed?.unreadCount, view.unreadCount, "a list says what the thread itself says")
  return view.unreadCount
})

const listed = Effect.fnUntraced(function* (userId: UserId, view: ThreadListView) {
  const { tenants } = yield* StoreUnderTest
  const threads = yield* Threads
  const page = yield* threads.list({ scope: [tenants[0]], view, userId, limit: 100, cursor: null })
  return idsOf(page.items.map(({ thread }) => thread))
})

/** Whether a user's view of what is unread, which has to agree with the counts, has the thread. */
const isListed = (thread: Thread.Thread, userId: UserId) =>
  Effect.map(listed(userId, "unread"), (ids) => ids.includes(thread.id))

/** Fails unless both of them have so much of the thread left to read. */
const leaves = Effect.fnUntraced(function* (thread: Thread.Thread, expected: readonly [number, number]) {
  const { people } = yield* StoreUnderTest
  const counts = yield* Effect.forEach(people.users, (user) => unread(thread, user))
  assert.deepStrictEqual(counts, [...expected])
  const lists = yield* Effect.forEach(people.users, (user) => isListed(thread, user))
  assert.deepStrictEqual(
    lists,
    expected.map((count) => count > 0)
  )
})

export const readingChapter: Chapter = {
  chapter: "Reading",
  tests: byStaff([
    test("MUST count for each user what the contact wrote and they have not read", function* () {
      const { people } = yield* StoreUnderTest
      const [me, colleague] = people.users
      yield* everybodyReads
      const thread = yield* Given.aThreadOf(["inbound", "outbound", "inbound", "inbound"])
      yield* leaves(thread, [3, 3])
      yield* read(thread, me, 1)
      yield* leaves(thread, [2, 3])
      yield* read(thread, me, 2)
      yield* leaves(thread, [2, 3])
      yield* read(thread, colleague, 4)
      yield* leaves(thread, [2, 0])
      yield* read(thread, me, 4)
      yield* leaves(thread, [0, 0])
    }),

    test("MUST let a user have read again what is unread, for themselves alone", function* () {
      const { people } = yield* StoreUnderTest
      const [me, colleague] = people.users
      yield* everybodyReads
      const thread = yield* Given.aThreadOf(["inbound", "inbound", "outbound"])
      for (const user of people.users) yield* read(thread, user, 3)
      yield* read(thread, me, 1)
      yield* leaves(thread, [1, 0])
      yield* read(thread, me, 0)
      yield* leaves(thread, [2, 0])
      yield* read(thread, me, 3)
      yield* read(thread, colleague, 0)
      yield* leaves(thread, [0, 2])
    }),

    test("MUST change nothing of a thread by its being read", function* () {
      const { people } = yield* StoreUnderTest
      yield* everybodyReads
      const thread = yield* Given.aThreadOf(["inbound"])
      const before = yield* Given.stored(thread)
      yield* read(thread, people.users[0], 1)
      assert.deepStrictEqual(yield* Given.stored(thread), before)
    }),

    test("MUST take all before a place for read that is no message's", function* () {
      const { people } = yield* StoreUnderTest
      yield* everybodyReads
      const thread = yield* Given.aThreadOf(["inbound", "inbound"])
      yield* read(thread, people.users[0], 7)
      yield* leaves(thread, [0, 2])
    }),

    test("MUST have nothing old unread for a user who is new", function* () {
      const { people, tenants } = yield* StoreUnderTest
      const [me, colleague] = people.users
      const now = yield* Given.storeNow
      yield* startReading(colleague, DateTime.subtract(now, { days: 2 }), [tenants[0]])
      const old = yield* Given.aThreadOf(["inbound", "inbound"], { at: DateTime.subtract(now, { days: 1 }) })
      yield* startReading(me, now, [tenants[0]])
      yield* leaves(old, [0, 2])
      const again = yield* Given.aTextIn(old, "inbound", DateTime.add(now, { seconds: 1 }))
      yield* leaves(again, [1, 3])
      const fresh = yield* Given.aThreadOf(["inbound"], { at: now })
      yield* leaves(fresh, [1, 1])
      // Whoever is known already does not become new again.
      yield* startReading(me, DateTime.add(now, { days: 1 }), [tenants[0]])
      yield* leaves(again, [1, 3])
      yield* read(old, me, 0)
      yield* leaves(again, [3, 3])
    }),

    test("MUST take a user for new in each tenant by itself", function* () {
      const { people, tenants } = yield* StoreUnderTest
      const [me] = people.users
      const now = yield* Given.storeNow
      const at = DateTime.subtract(now, { hours: 1 })
      const [here, there] = [
        yield* Given.aThreadOf(["inbound"], { at }),
        yield* Given.aThreadOf(["inbound"], { at, tenant: tenants[1] })
      ]
      yield* startReading(me, DateTime.subtract(now, { days: 1 }), [tenants[1]])
      yield* startReading(me, now, [tenants[0], tenants[1]])
      assert.deepStrictEqual([yield* unread(here, me), yield* unread(there, me)], [0, 1])
    }),

    test("MUST have nothing unread for whoever has not begun to read, but what they marked so", function* () {
      const { people } = yield* StoreUnderTest
      const thread = yield* Given.aThreadOf(["inbound", "inbound"])
      assert.strictEqual(yield* unread(thread, people.users[0]), 0)
      yield* startReading(people.users[0], yield* Given.storeNow)
      yield* read(thread, people.users[0], 1)
      assert.strictEqual(yield* unread(thread, people.users[0]), 1)
    }),

    test("MUST list as unread what is, whatever was read between, in the order of every list", function* () {
      const { people, tenants } = yield* StoreUnderTest
      const [me, colleague] = people.users
      yield* everybodyReads
      const now = yield* Given.storeNow
      // From hours ago till now: a store may tell what is settled from what has only just come in.
      const threads = yield* Effect.forEach(
        Array.from({ length: 24 }, (_, index) => index),
        (index) => Given.aThreadOf(["inbound"], { at: DateTime.subtract(now, { minutes: 7 * index }) })
      )
      const expected = new Set(threads.map(({ id }) => id))
      const order = [11, 3, 23, 0, 17, 5, 20, 8, 1, 14, 22, 2]
      for (const index of order) {
        yield* read(threads[index]!, me, 1)
        expected.delete(threads[index]!.id)
        assert.deepStrictEqual(
          yield* listed(me, "unread"),
          idsOf(threads).filter((id) => expected.has(id as Thread.Thread["id"]))
        )
      }
      for (const index of [23, 5]) {
        yield* read(threads[index]!, me, 0)
        expected.add(threads[index]!.id)
      }
      // A reply to an unread thread brings it to the top of the list, and a text to a read one.
      const answered = yield* Given.aTextIn(threads[21]!, "outbound", DateTime.add(now, { seconds: 1 }))
      const heard = yield* Given.aTextIn(threads[11]!, "inbound", DateTime.add(now, { seconds: 2 }))
      const newest: ReadonlyArray<Thread.Thread["id"]> = [heard.id, answered.id]
      const all = [...newest, ...threads.map(({ id }) => id).filter((id) => expected.has(id) && !newest.includes(id))]
      assert.deepStrictEqual(yield* listed(me, "unread"), all)
      const port = yield* Threads
      const pages = yield* Paging.walk((cursor) =>
        port.list({ scope: [tenants[0]], view: "unread", userId: me, limit: 5, cursor })
      )
      const seen = pages.flatMap(({ items }) => items.map(({ thread }) => thread.id))
      assert.deepStrictEqual(seen, all)
      assert.lengthOf(yield* listed(colleague, "unread"), 24)
    }),

    test("MUST have in the inbox what is nobody's, what waits, what did not get through and what is unread", function* () {
      const { people, tenants } = yield* StoreUnderTest
      const [me, colleague] = people.users
      yield* everybodyReads
      const now = yield* Given.storeNow
      const taken = { assigneeId: colleague }
      const failed: Thread.Thread["replyFailed"] = { messageId: "7" as Message.Message["id"], reason: "unreachable" }
      const nobodys = yield* Given.aThread(tenants[0])
      const waits = yield* Given.aThread(tenants[0], { ...taken, unansweredSince: now })
      const fails = yield* Given.aThread(tenants[0], { ...taken, replyFailed: failed })
      const fresh = yield* Given.aThreadOf(["inbound"], { fields: taken })
      const both = yield* Given.aThreadOf(["inbound"], { fields: { unansweredSince: now } })
      yield* Given.aThread(tenants[0], taken)
      const always = [nobodys, waits, fails, both]
      for (const user of people.users) sameSet(yield* listed(user, "inbox"), idsOf([...always, fresh]))
      yield* read(fresh, me, 1)
      yield* read(both, me, 1)
      sameSet(yield* listed(me, "inbox"), idsOf(always))
      sameSet(yield* listed(colleague, "inbox"), idsOf([...always, fresh]))
    }),

    test("MUST show who has read how far, to nobody of another tenant", function* () {
      const { people, tenants } = yield* StoreUnderTest
      const [me, colleague] = people.users
      const { message, thread } = yield* Given.anAnsweredThread
      const other = yield* Given.aThreadOf(["inbound"])
      const readers = (one: Thread.Thread, tenant = one.siteGroupingId) =>
        Effect.flatMap(Messages, (messages) => messages.readers(tenant, one.id))
      assert.deepStrictEqual(yield* readers(thread), [])
      yield* read(thread, me, message.position)
      yield* read(thread, colleague, 0)
      yield* read(other, me, 1)
      const found = yield* readers(thread)
      sameSet(
        found.map(({ messageId, userId }) => `${userId} ${messageId}`),
        [`${me} ${message.id}`, `${colleague} null`]
      )
      assert.isTrue(found.every(({ readAt }) => DateTime.isDateTime(readAt)))
      assert.deepStrictEqual(yield* readers(thread, tenants[1]), [])
    }),

    test("MUST keep the marks of two users who read one thread at the same time", function* () {
      const { people } = yield* StoreUnderTest
      const [me, colleague] = people.users
      yield* everybodyReads
      const thread = yield* Given.aThreadOf(["inbound", "inbound", "inbound"])
      for (let round = 0; round < 5; round++) {
        const moves = [read(thread, me, 3), read(thread, colleague, 1), read(thread, me, 2), read(thread, colleague, 0)]
        yield* Effect.all(moves.slice(0, 2), { concurrency: "unbounded" })
        yield* leaves(thread, [0, 2])
        yield* Effect.all(moves.slice(2), { concurrency: "unbounded" })
        yield* leaves(thread, [1, 3])
      }
    })
  ])
}
