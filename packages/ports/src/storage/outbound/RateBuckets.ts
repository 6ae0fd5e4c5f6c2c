/** Stores token buckets, one for each key, shared by all hosts. */
import type { TokenBucket } from "@careline/domain"
import { Context, type Effect } from "effect"
import type { StorageError } from "../shared/StorageError.ts"

/** How many texts may leave now, over all hosts. */
export class RateBuckets extends Context.Service<
  RateBuckets,
  {
    /**
     * The buckets of the keys, in the given order, nobody else's until the ambient transaction ends. A key that was never
     * heard of has a full bucket, which is locked all the same. Stores lock in the order of the keys, so that two
     * transactions that lock once do not wait for each other.
     */
    readonly lock: (keys: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<TokenBucket.TokenBucket>, StorageError>
    /** Of several states of one bucket the last holds. */
    readonly save: (buckets: ReadonlyArray<TokenBucket.TokenBucket>) => Effect.Effect<void, StorageError>
  }
>()("careline/ports/RateBuckets") {}
