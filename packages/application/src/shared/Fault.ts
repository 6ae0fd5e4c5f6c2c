/** Describes a fault for the log: by names and words of our own, never by the values that it was about. */
import { placeOf } from "@careline/ports"
import { Cause } from "effect"

const STACK_FRAMES = 3

/** A typed error's words are ours. A defect's may quote anything, so only its name and place are kept. */
export const describeFault = (cause: Cause.Cause<unknown>): string =>
  cause.reasons
    .map((reason) => {
      if (Cause.isFailReason(reason)) {
        return reason.error instanceof Error ? `${reason.error.name}: ${reason.error.message}` : "failure"
      }
      return Cause.isDieReason(reason) ? `defect ${placeOf(reason.defect, STACK_FRAMES)}` : reason._tag
    })
    .join("; ")
