/** What went wrong with the store, and not with what was being done. */
import { StorageError } from "@careline/ports"
import { Cause } from "effect"

/** Whether the store is out of reach, or we are being stopped: then nothing is counted against the event. */
export const isStoreUnavailable = (cause: Cause.Cause<unknown>): boolean =>
  Cause.hasInterrupts(cause) ||
  cause.reasons.some(
    (reason) =>
      Cause.isFailReason(reason) &&
      reason.error instanceof StorageError &&
      reason.error.reason._tag === "StoreUnavailable"
  )
