/** Looks the number up that a tenant's voice agent shows as its caller ID. */
import { InventoryNumber, type Tenant } from "@careline/domain"
import { TenantNumbers } from "@careline/ports"
import { Effect } from "effect"
import { byStaff } from "../access/Access.ts"
import { type Actor, assertSees } from "../access/Actor.ts"
import { NotFound } from "../shared/Errors.ts"

/** One in service that is not for texts alone; one bought for voice before others, and the tenant's default before the rest. */
export const callerId = Effect.fnUntraced(function* (actor: Actor, siteGroupingId: Tenant) {
  yield* assertSees(actor, siteGroupingId)
  const number = InventoryNumber.callerIdNumber(yield* (yield* TenantNumbers).list([siteGroupingId]))
  return number ?? (yield* new NotFound({ entity: "phoneNumber" }))
}, byStaff)
