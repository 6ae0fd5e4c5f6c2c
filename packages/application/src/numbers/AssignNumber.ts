/** Gives a tenant a number of the pool, in one local transaction: no provider is asked, and nobody waits for another. */
import {
  InventoryNumber,
  NumberPrices,
  PendingAssignment,
  type PendingAssignmentId,
  PoolPlan,
  type SiteGroupingId,
  type Tenant
} from "@careline/domain"
import { IdGenerator, NumberInventory, SiteGroupings, TelephonyProviders, Transaction } from "@careline/ports"
import { Context, DateTime, Effect, Option, Schema } from "effect"
import { asSystem } from "../access/Access.ts"
import { type Actor, assertSees } from "../access/Actor.ts"
import { audit } from "../access/Audit.ts"
import { retryOnConflict } from "../shared/RetryOnConflict.ts"
import {
  AssignmentPending,
  IdempotencyMismatch,
  NotFound,
  NumberHeld,
  NumberNotForSale,
  PoolEmpty
} from "../shared/Errors.ts"
import { type Given, reader } from "../shared/ReadRequest.ts"
import { AreaCode, IdempotencyKey, nullable, optional, Purpose } from "../shared/RequestFields.ts"
import { addPending, meet, pendingOf, savePending } from "./PendingAssignments.ts"
import { tellingNews } from "./PendingNews.ts"
import { PoolBudget } from "./PoolBudget.ts"
import { assertActive } from "../access/TenantRecord.ts"

/** Whether this host buys numbers when the pool has none. Off unless a host switches it on: nothing is bought by surprise. */
export const BuysNumbers: Context.Reference<boolean> = Context.Reference("careline/application/BuysNumbers", {
  defaultValue: () => false
})

/** `Ordered`: the pool has none of that kind, and one is being bought for the tenant. */
export type AssignedNumber =
  | { readonly _tag: "Assigned"; readonly number: InventoryNumber.InventoryNumber }
  | { readonly _tag: "Ordered"; readonly pending: PendingAssignment.PendingAssignment }

/** A number that is wanted. */
export const NewAssignment = Schema.Struct({
  /** Three digits of the North American Numbering Plan; `null`: any. */
  areaCode: nullable(AreaCode),
  /** `voice`: the caller ID of a voice agent, attached to the trunk at its provider. `both` where it is left out. */
  purpose: Purpose,
  /** Another number beside those that the tenant has. Without it, a tenant with a number in service gets that number again. */
  additional: optional(Schema.Boolean)
}).annotate({ identifier: "PhoneNumberAssignment" })

/** A number that is wanted for a tenant. */
export const AssignmentRequest = Schema.Struct({
  ...NewAssignment.fields,
  /** Two requests of a tenant with one key get one number. */
  idempotencyKey: nullable(IdempotencyKey)
})
export type AssignmentRequest = Given<typeof AssignmentRequest.Encoded>

const readAssignment = reader(AssignmentRequest)

/** As it was read. */
interface Asked {
  readonly areaCode: string | null
  readonly purpose: InventoryNumber.NumberPurpose
  readonly additional: boolean
  readonly idempotencyKey: string | null
}

/** What the tenant got under the key, if it did. The key of another request, met or not, is no key of this one. */
const asked = Effect.fnUntraced(function* (
  tenant: Tenant,
  key: string,
  { areaCode, purpose }: Pick<Asked, "areaCode" | "purpose">
) {
  const inventory = yield* NumberInventory
  const number = (yield* inventory.list([tenant])).find(({ assignmentKey }) => assignmentKey === key) ?? null
  const pending = yield* pendingOf(tenant)
  const isOther =
    number === null
      ? pending !== null && pending.key === key && (pending.areaCode !== areaCode || pending.purpose !== purpose)
      : !PendingAssignment.isServedBy({ areaCode, purpose }, number)
  return isOther
    ? yield* new IdempotencyMismatch({ message: "The idempotency key was used for a number of another kind" })
    : number
})

