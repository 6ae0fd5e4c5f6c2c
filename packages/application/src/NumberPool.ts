/** The numbers that a tenant texts from. */
import type { PhoneNumber, PhoneNumberId, PoolNumber, Tenant } from "@careline/domain"
import { IdGenerator, PoolNumbers, Transaction } from "@careline/ports"
import { DateTime, Effect } from "effect"
import type { Actor } from "./Actor.ts"
import { audit } from "./Audit.ts"

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
