/** Our number that a contact texted or called, and the one that answers: itself, or what took its place. */
import type { PhoneNumber } from "@careline/domain"
import { NumberInventory, PoolNumbers, type ReachedNumber } from "@careline/ports"
import { Effect, Option } from "effect"

/** Of those digits that are a tenant's. A store that replaces no numbers has no inventory: there every number answers itself. */
export const reachedNumbers = Effect.fnUntraced(function* (digits: ReadonlyArray<PhoneNumber.E164>) {
  const inventory = Option.getOrUndefined(yield* Effect.serviceOption(NumberInventory))
  if (inventory !== undefined) return yield* inventory.reached(digits)
  const numbers = yield* (yield* PoolNumbers).byNumbers(digits)
  return numbers.map((on): ReachedNumber => ({ number: on.number, on }))
})
