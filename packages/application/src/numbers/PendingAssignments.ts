/** What tenants wait for, as their administrators see and end it, and how a number of theirs meets it. */
import { type InventoryNumber, PendingAssignment, type PendingAssignmentId, type Tenant } from "@careline/domain"
import { Broadcaster, NumberInventory, Scope, SiteGroupings, Transaction } from "@careline/ports"
import { Effect, Option } from "effect"
import { asStaff, asSystem } from "../access/Access.ts"
import type { Actor } from "../access/Actor.ts"
import { audit } from "../access/Audit.ts"
import { AssignmentMet, NotFound } from "../shared/Errors.ts"
import { noteNews, tellingNews } from "./PendingNews.ts"
import { retryOnConflict } from "../shared/RetryOnConflict.ts"

/** What the tenant waits for; `null`: nothing. */
export const pendingOf = Effect.fnUntraced(function* (tenant: Tenant) {
  const pending = yield* (yield* NumberInventory).pendingAssignments
  return pending.find(({ siteGroupingId }) => siteGroupingId === tenant) ?? null
})

/** Tells the screens of their tenants: ids only. */
const publish = Effect.fnUntraced(function* (changed: ReadonlyArray<PendingAssignment.PendingAssignment>) {
  const told = changed.map(({ id, siteGroupingId }) => ({
    siteGroupingId,
    type: "pending_assignment.updated" as const,
    pendingAssignmentId: id
  }))
  if (told.length > 0) yield* (yield* Broadcaster).publish(told)
})

/** Has the tenant wait. In the ambient transaction. */
export const addPending = Effect.fnUntraced(function* (pending: PendingAssignment.PendingAssignment) {
  yield* (yield* NumberInventory).addPendingAssignment(pending)
  yield* publish([pending])
})

/** Keeps what became of them, and tells of what it changed: who has them end first is the only one. In the ambient transaction. */
export const savePending = Effect.fnUntraced(function* (
  assignments: ReadonlyArray<PendingAssignment.PendingAssignment>
) {
  if (assignments.length === 0) return
  const saved = new Set(yield* (yield* NumberInventory).savePendingAssignments(assignments))
  const changed = assignments.filter(({ id }) => saved.has(id))
  yield* publish(changed)
  yield* noteNews(changed)
})

/** The tenant has a number that it waited for. In the ambient transaction. */
export const meet = Effect.fnUntraced(function* (
  pending: PendingAssignment.PendingAssignment,
  number: Pick<InventoryNumber.InventoryNumber, "id">
) {
  yield* savePending([PendingAssignment.meet(pending, number)])
})

/**
 * What the tenant waits for, with nobody else assigning it a number; `null` where it waits for nothing, or is not active any
 * more. What was assigned under its key meanwhile has met it: no key is used for two numbers. In the ambient transaction.
 */
export const holdPending = Effect.fnUntraced(function* (tenant: Tenant) {
  const inventory = yield* NumberInventory
  if (!(yield* (yield* SiteGroupings).hold(tenant))) return null
  yield* inventory.holdAssignments(tenant)
  const pending = yield* pendingOf(tenant)
  if (pending === null || pending.key === null) return pending
  const taken = (yield* inventory.list([tenant])).find(({ assignmentKey }) => assignmentKey === pending.key)
  if (taken === undefined) return pending
  yield* meet(pending, taken)
  return null
})

/** What the tenants that the actor sees wait for, the oldest first. */
export const listPendingAssignments = Effect.fnUntraced(function* (actor: Actor) {
  const pending = yield* asStaff(actor)((yield* NumberInventory).pendingAssignments)
  return pending.filter(({ siteGroupingId }) => Scope.includes(actor.scope, siteGroupingId))
})

/** One of them, over or not. */
export const viewPendingAssignment = Effect.fnUntraced(function* (actor: Actor, id: PendingAssignmentId) {
  const found = yield* asStaff(actor)((yield* NumberInventory).pendingAssignment(actor.scope, id))
  return Option.isSome(found) ? found.value : yield* new NotFound({ entity: "pendingAssignment" })
})

/**
 * Ends the wait. Fails with `AssignmentMet` where the tenant has the number by now; ending it again changes nothing. What was
 * ordered for it meanwhile goes to the pool.
 */
export const cancelPendingAssignment = Effect.fn("cancelPendingAssignment")(function* (
  actor: Actor,
  id: PendingAssignmentId
) {
  const { siteGroupingId } = yield* viewPendingAssignment(actor, id)
  const { transact } = yield* Transaction
  const once = transact(
    Effect.gen(function* () {
      const inventory = yield* NumberInventory
      yield* inventory.holdAssignments(siteGroupingId)
      const pending = yield* viewPendingAssignment(actor, id)
      if (pending.state === "assigned") return yield* new AssignmentMet({ phoneNumberId: pending.phoneNumberId })
      if (pending.state === "cancelled") return pending
      const cancelled = PendingAssignment.cancel(pending)
      yield* savePending([cancelled])
      yield* audit(actor, siteGroupingId, "phone_number.cancel", `pendingAssignment:${id}`)
      return cancelled
    })
  )
  return yield* asSystem(retryOnConflict(tellingNews(once)))
})