/** The tenant's numbers in service that do for the purpose, its default first. */
const inService = Effect.fnUntraced(function* (tenant: Tenant, wanted: InventoryNumber.NumberPurpose) {
  const purposes = InventoryNumber.purposesFor(wanted)
  return (yield* (yield* NumberInventory).list([tenant])).filter(
    ({ purpose, status }) => status === "assigned" && purposes.includes(purpose)
  )
})

/** The number in service that meets a request for none beside it; `null` where the tenant has none. */
const assigned = Effect.fnUntraced(function* (
  tenant: Tenant,
  { areaCode, purpose }: Pick<Asked, "areaCode" | "purpose">
) {
  const numbers = yield* inService(tenant, purpose)
  const [preferred] = numbers
  if (preferred === undefined || areaCode === null) return preferred ?? null
  const there = numbers.find(({ number }) => InventoryNumber.areaCodeOf(number) === areaCode)
  return there ?? (yield* new NumberHeld({ phoneNumberId: preferred.id }))
})

/** What keeps this host from buying any number of the purpose, whatever is on offer. */
const assertForSale = Effect.fnUntraced(function* (purpose: InventoryNumber.NumberPurpose) {
  const { active } = yield* TelephonyProviders.TelephonyProviders
  if (purpose === "voice" && active.capabilities.numbers?.trunk !== true) {
    return yield* new NumberNotForSale({ reason: "no_trunk" })
  }
  const { country, monthly, prices } = yield* PoolBudget
  const on = DateTime.formatIsoDateUtc(yield* DateTime.now)
  const listed = NumberPrices.find(prices, { provider: active.provider, country, on })
  const reason = PoolPlan.obstacleOf(monthly, listed, active.capabilities.numbers?.prices ?? true)
  if (reason !== null) return yield* new NumberNotForSale({ reason })
})

/** Has the tenant wait. Who waits for such a number does so still; what is not additional takes the place of what it waited for. */
const wait = Effect.fnUntraced(function* (actor: Actor, siteGroupingId: Tenant, request: Asked) {
  const { additional, areaCode, idempotencyKey: key, purpose } = request
  const before = yield* pendingOf(siteGroupingId)
  if (before !== null) {
    const isOtherPurpose = before.purpose !== purpose
    const isSame = additional ? key !== null && before.key === key : before.areaCode === areaCode
    if (isSame && !isOtherPurpose) return before
    if (additional || isOtherPurpose) return yield* new AssignmentPending({ pendingAssignmentId: before.id })
    yield* savePending([PendingAssignment.cancel(before)])
  }
  yield* assertForSale(purpose)
  const [id] = (yield* (yield* IdGenerator).next("pendingAssignment", 1)) as ReadonlyArray<PendingAssignmentId>
  const pending = PendingAssignment.begin({ id: id!, siteGroupingId, areaCode, purpose, key }, yield* DateTime.now)
  yield* addPending(pending)
  yield* audit(actor, siteGroupingId, "phone_number.request", `pendingAssignment:${pending.id}`)
  return pending
})

/** What the tenant waited for is met, or replaced by a later request. An additional number is none that another key waits for. */
const endPending = Effect.fnUntraced(function* (
  tenant: Tenant,
  { additional, idempotencyKey }: Asked,
  number: InventoryNumber.InventoryNumber
) {
  const pending = yield* pendingOf(tenant)
  const isMet = pending !== null && InventoryNumber.purposesFor(pending.purpose).includes(number.purpose)
  if (isMet && (!additional || (idempotencyKey !== null && pending.key === idempotencyKey))) {
    yield* meet(pending, number)
  }
})

/** A number of the pool, or a place among those who wait for one. In the ambient transaction, which holds the assignments. */
const assign = Effect.fnUntraced(function* (actor: Actor, siteGroupingId: Tenant, request: Asked) {
  const { areaCode, idempotencyKey: key, purpose } = request
  const at = yield* DateTime.now
  const taken = yield* (yield* NumberInventory).take({ siteGroupingId, areaCode, purpose, key, at })
  if (Option.isSome(taken)) {
    yield* endPending(siteGroupingId, request, taken.value)
    yield* audit(actor, siteGroupingId, "phone_number.assign", `phoneNumber:${taken.value.id}`)
    return { _tag: "Assigned", number: taken.value } satisfies AssignedNumber
  }
  if (!(yield* BuysNumbers)) return yield* new PoolEmpty({ areaCode })
  return { _tag: "Ordered", pending: yield* wait(actor, siteGroupingId, request) } satisfies AssignedNumber
})

