/** The memory blob store as its contract sees it. */
import { BlobStore } from "@careline/ports"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { BlobStoreContract } from "../src/contract/index.ts"
import { layerBlobStore, MemoryBlobs } from "../src/memory/index.ts"

const start = Date.UTC(2026, 2, 2, 9, 30)

export const memorySubject: BlobStoreContract.Subject = {
  name: "memory",
  ranges: "none",
  sniffing: "forbidden",
  outage: "not_shown"
}

type Parts = BlobStoreContract.BlobStoreParts

/** The memory store, with what the test makes of its parts. */
export const memoryLayer = (alter: (sound: Parts) => Parts = (sound) => sound) => {
  const parts = Effect.gen(function* () {
    yield* TestClock.setTime(start)
    const context = yield* Effect.context<TestClock.TestClock>()
    const { follow } = yield* MemoryBlobs
    return alter({
      blobs: yield* BlobStore,
      away: null,
      follow: (url) => Effect.runPromiseWith(context)(follow(url)),
      aged: (link, byMillis) => Effect.tap(link, () => TestClock.adjust(byMillis))
    })
  })
  return Layer.provideMerge(BlobStoreContract.layer(Effect.provide(parts, layerBlobStore)), TestClock.layer())
}
