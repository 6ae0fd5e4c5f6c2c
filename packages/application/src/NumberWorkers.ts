/** The background of a line that looks after its numbers itself, beside that of its texts. */
import type { NumberStoragePorts, StoragePorts } from "@careline/ports"
import { Effect, Layer, Stream } from "effect"
import { sweepNumbers } from "./SweepNumbers.ts"
import { loop } from "./Workers.ts"

/** All loops, until the layer's scope closes. */
export const layer: Layer.Layer<never, never, StoragePorts | NumberStoragePorts> = Layer.effectDiscard(
  Effect.gen(function* () {
    yield* loop("numbers", sweepNumbers(), Stream.empty)
  })
)
