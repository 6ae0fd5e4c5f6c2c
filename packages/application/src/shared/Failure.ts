/** Classifies failures; what to do about one follows from its class alone. */
import { StorageError } from "@careline/ports"
import { Cause } from "effect"

/**
 * `interrupted`: the process is being stopped, or nobody waits any more. `unavailable`: the store is out of reach, for everybody.
 * `conflict`: another transaction was first; the same one may succeed the next time. `permanent`: trying again changes nothing.
 */
type FailureKind = "interrupted" | "unavailable" | "conflict" | "permanent"

const kindOfError = (error: unknown): FailureKind => {
  if (!(error instanceof StorageError)) return "permanent"
  switch (error.reason._tag) {
    case "StoreUnavailable":
      return "unavailable"
    case "StoreConflict":
      return "conflict"
    default:
      return "permanent"
  }
}

const kindOf = (cause: Cause.Cause<unknown>): FailureKind => {
  if (Cause.hasInterrupts(cause)) return "interrupted"
  const kinds = cause.reasons.map((reason) => (Cause.isFailReason(reason) ? kindOfError(reason.error) : "permanent"))
  return kinds.find((kind) => kind !== "permanent") ?? "permanent"
}

/** Whether another transaction was first. */
export const isConflict = (error: unknown): boolean => kindOfError(error) === "conflict"

/** Whether the store is out of reach or the process is being stopped: neither counts against an event. */
export const countsAgainstNothing = (cause: Cause.Cause<unknown>): boolean =>
  ["interrupted", "unavailable"].includes(kindOf(cause))

/** Whether trying again, later or at once, may succeed. */
export const isPassing = (cause: Cause.Cause<unknown>): boolean => kindOf(cause) !== "permanent"
