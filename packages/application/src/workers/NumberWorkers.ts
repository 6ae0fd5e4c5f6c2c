/** Runs the background work of a line that manages its numbers itself. */
import type { NumberStoragePorts, StoragePorts, TelephonyProviders } from "@careline/ports"
import { Effect, Layer, Stream } from "effect"
import { buyNumbers } from "../numbers/BuyNumbers.ts"
import { makeMeasureNumberCosts } from "../numbers/MeasureNumberCosts.ts"
import { replenishPool } from "../numbers/ReplenishPool.ts"
import { sweepNumbers } from "../numbers/SweepNumbers.ts"
import { Limits } from "../shared/Limits.ts"
import { loop, rarely } from "../shared/WorkerLoop.ts"

/** All loops, until the layer's scope closes. Where the host buys no numbers (`BuysNumbers`), what it has ordered is brought in still. */
export const layer: Layer.Layer<
  never,
  never,
  StoragePorts | NumberStoragePorts | TelephonyProviders.TelephonyProviders
> = Layer.effectDiscard(
  Effect.gen(function* () {
    const { poolLookEvery } = yield* Limits
    yield* loop("numbers", sweepNumbers(), Stream.empty)
    yield* loop("pool", replenishPool(), Stream.empty)
    yield* loop("orders", buyNumbers(), Stream.empty)
    yield* loop("number costs", rarely(makeMeasureNumberCosts(), poolLookEvery), Stream.empty)
  })
)
