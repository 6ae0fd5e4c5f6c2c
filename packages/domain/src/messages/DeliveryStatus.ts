/**
 * What is known of a message's way to its recipient.
 *
 * The statuses form a chain, and applying one is taking the greater of two: so applying is commutative, associative and
 * idempotent, and callbacks may come late, doubled or in any order. A terminal status never falls back to one on the way;
 * between terminal ones evidence of arrival wins, because a handset's receipt outweighs a carrier's doubt.
 */
import { Schema } from "effect"

/** From the least known to the most. */
export const chain = [
  "queued",
  "sending",
  "unknown",
  "accepted",
  "sent",
  "failed",
  "undelivered",
  "delivered",
  "read"
] as const

/**
 * - `queued`: waits here. `sending`: being handed to the provider. `unknown`: handed over, the answer got lost.
 * - `accepted`: the provider has it. `sent`: the carrier has it.
 * - `failed`: never left (refused here or by the provider). `undelivered`: left, and the carrier gave up.
 * - `delivered`: the handset has it. `read`: the recipient saw it (RCS only).
 */
export const DeliveryStatus = Schema.Literals(chain)
export type DeliveryStatus = typeof DeliveryStatus.Type

const ranks: Readonly<Record<DeliveryStatus, number>> = Object.fromEntries(
  chain.map((status, rank) => [status, rank])
) as Record<DeliveryStatus, number>

/** The place in the chain, from 0. Stores may keep it beside the status to compare in a query. */
export const rank = (status: DeliveryStatus): number => ranks[status]

/** The join of the lattice: what is known after both. */
export const apply = (known: DeliveryStatus, heard: DeliveryStatus): DeliveryStatus =>
  rank(heard) > rank(known) ? heard : known

/** Whether nothing on the way can be heard any more. A terminal status may still be corrected to a better one. */
export const isTerminal = (status: DeliveryStatus): boolean => rank(status) >= ranks.failed
