/** Takes back what somebody did to a number by mistake: added it, gave it up, retired or released it, a moment ago. */
import { type InventoryNumber, NumberLifecycle, type PhoneNumberId, type Tenant } from "@careline/domain"
import {
  type AuditRecord,
  AuditTrail,
  NumberInventory,
  NumberOrders,
  Scope,
  SiteGroupings,
  Transaction
} from "@careline/ports"
import { DateTime, Effect } from "effect"
import { asSystem } from "../access/Access.ts"
import type { Actor } from "../access/Actor.ts"
import { audit } from "../access/Audit.ts"
import { NotFound, NothingToUndo } from "../shared/Errors.ts"
import { Limits } from "../shared/Limits.ts"
import { retryOnConflict } from "../shared/RetryOnConflict.ts"

type Owned = InventoryNumber.InventoryNumber

/** What was done last to the number. What the actor may not see of it is not found. */
const lastOf = Effect.fnUntraced(function* (actor: Actor, id: PhoneNumberId) {
  const query = { scope: "all", subject: `phoneNumber:${id}`, limit: 1, cursor: null } as const
  const [last] = (yield* (yield* AuditTrail).list(query)).items
  if (last === undefined || !Scope.includes(actor.scope, last.siteGroupingId)) {
    return yield* new NotFound({ entity: "phoneNumber" })
  }
  const { undoWithin } = yield* Limits
  const isRecent = DateTime.isLessThan(yield* DateTime.now, DateTime.add(last.at, { milliseconds: undoWithin }))
  return last.actor === actor.userId && isRecent ? last : yield* new NothingToUndo({ reason: "not_yours_or_too_late" })
})

/** The number is not ours, or not to be known here: as if it had never been added. */
const remove = Effect.fnUntraced(function* (number: Owned) {
  const inventory = yield* NumberInventory
  const [threads = 0] = yield* inventory.usage([number.id])
  if (threads > 0 || !(number.status === "assigned" || number.status === "available")) {
    return yield* new NothingToUndo({ reason: "in_use" })
  }
  yield* inventory.reassign([number.id], null, yield* DateTime.now)
  yield* inventory.remove(number.id)
  return null
})

/** Back to the tenant that gave it up. */
const giveBack = Effect.fnUntraced(function* (number: Owned, tenant: Tenant) {
  if (!(yield* (yield* SiteGroupings).hold(tenant))) return yield* new NotFound({ entity: "siteGrouping" })
  return yield* Effect.fromResult(NumberLifecycle.restore(number, tenant, yield* DateTime.now))
})

/** Into what it was retired from. */
const unretired = Effect.fnUntraced(function* (number: Owned, { from }: AuditRecord["detail"]) {
  const to = from === "available" ? "available" : "quarantined"
  return yield* Effect.fromResult(NumberLifecycle.unretire(number, to, yield* Limits, yield* DateTime.now))
})

/** Out of the order to give it back, unless its provider was asked by now. */
const takenBack = Effect.fnUntraced(function* (number: Owned, { from }: AuditRecord["detail"]) {
  if (!(yield* (yield* NumberOrders).cancelRelease(number.number))) {
    return yield* new NothingToUndo({ reason: "under_way" })
  }
  const as = from === "available" ? "available" : "retired"
  return yield* Effect.fromResult(NumberLifecycle.keep(number, as, yield* DateTime.now))
})

const undone = Effect.fnUntraced(function* (number: Owned, { action, detail, siteGroupingId }: AuditRecord) {
  switch (action) {
    case "phone_number.add":
    case "phone_number.pool":
    case "phone_number.adopt":
      return yield* remove(number)
    case "phone_number.quarantine":
      return yield* giveBack(number, siteGroupingId)
    case "phone_number.retire":
      return yield* unretired(number, detail)
    case "phone_number.release":
      return yield* takenBack(number, detail)
    default:
      return yield* new NothingToUndo({ reason: "other_action" })
  }
})

/**
 * Undoes the last thing that was done to the number, within `Limits.undoWithin`, for whoever did it. The number as it is
 * afterwards; `null` for one that was added, which is not on record any more.
 */
export const undoNumber = Effect.fn("undoNumber")(function* (actor: Actor, id: PhoneNumberId) {
  const { transact } = yield* Transaction
  const once = transact(
    Effect.gen(function* () {
      const inventory = yield* NumberInventory
      const { siteGroupingId } = yield* lastOf(actor, id)
      yield* (yield* SiteGroupings).hold(siteGroupingId)
      const [number] = yield* inventory.lock([id])
      if (number === undefined) return yield* new NotFound({ entity: "phoneNumber" })
      // Somebody may have been quicker.
      const last = yield* lastOf(actor, id)
      const before = yield* undone(number, last)
      if (before !== null) yield* inventory.save([before])
      yield* audit(actor, last.siteGroupingId, "phone_number.undo", `phoneNumber:${id}`, { undone: last.action })
      return before
    })
  )
  return yield* asSystem(retryOnConflict(once))
})
