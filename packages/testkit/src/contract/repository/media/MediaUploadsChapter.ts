/** The chapter "Media uploads" of the repository contract. */
import type { BlobKey, Tenant, UserId } from "@careline/domain"
import { type MediaUpload, MediaUploads } from "@careline/ports"
import { assert } from "@effect/vitest"
import { DateTime, Effect } from "effect"
import { type Chapter, voiceTest } from "../shared/Chapter.ts"
import * as Given from "../shared/Given.ts"
import { StoreUnderTest } from "../shared/Harness.ts"

const BEGINNING = DateTime.makeUnsafe("2026-03-02T09:00:00Z")
const after = (hours: number) => DateTime.add(BEGINNING, { hours })

const QUOTA = { uploads: 3, bytes: 1_000 }
const OTHERS = { uploads: 1_000, bytes: 1_000_000 }

let count = 0
const freshUser = (): UserId => `uploader-${++count}` as UserId
const freshKey = (): BlobKey => `0123456789abcdef/upload-${crypto.randomUUID()}` as BlobKey

const uploads = <A, E>(use: (port: MediaUploads["Service"]) => Effect.Effect<A, E>) =>
  Effect.flatMap(MediaUploads, (port) => Given.transact(use(port)))

const added = Effect.fnUntraced(function* (fields: Partial<MediaUpload> = {}, quota = OTHERS) {
  const { tenants } = yield* StoreUnderTest
  const upload: MediaUpload = {
    key: freshKey(),
    siteGroupingId: tenants[0],
    userId: freshUser(),
    size: 10,
    at: BEGINNING,
    ...fields
  }
  const isWithin = yield* uploads((port) => port.add(upload, quota))
  return { upload, isWithin }
})

const expired = (before: DateTime.Utc, limit = 100) => uploads((port) => port.expire({ before, limit }))
const held = (tenant: Tenant, keys: ReadonlyArray<BlobKey>, at: DateTime.Utc) =>
  uploads((port) => port.hold(tenant, keys, at))

export const mediaUploadsChapter: Chapter = {
  chapter: "Media uploads",
  tests: [
    voiceTest("MUST expire what has waited too long, the oldest first, and as many as are asked for", function* () {
      const late = (yield* added({ at: after(2) })).upload.key
      const oldest = (yield* added({ at: after(0), siteGroupingId: null })).upload.key
      const next = (yield* added({ at: after(1) })).upload.key
      const fresh = (yield* added({ at: after(5) })).upload.key
      assert.deepStrictEqual(yield* expired(after(0)), [])
      assert.deepStrictEqual(yield* expired(after(4), 2), [oldest, next])
      yield* uploads((port) => port.removed([oldest, next]))
      assert.deepStrictEqual(yield* expired(after(4), 2), [late])
      // Whoever was to remove them may have died.
      assert.deepStrictEqual(yield* expired(after(6)), [late, fresh])
      yield* uploads((port) => port.removed([late, fresh]))
      assert.deepStrictEqual(yield* expired(after(6)), [])
    }),

    voiceTest("MUST never expire what a message took", function* () {
      const { tenants } = yield* StoreUnderTest
      const { key } = (yield* added()).upload
      yield* uploads((port) => port.take(tenants[0], [key]))
      assert.deepStrictEqual(yield* expired(after(100)), [])
      assert.deepStrictEqual(yield* held(tenants[0], [key], after(1)), [])
    }),

    voiceTest("MUST undo a taking with its transaction", function* () {
      const { tenants } = yield* StoreUnderTest
      const { key } = (yield* added()).upload
      const port = yield* MediaUploads
      yield* Given.peek(port.take(tenants[0], [key]))
      assert.deepStrictEqual(yield* expired(after(1)), [key])
    }),

    voiceTest("MUST let what is held wait anew, and never less than it did", function* () {
      const { tenants } = yield* StoreUnderTest
      const { key } = (yield* added()).upload
      assert.deepStrictEqual(yield* held(tenants[0], [key], after(10)), [])
      assert.deepStrictEqual(yield* held(tenants[0], [key], after(3)), [])
      assert.deepStrictEqual(yield* expired(after(10)), [])
      assert.deepStrictEqual(yield* expired(after(11)), [key])
    }),

    voiceTest("MUST say what is being removed, and let no message take it", function* () {
      const { tenants } = yield* StoreUnderTest
      const { key } = (yield* added()).upload
      const unknown = freshKey()
      yield* expired(after(1))
      assert.deepStrictEqual(yield* held(tenants[0], [unknown, key], after(50)), [key])
      yield* uploads((port) => port.take(tenants[0], [key]))
      assert.deepStrictEqual(yield* expired(after(1)), [key])
    }),

    voiceTest("MUST keep another tenant's hands off", function* () {
      const { tenants } = yield* StoreUnderTest
      const { key } = (yield* added()).upload
      yield* held(tenants[1], [key], after(50))
      yield* uploads((port) => port.take(tenants[1], [key]))
      assert.deepStrictEqual(yield* expired(after(1)), [key])
      assert.deepStrictEqual(yield* held(tenants[1], [key], after(50)), [])
    }),

    voiceTest("MUST count what a user has waiting over all tenants, and nothing else of it", function* () {
      const { tenants } = yield* StoreUnderTest
      const userId = freshUser()
      yield* added({ userId: freshUser() }, QUOTA)
      const first = yield* added({ userId }, QUOTA)
      yield* added({ userId, siteGroupingId: tenants[1] }, QUOTA)
      const third = yield* added({ userId, at: after(-50) }, QUOTA)
      assert.isFalse((yield* added({ userId }, QUOTA)).isWithin)
      yield* uploads((port) => port.take(tenants[0], [first.upload.key]))
      assert.deepStrictEqual(yield* expired(after(-1)), [third.upload.key])
      assert.isFalse((yield* added({ userId, size: 991 }, QUOTA)).isWithin)
      assert.isTrue((yield* added({ userId, size: 990 }, QUOTA)).isWithin)
      assert.isFalse((yield* added({ userId }, QUOTA)).isWithin)
    }),

    voiceTest("MUST NOT let a user have more by bringing many at once", function* () {
      const userId = freshUser()
      const all = yield* Effect.forEach(Array.from({ length: 8 }), () => added({ userId }, QUOTA), {
        concurrency: "unbounded"
      })
      assert.lengthOf(
        all.filter(({ isWithin }) => isWithin),
        QUOTA.uploads
      )
    })
  ]
}
