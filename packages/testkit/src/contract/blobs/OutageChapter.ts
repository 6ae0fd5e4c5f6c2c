/** The chapter "Outage" of the blob store contract. */
import { BlobStore, StorageError } from "@careline/ports"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { type Chapter, test } from "./Chapter.ts"
import * as Given from "./Given.ts"
import { BlobStoreUnderTest } from "./Subject.ts"

const CANARY = "canary-1f6d"

export const outageChapter: Chapter = {
  chapter: "Outage",
  tests: [
    test(
      "MUST say that it is unavailable while it is away: what it cannot look for is not gone",
      function* () {
        const { away } = yield* BlobStoreUnderTest
        const { get, put, remove } = away ?? assert.fail("The harness has to give the store while it is away")
        const key = yield* Effect.provideService(Given.key(`contract/${CANARY}`), BlobStore, {
          ...(yield* BlobStore),
          remove: () => Effect.void
        })
        const bytes = new TextEncoder().encode(CANARY)
        const errors = [
          yield* Effect.flip(put(key, { bytes, contentType: "audio/wav" })),
          yield* Effect.flip(get(key)),
          yield* Effect.flip(remove(key))
        ]
        for (const error of errors) {
          assert.instanceOf(error, StorageError)
          assert.strictEqual(error.reason._tag, "StoreUnavailable", error.message)
          assert.isTrue(error.isRetryable)
          assert.notInclude(`${error.message} ${JSON.stringify(error)}`, CANARY)
        }
      },
      ["outage"]
    ),

    test(
      "MUST make a link while it is away",
      function* () {
        const { away } = yield* BlobStoreUnderTest
        const blobs = away ?? assert.fail("The harness has to give the store while it is away")
        const url = yield* Effect.provideService(Given.link(yield* Given.freshKey), BlobStore, blobs)
        assert.isTrue(URL.canParse(url))
      },
      ["outage"]
    )
  ]
}
