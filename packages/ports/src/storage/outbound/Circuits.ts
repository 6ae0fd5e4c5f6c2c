/** Stores the circuit breaker of each provider, shared by all hosts. */
import type { Circuit } from "@careline/domain"
import { Context, type DateTime, type Effect } from "effect"
import type { StorageError } from "../shared/StorageError.ts"

/** Whether each provider is asked at all: what all hosts know of its failures. */
export class Circuits extends Context.Service<
  Circuits,
  {
    /** The provider's circuit as it was last committed, whoever is at it: enough to see that all is well. */
    readonly load: (provider: string) => Effect.Effect<Circuit.Circuit, StorageError>
    /**
     * The provider's circuit, nobody else's until the ambient transaction ends. One that was never heard of is closed, and
     * locked all the same. `now` is by the store's clock, which all hosts share.
     */
    readonly lock: (
      provider: string
    ) => Effect.Effect<{ readonly now: DateTime.Utc; readonly circuit: Circuit.Circuit }, StorageError>
    /** Keeps them as they are now. */
    readonly save: (circuit: Circuit.Circuit) => Effect.Effect<void, StorageError>
  }
>()("careline/ports/Circuits") {}
