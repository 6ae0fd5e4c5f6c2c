/** The chapter "Transaction" of the repository contract. */
import { Thread, VoipSettings } from "@careline/domain"
import { Broadcaster, Changes, Inbox, Messages, Settings, Threads, Timers, Transaction } from "@careline/ports"
import { assert } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Option } from "effect"
import { byStaff, type Chapter, test } from "./Chapter.ts"
import { sameThread } from "./Compare.ts"
import { within } from "./Deadline.ts"
import * as Given from "./Given.ts"
import { freshContact, StoreUnderTest } from "./Harness.ts"
import * as Sending from "./Sending.ts"

/** Writes to every kind of table, and how much of it is left. */
const aBitOfEverything = Effect.gen(function* () {
  const { tenants } = yield* StoreUnderTest
  const number = yield* Given.aTenantNumber(tenants[0])
  const thread = yield* Given.aThread(tenants[0])
  const contact = yield* freshContact
  const now = yield* Given.storeNow
  const text = yield* Given.inboundText(Given.unheardOf(tenants[0], contact), contact, number, "STOP", now)
  const replied = yield* Given.reply(thread, number, "Hello", now)
  const changed = { ...VoipSettings.defaults, autoReplyMessage: "We will answer soon" }
  const messageId = yield* Given.freshMessageId
  const claim = { siteGroupingId: tenants[0], threadId: thread.id, key: "a key", fingerprint: "one", messageId }

  const write = Effect.gen(function* () {
    yield* (yield* Settings).put(tenants[0], changed)
    yield* (yield* Messages).claimIdempotencyKey(claim)
    yield* (yield* Changes).apply([
      ...text.changes,
      ...replied.changes,
      { _tag: "TimerStarted", siteGroupingId: tenants[0], threadId: thread.id, period: 1, dueAt: now }
    ])
    yield* (yield* Broadcaster).publish([
      { siteGroupingId: tenants[0], type: "thread.updated", threadId: thread.id, messageId: null }
    ])
  })
  const left = Effect.gen(function* () {
    const [settings] = yield* (yield* Settings).effective([tenants[0]])
    const found = yield* Given.shown([tenants[0]], text.state.thread.id)
    const message = yield* (yield* Messages).get([tenants[0]], thread.id, replied.message.id)
    const sends = yield* Given.peek(Sending.claim(10))
    const { timers } = yield* Given.peek(Effect.flatMap(Timers, (port) => port.claimDue(10)))
    const key = yield* Given.peek(Effect.flatMap(Messages, (port) => port.claimIdempotencyKey(claim)))
    return {
      setting: settings?.autoReplyMessage ?? null,
      thread: Option.isSome(found),
      optedOut: Option.exists(found, ({ optedOut }) => optedOut),
      message: Option.isSome(message),
      sends: sends.length,
      timers: timers.length,
      key: key._tag
    }
  })
  return { write, left }
})

const everything = {
  setting: "We will answer soon",
  thread: true,
  optedOut: true,
  message: true,
  sends: 2,
  timers: 1,
  key: "Used"
}
const nothing = {
  setting: null,
  thread: false,
  optedOut: false,
  message: false,
  sends: 0,
  timers: 0,
  key: "Claimed"
}

const rename = (thread: Thread.Thread, contactName: string) =>
  Effect.flatMap(Changes, (changes) => changes.apply([{ _tag: "ThreadSaved", thread: { ...thread, contactName } }]))

/** One more system message at the thread's end, decided on the thread as it is loaded. */
const appendOne = Effect.fnUntraced(function* (thread: Thread.Thread) {
  const id = yield* Given.freshMessageId
  const threads = yield* Threads
  const changes = yield* Changes
  yield* Given.transact(
    Effect.gen(function* () {
      const [found] = yield* threads.loadByIds([{ siteGroupingId: thread.siteGroupingId, threadId: thread.id }])
      const loaded = found!
      // Gives the others a chance to come between.
      yield* Effect.yieldNow
      const message = {
        id,
        siteGroupingId: loaded.siteGroupingId,
        externalThreadId: loaded.id,
        position: Thread.nextPosition(loaded),
        messageType: "system" as const,
        direction: "outbound" as const,
        senderId: null,
        content: "Note",
        transcript: null,
        attachments: [],
        metaData: {},
        deliveryStatus: null,
        createdAt: loaded.createdAt
      }
      yield* changes.apply([
        { _tag: "MessageAdded", message },
        { _tag: "ThreadSaved", thread: Thread.append(loaded, message) }
      ])
    })
  )
})

