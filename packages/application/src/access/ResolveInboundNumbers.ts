/** Resolves the number that a contact texted or called to the one that answers: itself, or its replacement. */
import type { PhoneNumber } from "@careline/domain"
import { NumberInventory, Optional, PoolNumbers, type ReachedNumber } from "@careline/ports"
import { Effect } from "effect"

/** Of those digits that are a tenant's. A store that replaces no numbers has no inventory: there every number answers itself. */
export const resolveInboundNumbers = Effect.fnUntraced(function* (digits: ReadonlyArray<PhoneNumber.E164>) {
  const inventory = yield* Optional.of(NumberInventory)
  if (inventory !== undefined) return yield* inventory.reached(digits)
  return yield* themselves(digits)
})

const themselves = Effect.fnUntraced(function* (digits: ReadonlyArray<PhoneNumber.E164>) {
  const numbers = yield* (yield* PoolNumbers).byNumbers(digits)
  return numbers.map((on): ReachedNumber => ({ number: on.number, on }))
})

/** The same for texts of many tenants at once, of whom none waits for another one's numbers: those are `busy`. */
export const reachedAtOnce = Effect.fnUntraced(function* (digits: ReadonlyArray<PhoneNumber.E164>) {
  const inventory = yield* Optional.of(NumberInventory)
  return inventory === undefined
    ? { reached: yield* themselves(digits), busy: [] }
    : yield* inventory.reachedAtOnce(digits)
})
