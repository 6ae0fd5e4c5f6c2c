/** `transact(effect)` makes everything that the effect does to the stores inside one commit, or nothing of it. */
import { Context, type Effect } from "effect"
import type { StorageError } from "./StorageError.ts"

/** What spans all stores: everything in it is kept, or nothing. */
export class Transaction extends Context.Service<
  Transaction,
  {
    /** Runs the effect in one transaction: kept when it succeeds, undone when it fails. */
    readonly transact: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | StorageError, R>
  }
>()("careline/ports/Transaction") {}
