/** A report that cannot be applied: it delays no other report, and is parked once it has failed too often. */
import { type AttemptId, type ThreadId, VoipSettings } from "@careline/domain"
import { Inbox, Messages, Outbox, TelephonyProviders, Threads } from "@careline/ports"
import * as Memory from "@careline/testkit"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as Application from "../src/index.ts"
import { addLine, noon, north, nurse, receive, settle } from "./support/lineWorld.ts"

/** What the store cannot keep a report of. */
const POISON = "memory-2"

const poisoned = Layer.effect(
  Outbox,
  Effect.map(Outbox, (outbox) =>
    Outbox.of({
      ...outbox,
      noteReports: (notes) =>
        notes.some(({ providerMessageId, status }) => providerMessageId === POISON && status === "delivered")
          ? Effect.die(new Error("the store holds no such report"))
          : outbox.noteReports(notes)
    })
  )
)
const world = TelephonyProviders.layer.pipe(Layer.provideMerge(poisoned), Layer.provideMerge(Memory.layer))

const reported = (providerMessageId: string) => ({
  provider: "memory",
  account: "memory",
  event: {
    _tag: "DeliveryReported" as const,
    providerMessageId,
    attemptId: null as AttemptId | null,
    status: "delivered" as const,
    failureReason: null,
    errorCode: null
  }
})

describe("A report that cannot be applied", () => {
  it.effect("delays no other one, and is parked in the end", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(noon)
      yield* addLine
      yield* settle({ ...VoipSettings.defaults, escalationTimerMinutes: null })
      const page = { view: "all", userId: nurse.userId, scope: "all", limit: 3, cursor: null } as const
      const threads = Effect.map((yield* Threads).list(page), ({ items }) => items.map(({ thread }) => thread.id))
      // One number may send so many at once: each text waits until the one before is gone.
      for (const from of ["+13035550123", "+13035550124", "+13035550125"]) {
        yield* receive("hello", from)
        const [threadId] = yield* threads
        yield* Application.sendMessage(nurse, { threadId: threadId!, content: from })
        yield* Application.dispatchSends()
        yield* TestClock.adjust("1 minute")
      }
      yield* (yield* Inbox).accept(["memory-1", POISON, "memory-3"].map(reported))

      assert.strictEqual(yield* Application.applyReports(), 3)
      const messages = yield* Messages
      const newest = Effect.fnUntraced(function* (threadId: ThreadId) {
        const { items } = yield* messages.list({ siteGroupingId: north, threadId, limit: 1, cursor: null })
        return items[0]!.deliveryStatus
      })
      const [third, second, first] = yield* Effect.forEach(yield* threads, newest)
      assert.deepStrictEqual([first, third], ["delivered", "delivered"])
      assert.notStrictEqual(second, "delivered")

      const { eventAttempts } = yield* Application.Limits.Limits
      for (let attempt = 1; attempt < eventAttempts; attempt++) {
        yield* TestClock.adjust("1 day")
        assert.strictEqual(yield* Application.applyReports(), 1)
      }
      yield* TestClock.adjust("1 day")
      assert.strictEqual(yield* Application.applyReports(), 0)
      const { items } = yield* (yield* Inbox).parked({ limit: 10, cursor: null })
      assert.deepStrictEqual(
        items.map(({ kind, reason }) => [kind, reason]),
        [["DeliveryReported", "it could not be applied"]]
      )
    }).pipe(Effect.provide(world))
  )
})
