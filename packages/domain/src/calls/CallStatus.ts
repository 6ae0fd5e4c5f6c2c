/**
 * How far a call has come, of one leg or of the whole.
 *
 * The statuses form a chain, and hearing one is taking the greater of two: callbacks may come late, doubled or in any
 * order. A call that is over never goes on again; between two ends the one that says more wins, so that a call that was
 * talked on is not put down as missed.
 */
import { Schema } from "effect"

/** From the least known to the most. */
export const chain = [
  "initiated",
  "ringing",
  "in_progress",
  "canceled",
  "failed",
  "no_answer",
  "busy",
  "completed"
] as const

/**
 * - `initiated`: placed, or announced to us. `ringing`: the phone rings. `in_progress`: somebody or something answered.
 * - `completed`: answered, and over. `busy`, `no_answer`: not answered. `failed`: could not be put through. `canceled`:
 *   given up by whoever called.
 */
export const CallStatus = Schema.Literals(chain)
export type CallStatus = typeof CallStatus.Type

const ranks: Readonly<Record<CallStatus, number>> = Object.fromEntries(
  chain.map((status, rank) => [status, rank])
) as Record<CallStatus, number>

/** The join of the lattice: what is known after both. */
export const apply = (known: CallStatus, heard: CallStatus): CallStatus => (ranks[heard] > ranks[known] ? heard : known)

/** Whether the call is over. */
export const isOver = (status: CallStatus): boolean => ranks[status] >= ranks.canceled
