/** Numbers whose time has come: what was replaced rests, and what has rested goes back into the pool or out of it for good. */
import { type InventoryNumber, NumberLifecycle, type PhoneNumberId } from "@careline/domain"
import { NumberInventory, Transaction } from "@careline/ports"
import { type DateTime, Effect } from "effect"
import { asSystem } from "../access/Access.ts"
import { retryOnConflict } from "../shared/RetryOnConflict.ts"
import { describeFault } from "../shared/Fault.ts"
import { Limits } from "../shared/Limits.ts"
import { putToRest } from "./NumberRest.ts"

const leave = Effect.fnUntraced(function* (replaced: InventoryNumber.InventoryNumber, now: DateTime.Utc) {
  const inventory = yield* NumberInventory
  // Somebody may have locked a thread to it while it was being replaced.
  const instead = replaced.replacedBy === null ? [] : yield* inventory.reached([replaced.number])
  const on = instead.map((one) => one.on).find(({ id }) => id !== replaced.id) ?? null
  if (on !== null) yield* inventory.reassign([replaced.id], on, now)
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

const turn = Effect.fnUntraced(function* (number: InventoryNumber.InventoryNumber, now: DateTime.Utc) {
  if (number.status !== "replaced") return yield* note(number.id, (yield* rested(number, now)).status)
  yield* leave(number, now)
  yield* note(number.id, "quarantined")
})

/** One whose turn fails is left as it is, and keeps none of the others. */
const alone = <E, R>(turned: Effect.Effect<void, E, R>, id: PhoneNumberId): Effect.Effect<number, never, R> =>
  Effect.as(turned, 1).pipe(
    Effect.catchCause((cause) =>
      Effect.logError("A number whose time has come cannot be moved on", describeFault(cause)).pipe(
        Effect.annotateLogs({ phoneNumber: id }),
        Effect.as(0)
      )
    )
  )

/** Does so once, for some. Returns for how many; 0 when none was due, or could be moved on. */
export const sweepNumbers = Effect.fn("sweepNumbers")(function* () {
  const { numbersPerBatch } = yield* Limits
  const { transact } = yield* Transaction
  const once = transact(
    Effect.gen(function* () {
      const { now, numbers } = yield* (yield* NumberInventory).ended(numbersPerBatch)
      const turned = yield* Effect.forEach(numbers, (number) => alone(transact(turn(number, now)), number.id))
      return turned.reduce((sum, count) => sum + count, 0)
    })
  )
  return yield* asSystem(retryOnConflict(once))
})
