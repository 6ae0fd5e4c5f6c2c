/** Resolves the number that a contact texted or called to the one that answers: itself, or its replacement. */
import { InventoryNumber, type PhoneNumber, type Tenant } from "@careline/domain"
import { NumberInventory, Optional, TenantNumbers, type ReachedNumber } from "@careline/ports"
import { Effect } from "effect"

/** In the place of a number that is never texted from, another one of its tenant answers, where it has one. */
const answering = Effect.fnUntraced(function* (reached: ReadonlyArray<ReachedNumber>) {
  const mute = reached.filter(({ on }) => on.purpose === "voice")
  // As a rule there is none.
  if (mute.length === 0) return reached
  const numbers = yield* (yield* TenantNumbers).list([...new Set(mute.map(({ on }) => on.siteGroupingId))])
  const instead = (tenant: Tenant) =>
    InventoryNumber.textingNumber(numbers.filter(({ siteGroupingId }) => siteGroupingId === tenant))
  return reached.map(({ number, on }) => ({
    number,
    on: on.purpose === "voice" ? (instead(on.siteGroupingId) ?? on) : on
  }))
})

/** Of those digits that are a tenant's. A store that replaces no numbers has no inventory: there every number answers itself. */
export const resolveInboundNumbers = Effect.fnUntraced(function* (digits: ReadonlyArray<PhoneNumber.E164>) {
  const inventory = yield* Optional.of(NumberInventory)
  return yield* answering(inventory === undefined ? yield* themselves(digits) : yield* inventory.reached(digits))
})

const themselves = Effect.fnUntraced(function* (digits: ReadonlyArray<PhoneNumber.E164>) {
  const numbers = yield* (yield* TenantNumbers).byNumbers(digits)
  return numbers.map((on): ReachedNumber => ({ number: on.number, on }))
})

/** The same for texts of many tenants at once, of whom none waits for another one's numbers: those are `busy`. */
export const reachedAtOnce = Effect.fnUntraced(function* (digits: ReadonlyArray<PhoneNumber.E164>) {
  const inventory = yield* Optional.of(NumberInventory)
  const { busy, reached } =
    inventory === undefined ? { reached: yield* themselves(digits), busy: [] } : yield* inventory.reachedAtOnce(digits)
  return { reached: yield* answering(reached), busy }
})
