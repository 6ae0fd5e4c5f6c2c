/** The chapter "Idempotency keys" of the repository contract. */
import type { Message, Thread } from "@careline/domain"
import { Messages } from "@careline/ports"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { byStaff, type Chapter, test } from "../shared/Chapter.ts"
import * as Given from "../shared/Given.ts"

const claimKey = (thread: Thread.Thread, key: string, fingerprint: string, messageId: Message.Message["id"]) =>
  Given.transact(
    Effect.flatMap(Messages, (messages) =>
      messages.claimIdempotencyKey({
        siteGroupingId: thread.siteGroupingId,
        threadId: thread.id,
        key,
        fingerprint,
        messageId
      })
    )
  )

export const idempotencyChapter: Chapter = {
  chapter: "Idempotency keys",
  tests: byStaff([
    test("MUST give a key to the first request, and tell the second one what the first one made", function* () {
      const { message, thread } = yield* Given.anAnsweredThread
      const later = yield* Given.freshMessageId
      const used = { _tag: "Used" as const, messageId: message.id, fingerprint: "one" }
      assert.deepStrictEqual(yield* claimKey(thread, "a key", "one", message.id), { _tag: "Claimed" })
      assert.deepStrictEqual(yield* claimKey(thread, "a key", "one", later), used)
      assert.deepStrictEqual(yield* claimKey(thread, "a key", "another", later), used)
    }),

    test("MUST give a key before its message is added in the same transaction", function* () {
      const { number, thread } = yield* Given.anAnsweredThread
      const { changes, message } = yield* Given.reply(thread, number, "Once", yield* Given.storeNow)
      yield* Given.transact(Effect.andThen(claimKey(thread, "a key", "one", message.id), Given.apply(changes)))
      const again = yield* claimKey(thread, "a key", "one", yield* Given.freshMessageId)
      assert.deepStrictEqual(again, { _tag: "Used", messageId: message.id, fingerprint: "one" })
    }),

    test("MUST keep the keys of different threads apart", function* () {
      const one = yield* Given.anAnsweredThread
      const two = yield* Given.anAnsweredThread
      yield* claimKey(one.thread, "a key", "one", one.message.id)
      const claimed = yield* claimKey(two.thread, "a key", "one", two.message.id)
      assert.deepStrictEqual(claimed, { _tag: "Claimed" })
      const other = yield* claimKey(one.thread, "A KEY", "one", one.message.id)
      assert.deepStrictEqual(other, { _tag: "Claimed" })
    }),

    test("MUST free a key whose transaction failed", function* () {
      const { message, thread } = yield* Given.anAnsweredThread
      yield* Given.peek(claimKey(thread, "a key", "one", message.id))
      const claimed = yield* claimKey(thread, "a key", "one", message.id)
      assert.deepStrictEqual(claimed, { _tag: "Claimed" })
    }),

    test("MUST give a key to one of many requests at once", function* () {
      const { message, number, thread } = yield* Given.anAnsweredThread
      const other = yield* Given.aReply(thread, number)
      const claims = yield* Effect.forEach(
        Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? message : other.message)),
        ({ id }) => claimKey(thread, "a key", "one", id),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(claims.filter(({ _tag }) => _tag === "Claimed").length, 1)
      assert.strictEqual(new Set(claims.flatMap((made) => (made._tag === "Used" ? [made.messageId] : []))).size, 1)
    })
  ])
}
