/** The numbers that a tenant texts from. */
import type { PhoneNumber, PhoneNumberId, PoolNumber, Tenant } from "@careline/domain"
import { IdGenerator, PoolNumbers, TelephonyProviders, Transaction } from "@careline/ports"
import { DateTime, Effect } from "effect"
import type { Actor } from "./Actor.ts"
import { audit } from "./Audit.ts"
import { InvalidRequest } from "./Errors.ts"

export const listNumbers = Effect.fnUntraced(function* (actor: Actor) {
  return yield* (yield* PoolNumbers).list(actor.scope)
})

export const addNumber = Effect.fn("addNumber")(function* (
  actor: Actor,
  request: {
    readonly number: PhoneNumber.E164
    readonly label: string | null
    readonly providerSid: string | null
    readonly provider: string | null
    readonly siteGroupingId: Tenant
  }
) {
  const { byName } = yield* TelephonyProviders.TelephonyProviders
  // Texts would wait for it for ever.
  if (request.provider !== null && byName(request.provider) === undefined) {
    return yield* new InvalidRequest({ field: "provider", message: "no provider of that name is configured here" })
  }
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const [id] = (yield* (yield* IdGenerator).next("phoneNumber", 1)) as ReadonlyArray<PhoneNumberId>
      const number: PoolNumber.PoolNumber = { ...request, id: id!, status: "assigned", createdAt: yield* DateTime.now }
      yield* (yield* PoolNumbers).add(number)
      yield* audit(actor, request.siteGroupingId, "phone_number.add", `phoneNumber:${id!}`)
      return number
    })
  )
})
