/** The chapter "Media imports" of the repository contract. */
import { CallId, MediaImportId } from "@careline/domain"
import { IdGenerator, type MediaImport, MediaImports } from "@careline/ports"
import { assert } from "@effect/vitest"
import { DateTime, Duration, Effect } from "effect"
import { type Chapter, voiceTest } from "../shared/Chapter.ts"
import * as Given from "../shared/Given.ts"
import { StoreUnderTest } from "../shared/Harness.ts"

const LEASE = Duration.toMillis(Duration.minutes(1))

const fresh = (kind: "mediaImport" | "call") =>
  Effect.flatMap(IdGenerator, (ids) => Effect.map(ids.next(kind, 1), ([id]) => id!))

/** An import that is due, in the store. */
const added = Effect.fnUntraced(function* (fields: Partial<MediaImport> = {}, inMinutes = 0) {
  const { tenants } = yield* StoreUnderTest
  const one: MediaImport = {
    id: MediaImportId.make(yield* fresh("mediaImport")),
    siteGroupingId: tenants[0],
    provider: "acme",
    source: { _tag: "Recording", callId: CallId.make(yield* fresh("call")), recording: "https://acme.example/1?a=b" },
    stage: "copy",
    failures: 0,
    ...fields
  }
  const dueAt = DateTime.add(yield* Given.storeNow, { minutes: inMinutes })
  yield* Effect.flatMap(MediaImports, (imports) => imports.add([one], dueAt))
  return one
})

const claim = (limit = 10) => Effect.flatMap(MediaImports, (imports) => imports.claim({ limit, leaseMillis: LEASE }))

const claimed = Effect.map(claim(), (imports) => imports.map((one) => one.import))

const settle = (settlement: Parameters<MediaImports["Service"]["settle"]>[0]) =>
  Effect.flatMap(MediaImports, (imports) => imports.settle(settlement))

export const mediaImportsChapter: Chapter = {
  chapter: "Media imports",
  tests: [
    voiceTest("MUST keep all of an import, and hand it out when it is due", function* () {
      const { advance } = yield* StoreUnderTest
      const source = {
        _tag: "Attachment" as const,
        threadId: yield* Given.freshThreadId,
        messageId: yield* Given.freshMessageId,
        index: 2,
        url: "https://acme.example/media/ä?x=\"'",
        mimeType: "image/png"
      }
      const later = yield* added({ source, siteGroupingId: null, stage: "delete", failures: 3 }, 5)
      const now = yield* added()
      assert.deepStrictEqual(yield* claimed, [now])
      yield* advance(Duration.minutes(5))
      assert.deepInclude(yield* claimed, later)
    }),

    voiceTest("MUST hand out the oldest first, as many as are asked for, and each to one only", function* () {
      const imports = yield* Effect.forEach(Array.from({ length: 5 }), () => added())
      const first = yield* claim(2)
      assert.deepStrictEqual(
        first.map((one) => one.import),
        imports.slice(0, 2)
      )
      assert.deepStrictEqual(yield* claimed, imports.slice(2))
      assert.deepStrictEqual(yield* claimed, [])
    }),

    voiceTest("MUST hand it out again when the lease is over, by the store's clock", function* () {
      const { advance } = yield* StoreUnderTest
      const one = yield* added()
      const [first] = yield* claim()
      // A store's clock may go on by itself.
      yield* advance(Duration.millis(LEASE / 2))
      assert.deepStrictEqual(yield* claimed, [])
      yield* advance(Duration.millis(LEASE / 2))
      const [second] = yield* claim()
      assert.deepStrictEqual(second?.import, one)
      assert.notStrictEqual(second?.fence, first?.fence)
    }),

    voiceTest("MUST let only the holder of the lease settle it", function* () {
      const { advance } = yield* StoreUnderTest
      const { id } = yield* added()
      const [first] = yield* claim()
      yield* advance(Duration.millis(LEASE))
      const [second] = yield* claim()
      assert.isFalse(yield* settle({ id, fence: first!.fence, next: null }))
      assert.isTrue(yield* settle({ id, fence: second!.fence, next: null }))
      yield* advance(Duration.millis(LEASE))
      assert.deepStrictEqual(yield* claimed, [])
      assert.isFalse(yield* settle({ id, fence: second!.fence, next: null }))
    }),

    voiceTest("MUST go on at the stage that it was settled at, when that is due, and not before", function* () {
      const { advance } = yield* StoreUnderTest
      const one = yield* added()
      const [held] = yield* claim()
      const dueAt = DateTime.add(yield* Given.storeNow, { minutes: 10 })
      const next = { stage: "delete" as const, failures: 1, dueAt }
      assert.isTrue(yield* settle({ id: one.id, fence: held!.fence, next }))
      assert.isFalse(yield* settle({ id: one.id, fence: held!.fence, next: null }))
      yield* advance(Duration.minutes(9))
      assert.deepStrictEqual(yield* claimed, [])
      yield* advance(Duration.minutes(1))
      assert.deepStrictEqual(yield* claimed, [{ ...one, stage: "delete", failures: 1 }])
    }),

    voiceTest("MUST undo a settlement with its transaction", function* () {
      const one = yield* added()
      const [held] = yield* claim()
      const settled = yield* Given.peek(settle({ id: one.id, fence: held!.fence, next: null }))
      assert.isTrue(settled)
      assert.isTrue(yield* settle({ id: one.id, fence: held!.fence, next: null }))
    })
  ]
}
