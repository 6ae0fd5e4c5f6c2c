/** Applies the changes that the rules decided. */
import type { Change } from "@careline/domain"
import { Context, type Effect } from "effect"
import type { StorageError } from "./StorageError.ts"

/** Carries out what the domain decided. */
export class Changes extends Context.Service<
  Changes,
  {
    /**
     * Applies a set in the ambient transaction, one statement each kind or one after the other: the result is the same.
     * The kinds may stand in any order, a message before the thread that it is in; those of one kind are in theirs.
     */
    readonly apply: (changes: ReadonlyArray<Change>) => Effect.Effect<void, StorageError>
  }
>()("careline/ports/Changes") {}
