/** The contract, on a directory and over HTTP. */
import type { KeyEncryption } from "@careline/ports"
import { BlobStoreContract } from "@careline/testkit/contract"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { rm } from "node:fs/promises"
import { FileBlobStore } from "../src/index.ts"
import { freshDirectory, keysOf, listening, optionsFor } from "./support.ts"

const partsOf = Effect.fnUntraced(function* (encryption: KeyEncryption.KeyEncryption | null) {
  yield* TestClock.setTime(Date.UTC(2026, 2, 2, 9, 30))
  const host = yield* listening
  const blobs = yield* FileBlobStore.make({ ...optionsFor(yield* freshDirectory, host.url), encryption })
  host.serve(blobs.serve)
  // Not mounted any more: the directory is gone under the store.
  const unmounted = yield* freshDirectory
  const away = yield* FileBlobStore.make(optionsFor(unmounted, host.url))
  yield* Effect.promise(() => rm(unmounted, { recursive: true }))
  return {
    blobs,
    away,
    follow: (url: string, headers: Readonly<Record<string, string>> = {}) => fetch(url, { headers }),
    aged: <E>(link: Effect.Effect<string, E>, byMillis: number) => Effect.tap(link, () => TestClock.adjust(byMillis))
  }
})

for (const [name, encryption] of [
  ["A directory", null],
  ["An encrypted directory", keysOf("current")]
] as const) {
  BlobStoreContract.suite(
    { name, ranges: "single", sniffing: "forbidden", outage: "shown" },
    Layer.provideMerge(BlobStoreContract.layer(partsOf(encryption)), TestClock.layer())
  )
}