/** Assigns a number of the pool to a tenant that the actor administers. */
export const assignFromPool = Effect.fn("assignFromPool")(function* (
  actor: Actor,
  siteGroupingId: Tenant,
  given: AssignmentRequest
) {
  yield* assertSees(actor, siteGroupingId)
  const { additional = false, areaCode = null, idempotencyKey = null, purpose = "both" } = yield* readAssignment(given)
  const request: Asked = { additional, areaCode, purpose, idempotencyKey }
  const { transact } = yield* Transaction
  const once = transact(
    Effect.gen(function* () {
      yield* assertActive(siteGroupingId)
      yield* (yield* NumberInventory).holdAssignments(siteGroupingId)
      const underKey = idempotencyKey === null ? null : yield* asked(siteGroupingId, idempotencyKey, request)
      const known = underKey ?? (additional ? null : yield* assigned(siteGroupingId, request))
      return known === null
        ? yield* assign(actor, siteGroupingId, request)
        : ({ _tag: "Assigned", number: known } satisfies AssignedNumber)
    })
  )
  return yield* asSystem(retryOnConflict(tellingNews(once)))
})

/** `None`: the tenant is active, and has to do without a number for now. */
export type Activation = AssignedNumber | { readonly _tag: "None"; readonly areaCode: string | null }

/** The one number of a tenant that becomes active. In the ambient transaction, which has locked the tenant. */
export const assignFirst = Effect.fnUntraced(function* (
  actor: Actor,
  siteGroupingId: SiteGroupingId,
  areaCode: string | null
) {
  yield* (yield* NumberInventory).holdAssignments(siteGroupingId)
  const [number] = yield* inService(siteGroupingId, "both")
  if (number !== undefined) return { _tag: "Assigned", number } satisfies Activation
  const request: Asked = { additional: false, areaCode, purpose: "both", idempotencyKey: null }
  return yield* assign(actor, siteGroupingId, request).pipe(
    Effect.catchTag(["PoolEmpty", "NumberNotForSale"], () => Effect.succeed<Activation>({ _tag: "None", areaCode })),
    // What is not additional takes the place of what was waited for.
    Effect.catchTag("AssignmentPending", Effect.die)
  )
})

/**
 * For the backend that embeds Careline, when it activates a tenant: puts the tenant on record, or brings it back, and gives it
 * a number. Called again it gives the number that the tenant has. An empty pool is no reason not to be active.
 */
export const assignOnActivation = Effect.fn("assignOnActivation")(function* (
  actor: Actor,
  siteGroupingId: SiteGroupingId,
  areaCode: string | null
) {
  yield* assertSees(actor, siteGroupingId)
  yield* readAssignment({ areaCode })
  const { transact } = yield* Transaction
  const once = transact(
    Effect.gen(function* () {
      const groupings = yield* SiteGroupings
      const found = yield* groupings.lock(siteGroupingId)
      if (Option.isNone(found)) {
        yield* groupings.add({ id: siteGroupingId, name: null, createdAt: yield* DateTime.now, deactivatedAt: null })
        yield* audit(actor, siteGroupingId, "site_grouping.create", `siteGrouping:${siteGroupingId}`)
      } else if (found.value.deactivatedAt !== null) {
        yield* groupings.save({ ...found.value, deactivatedAt: null })
        yield* audit(actor, siteGroupingId, "site_grouping.reactivate", `siteGrouping:${siteGroupingId}`)
      }
      return yield* assignFirst(actor, siteGroupingId, areaCode)
    })
  )
  return yield* asSystem(
    retryOnConflict(tellingNews(once)).pipe(
      // Somebody else put it on record at the same time.
      Effect.catchTag("SiteGroupingTaken", () => retryOnConflict(tellingNews(once))),
      Effect.catchTag("SiteGroupingTaken", () => Effect.fail(new NotFound({ entity: "siteGrouping" })))
    )
  )
})