export const transactionChapter: Chapter = {
  chapter: "Transaction",
  tests: [
    ...byStaff([
      test("MUST keep all that a transaction wrote", function* () {
        const { left, write } = yield* aBitOfEverything
        yield* Given.transact(write)
        assert.deepStrictEqual<unknown>(yield* left, everything)
      }),

      test("MUST keep nothing that a failed transaction wrote, and fail as it failed", function* () {
        const { left, write } = yield* aBitOfEverything
        const failure = yield* Effect.flip(Given.transact(Effect.andThen(write, Effect.fail("changed my mind"))))
        assert.strictEqual(failure, "changed my mind")
        assert.deepStrictEqual<unknown>(yield* left, nothing)
      }),

      test("MUST keep nothing of a transaction that dies", function* () {
        const { left, write } = yield* aBitOfEverything
        const exit = yield* Effect.exit(Given.transact(Effect.andThen(write, Effect.die("a bug"))))
        assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
        assert.deepStrictEqual<unknown>(yield* left, nothing)
      }),

      test("MUST keep nothing of a transaction that is interrupted", function* () {
        const { left, write } = yield* aBitOfEverything
        const exit = yield* Effect.exit(Given.transact(Effect.andThen(write, Effect.interrupt)))
        assert.isTrue(Exit.isFailure(exit))
        assert.deepStrictEqual<unknown>(yield* left, nothing)
      }),

      test("MUST show a transaction what it wrote itself", function* () {
        const { left, write } = yield* aBitOfEverything
        assert.deepStrictEqual<unknown>(yield* Given.transact(Effect.andThen(write, left)), everything)
      }),

      test("MUST give the value that the effect made", function* () {
        assert.strictEqual(yield* Given.transact(Effect.succeed(42)), 42)
      }),

      test("MUST undo a nested transaction together with the outer one", function* () {
        const { left, write } = yield* aBitOfEverything
        yield* Effect.flip(Given.transact(Effect.andThen(Given.transact(write), Effect.fail("changed my mind"))))
        assert.deepStrictEqual<unknown>(yield* left, nothing)
      }),

      test("MUST keep nothing of a nested transaction that failed, and keep the outer one that went on", function* () {
        const { tenants } = yield* StoreUnderTest
        const before = yield* Given.aThread(tenants[0])
        const after = yield* Given.aThread(tenants[0])
        const { left, write } = yield* aBitOfEverything
        yield* Given.transact(
          Effect.gen(function* () {
            yield* rename(before, "before")
            yield* Effect.exit(Given.transact(Effect.andThen(write, Effect.fail("inner"))))
            yield* rename(after, "after")
          })
        )
        assert.deepStrictEqual<unknown>(yield* left, nothing)
        sameThread(yield* Given.stored(before), { ...before, contactName: "before" })
        sameThread(yield* Given.stored(after), { ...after, contactName: "after" })
      }),

      test("MUST work on after a failed transaction", function* () {
        const { left, write } = yield* aBitOfEverything
        yield* Effect.exit(Given.transact(Effect.fail("first")))
        yield* Given.transact(write)
        assert.deepStrictEqual<unknown>(yield* left, everything)
      }),

      test("MUST lose no change when many transactions change one thread at once", function* () {
        const { tenants } = yield* StoreUnderTest
        const thread = yield* Given.aThread(tenants[0])
        yield* Effect.all(
          Array.from({ length: 8 }, () => appendOne(thread)),
          { concurrency: "unbounded" }
        )
        const { items } = yield* (yield* Messages).list({
          siteGroupingId: thread.siteGroupingId,
          threadId: thread.id,
          limit: 20,
          cursor: null
        })
        assert.deepStrictEqual(
          items.map(({ position }) => position),
          [8, 7, 6, 5, 4, 3, 2, 1]
        )
        assert.strictEqual((yield* Given.stored(thread))?.lastPosition, 8)
      }),

      test(
        "MUST show nobody else what is not committed",
        function* () {
          const { tenants } = yield* StoreUnderTest
          const thread = yield* Given.aThread(tenants[0])
          const { transact } = yield* Transaction
          const written = yield* Deferred.make<void>()
          const looked = yield* Deferred.make<void>()
          const nameOf = Effect.map(Given.shown("all", thread.id), (view) => Option.getOrThrow(view).thread.contactName)
          const writer = transact(
            Effect.gen(function* () {
              yield* rename(thread, "renamed")
              yield* Deferred.succeed(written, undefined)
              yield* Deferred.await(looked)
            })
          )
          const reader = Effect.gen(function* () {
            yield* Deferred.await(written)
            const seen = yield* nameOf
            yield* Deferred.succeed(looked, undefined)
            return seen
          })
          const [, seen] = yield* within(
            Effect.all([writer, reader], { concurrency: 2 }),
            "reading beside a transaction"
          )
          assert.strictEqual(seen, null)
          assert.strictEqual(yield* nameOf, "renamed")
        },
        ["concurrentTransactions"]
      )
    ]),

    test("MUST take in events and undo a settlement with its transaction", function* () {
      const { tenants } = yield* StoreUnderTest
      const number = yield* Given.aTenantNumber(tenants[0])
      const from = yield* freshContact
      const inbox = yield* Inbox
      const event = {
        _tag: "MessageReceived" as const,
        providerMessageId: "one",
        from,
        to: number.number,
        text: "Hello",
        attachments: [],
        providerKeyword: null
      }
      yield* inbox.accept([{ provider: "memory", account: "main", event }])
      const claim = inbox.claimLanes({ lanes: 10, eventsPerLane: 10 })
      const settle = Effect.gen(function* () {
        const { lanes } = yield* claim
        yield* inbox.settle(lanes.flatMap(({ events }) => events.map(({ id }) => ({ _tag: "Done" as const, id }))))
        return yield* Effect.fail("could not store it")
      })
      yield* Effect.flip(Given.transact(settle))
      const { lanes } = yield* Given.peek(claim)
      assert.deepStrictEqual(
        lanes.map(({ contact }) => contact),
        [from]
      )
    })
  ]
}
