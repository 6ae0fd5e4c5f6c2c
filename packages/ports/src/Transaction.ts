/** `transact(effect)` makes everything that the effect does to the stores inside one commit, or nothing of it. */
import { Context, type Effect } from "effect"
import type { StorageError } from "./StorageError.ts"

export class Transaction extends Context.Service<
  Transaction,
  {
    readonly transact: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | StorageError, R>
  }
>()("careline/ports/Transaction") {}
