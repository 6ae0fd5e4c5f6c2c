/** Numbers whose time has come: what was replaced rests, and what has rested goes back into the pool or out of it for good. */
import { type InventoryNumber, NumberLifecycle, type PhoneNumberId } from "@careline/domain"
import { NumberInventory, Transaction } from "@careline/ports"
import { type DateTime, Effect } from "effect"
import { asSystem } from "../access/Access.ts"
import { retryOnConflict } from "../shared/RetryOnConflict.ts"
import { Limits } from "../shared/Limits.ts"
import { putToRest } from "./NumberRest.ts"

const leave = Effect.fnUntraced(function* (replaced: InventoryNumber.InventoryNumber, now: DateTime.Utc) {
  const inventory = yield* NumberInventory
  // Somebody may have locked a thread to it while it was being replaced.
  const instead = replaced.replacedBy === null ? [] : yield* inventory.reached([replaced.number])
  const on = instead.map((one) => one.on).find(({ id }) => id !== replaced.id) ?? null
  if (on !== null) yield* inventory.hand([replaced.id], on, now)
  yield* putToRest([replaced], now)
})

const rested = Effect.fnUntraced(function* (number: InventoryNumber.InventoryNumber, now: DateTime.Utc) {
  const { quarantine, retireAfter } = yield* Limits
  const next = yield* Effect.fromResult(NumberLifecycle.endQuarantine(number, { quarantine, retireAfter }, now))
  yield* (yield* NumberInventory).save([next])
  return next
})

const note = (id: PhoneNumberId, status: InventoryNumber.NumberStatus) =>
  Effect.logInfo("A number's time came").pipe(Effect.annotateLogs({ phoneNumber: id, status }))

/** Does so once, for some. Returns for how many; 0 when none was due. */
export const sweepNumbers = Effect.fn("sweepNumbers")(function* () {
  const { numbersPerBatch } = yield* Limits
  const { transact } = yield* Transaction
  const once = transact(
    Effect.gen(function* () {
      const { now, numbers } = yield* (yield* NumberInventory).ended(numbersPerBatch)
      for (const number of numbers) {
        if (number.status === "replaced") {
          yield* leave(number, now)
          yield* note(number.id, "quarantined")
        } else {
          yield* note(number.id, (yield* rested(number, now)).status)
        }
      }
      return numbers.length
    })
  )
  return yield* asSystem(retryOnConflict(once))
})
