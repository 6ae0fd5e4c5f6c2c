import { TokenBucket } from "@careline/domain"
import { RateBuckets } from "@careline/ports"
import { Effect, HashMap, Layer, Option } from "effect"
import { MemoryStore } from "../shared/MemoryStore.ts"

export const layer: Layer.Layer<RateBuckets, never, MemoryStore> = Layer.effect(
  RateBuckets,
  Effect.map(MemoryStore, (store) =>
    RateBuckets.of({
      // Transactions run one after the other, so there is nobody to lock out.
      lock: (keys) =>
        store.read((state) =>
          keys.map((key) => Option.getOrElse(HashMap.get(state.rateBuckets, key), () => TokenBucket.full(key)))
        ),
      save: (buckets) =>
        store.update((state) => ({
          ...state,
          rateBuckets: HashMap.setMany(
            state.rateBuckets,
            buckets.map((bucket) => [bucket.key, bucket] as const)
          )
        }))
    })
  )
)
