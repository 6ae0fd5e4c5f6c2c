/** Orders that a number goes back to its provider, so that nobody pays for it any more. */
import { NumberLifecycle, PhoneNumber, type PhoneNumberId } from "@careline/domain"
import { IdGenerator, NumberInventory, NumberOrders, TelephonyProviders, Transaction } from "@careline/ports"
import { DateTime, Effect, Schema } from "effect"
import { asSystem } from "../access/Access.ts"
import type { Actor } from "../access/Actor.ts"
import { audit } from "../access/Audit.ts"
import { InvalidRequest, NotFound, NumberRefused } from "../shared/Errors.ts"
import { Limits } from "../shared/Limits.ts"
import { type Given, reader } from "../shared/ReadRequest.ts"
import { retryOnConflict } from "../shared/RetryOnConflict.ts"
import { findNumber } from "./InspectPool.ts"
import { assertOurs } from "./NumberOwnership.ts"

/** A number that goes back to its provider. */
export const NumberRelease = Schema.Struct({
  /** The number's own digits, so that nobody gives back another one by mistake. */
  confirm: PhoneNumber.E164
}).annotate({ identifier: "PhoneNumberRelease" })
export type NumberRelease = Given<typeof NumberRelease.Encoded>

const readRelease = reader(NumberRelease)

/** Who has the number: the provider that is on record, or whichever says so. Fails with `NumberRefused` where nobody can tell. */
const ownerOf = Effect.fnUntraced(function* (actor: Actor, number: PhoneNumber.E164, provider: string | null) {
  const providers = yield* TelephonyProviders.TelephonyProviders
  const owner =
    provider ?? (yield* assertOurs(providers, actor, { number, provider, overrideReason: null })).provider ?? null
  const telephony = owner === null ? providers.active : providers.byName(owner)
  return telephony === undefined || telephony.capabilities.numbers === null
    ? yield* new NumberRefused({ reason: "cannot_tell" })
    : telephony.provider
})

/**
 * Orders it for a number that is available or retired. For who sees all tenants. The provider is asked once nobody can undo it
 * any more (`Limits.undoWithin`). Fails with `WrongNumberStatus` for one that is a tenant's, or still rests.
 */
export const releaseNumber = Effect.fn("releaseNumber")(function* (
  actor: Actor,
  id: PhoneNumberId,
  given: NumberRelease
) {
  const { confirm } = yield* readRelease(given)
  const { number: digits, provider } = yield* findNumber(actor, id)
  if (confirm !== digits) {
    return yield* new InvalidRequest({ field: "confirm", message: "must be the digits of the number" })
  }
  const owner = yield* ownerOf(actor, digits, provider)
  const { undoWithin } = yield* Limits
  const { transact } = yield* Transaction
  const once = transact(
    Effect.gen(function* () {
      const inventory = yield* NumberInventory
      const [before] = yield* inventory.lock([id])
      if (before === undefined) return yield* new NotFound({ entity: "phoneNumber" })
      const number = yield* Effect.fromResult(NumberLifecycle.release(before, yield* DateTime.now))
      yield* inventory.save([number])
      const [reference] = (yield* (yield* IdGenerator).next("phoneNumber", 1)) as ReadonlyArray<PhoneNumberId>
      const order = {
        id: reference!,
        kind: "release",
        number: digits,
        purpose: number.purpose,
        provider: owner,
        price: number.monthlyPrice,
        wantedBy: null,
        state: "wanted",
        providerSid: number.providerSid,
        failures: 0,
        startedAt: null,
        failedBecause: null
      } as const
      yield* (yield* NumberOrders).add([order], undoWithin)
      yield* audit(actor, null, "phone_number.release", `phoneNumber:${id}`, { from: before.status })
      return number
    })
  )
  return yield* asSystem(retryOnConflict(once))
})
