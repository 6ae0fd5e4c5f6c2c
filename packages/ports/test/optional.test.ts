import { BlobStore, Optional, Transcriber } from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"

const kept = Layer.mock(BlobStore)({})
const found = Effect.all([Optional.of(BlobStore), Optional.of(Transcriber)])
const blobs = Layer.provideMerge(Optional.present(BlobStore), kept)

describe("A port that a line may do without", () => {
  it.effect("is found where a layer says that it is there, and nowhere else", () =>
    Effect.gen(function* () {
      const [store, transcriber] = yield* Effect.provide(found, Layer.merge(blobs, Optional.absent(Transcriber)))
      assert.isDefined(store)
      assert.isUndefined(transcriber)
      const layer = Layer.mergeAll(kept, Optional.absent(BlobStore, Transcriber))
      assert.deepStrictEqual(yield* Effect.provide(found, layer), [undefined, undefined])
    })
  )

  it("is missed by the compiler where no layer says anything", () => {
    // @ts-expect-error -- nobody says whether there is a transcriber
    const run: Effect.Effect<unknown> = Effect.provide(found, blobs)
    assert.isDefined(run)
  })
})
