/**
 * Gives a number back to its provider: on record before the provider is asked, and looked for before it is asked again. What is
 * ours no more goes off the record; what the provider does not take back stays, retired, and operators are told.
 */
import { NumberLifecycle, type NumberOrder, type PhoneNumber } from "@careline/domain"
import { type ClaimedOrder, NumberInventory, type Numbers, Transaction } from "@careline/ports"
import { DateTime, Effect } from "effect"
import { SYSTEM } from "../access/Actor.ts"
import { audit } from "../access/Audit.ts"
import { describeFault } from "../shared/Fault.ts"
import { Limits } from "../shared/Limits.ts"
import { advance, later } from "./OrderSteps.ts"
import * as PoolAlerts from "./PoolAlerts.ts"

/** The number, for nobody else to change; none where somebody took it off the record. In the ambient transaction. */
const lock = Effect.fnUntraced(function* (digits: PhoneNumber.E164) {
  const inventory = yield* NumberInventory
  const known = yield* inventory.byNumbers([digits])
  const [number] = yield* inventory.lock(known.map(({ id }) => id))
  return number ?? null
})

/** It is ours no more. */
const givenBack = Effect.fnUntraced(function* (claimed: ClaimedOrder) {
  const { transact } = yield* Transaction
  const ended = yield* transact(
    Effect.gen(function* () {
      const number = yield* lock(claimed.order.number)
      const { order } = yield* advance(claimed, { state: "done", failures: 0 }, 0)
      if (number !== null) {
        yield* (yield* NumberInventory).remove(number.id)
        yield* audit(SYSTEM, null, "phone_number.released", `phoneNumber:${number.id}`)
      }
      return order
    })
  )
  yield* PoolAlerts.orderEnded(ended)
})

/** The provider does not take it back: it stays ours, out of the pool, and is paid for. */
const kept = Effect.fnUntraced(function* (claimed: ClaimedOrder, failedBecause: NumberOrder.NumberOrderFailure) {
  const { transact } = yield* Transaction
  const ended = yield* transact(
    Effect.gen(function* () {
      const number = yield* lock(claimed.order.number)
      const { order } = yield* advance(claimed, { state: "failed", failedBecause }, 0)
      if (number !== null) {
        const retired = yield* Effect.fromResult(NumberLifecycle.keep(number, "retired", yield* DateTime.now))
        yield* (yield* NumberInventory).save([retired])
        yield* audit(SYSTEM, null, "phone_number.release_refused", `phoneNumber:${number.id}`)
      }
      return order
    })
  )
  yield* PoolAlerts.orderEnded(ended)
  yield* PoolAlerts.releaseRefused(ended)
})

/** `unknown`: whatever went wrong, it may be ours no more. */
const ask = Effect.fnUntraced(function* (numbers: Numbers.Numbers, number: PhoneNumber.E164) {
  const { sendTimeout } = yield* Limits
  return yield* numbers.release(number).pipe(
    Effect.timeout(sendTimeout),
    Effect.as("given_back" as const),
    Effect.catchTag("TelephonyError", ({ reason }) =>
      Effect.succeed(
        reason._tag === "Refused" || reason._tag === "Unsupported" ? ("refused" as const) : ("unknown" as const)
      )
    ),
    Effect.catchCause((cause) =>
      Effect.as(Effect.logWarning("A number may have been given back", describeFault(cause)), "unknown" as const)
    )
  )
})

const giveBack = Effect.fnUntraced(function* (claimed: ClaimedOrder, numbers: Numbers.Numbers) {
  const { orderLease } = yield* Limits
  const begun = yield* advance(claimed, { state: "ordering", startedAt: yield* DateTime.now }, orderLease)
  switch (yield* ask(numbers, begun.order.number)) {
    case "given_back":
      return yield* givenBack(begun)
    case "refused":
      return yield* kept(begun, "other")
    case "unknown":
      return yield* later(begun)
  }
})

/** One step of a release. A number that is asked about is looked for first: what is gone is not given back twice. */
export const carryOutRelease = Effect.fnUntraced(function* (claimed: ClaimedOrder, numbers: Numbers.Numbers) {
  if (claimed.order.state === "wanted") return yield* giveBack(claimed, numbers)
  const isOurs = yield* Effect.option(numbers.owns(claimed.order.number))
  if (isOurs._tag === "None") return yield* later(claimed)
  return yield* isOurs.value ? giveBack(claimed, numbers) : givenBack(claimed)
})
