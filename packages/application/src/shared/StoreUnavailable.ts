/** Tells a store that is out of reach from an event that cannot be applied. */
import { StorageError } from "@careline/ports"
import { Cause } from "effect"

/** Whether the store is out of reach, or the process is being stopped: neither counts against the event. */
export const isStoreUnavailable = (cause: Cause.Cause<unknown>): boolean =>
  Cause.hasInterrupts(cause) ||
  cause.reasons.some(
    (reason) =>
      Cause.isFailReason(reason) &&
      reason.error instanceof StorageError &&
      reason.error.reason._tag === "StoreUnavailable"
  )
