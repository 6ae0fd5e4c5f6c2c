/** Numbers leave a tenant: what it has forgets them, and they rest. */
import { type InventoryNumber, NumberLifecycle } from "@careline/domain"
import { NumberInventory } from "@careline/ports"
import { type DateTime, Effect } from "effect"
import { Limits } from "../shared/Limits.ts"

/** Puts locked numbers to rest, in the ambient transaction. Gives the threads that answered from one of them. */
export const putToRest = Effect.fnUntraced(function* (
  numbers: ReadonlyArray<InventoryNumber.InventoryNumber>,
  now: DateTime.Utc
) {
  const inventory = yield* NumberInventory
  const { quarantine } = yield* Limits
  const threads = yield* inventory.reassign(
    numbers.map(({ id }) => id),
    null,
    now
  )
  yield* inventory.save(
    yield* Effect.forEach(numbers, (number) =>
      Effect.fromResult(NumberLifecycle.quarantine(number, { quarantine }, now))
    )
  )
  return threads
})
