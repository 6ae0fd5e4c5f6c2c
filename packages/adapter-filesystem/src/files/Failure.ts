/** Maps errors of the file system to those of the store. */
import { StorageError, StoreFault, StoreUnavailable } from "@careline/ports"
import { Effect } from "effect"
import type { FileFailure } from "./Files.ts"

/** Whatever the system has against it, from a full disk to a folder that is not ours, may be over the next time. */
export const during =
  (operation: string) =>
  <A, R>(effect: Effect.Effect<A, FileFailure | StorageError, R>): Effect.Effect<A, StorageError, R> =>
    Effect.mapError(effect, (error) =>
      error._tag === "FileFailure"
        ? new StorageError({ operation, reason: new StoreUnavailable({ message: error.code }) })
        : error
    )

/** What is there is not what was written. */
export const damaged = (operation: string): StorageError =>
  new StorageError({ operation, reason: new StoreFault({ message: "the file is damaged" }) })
