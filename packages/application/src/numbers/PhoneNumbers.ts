/** A tenant's numbers, as its administrators see and edit them. */
import { InventoryNumber, NumberLifecycle, NumberReplacement, PhoneNumberId, type Tenant } from "@careline/domain"
import {
  type AuditLog,
  IdGenerator,
  NumberInventory,
  type NumberTaken,
  type Optional,
  Scope,
  Settings,
  type StorageError,
  TelephonyProviders,
  TenantNumbers,
  Transaction
} from "@careline/ports"
import { DateTime, Effect, Schema } from "effect"
import { asStaff, asSystem } from "../access/Access.ts"
import { type Actor, assertSees, assertSeesAll } from "../access/Actor.ts"
import { audit } from "../access/Audit.ts"
import { retryOnConflict } from "../shared/RetryOnConflict.ts"
import { InvalidRequest, NotFound, type NumberRefused, type NumberRests } from "../shared/Errors.ts"
import { assertAwake, OwnedNumber } from "./NumberPool.ts"
import { moveThreads } from "./MoveThreads.ts"
import { assertOurs } from "./NumberOwnership.ts"
import { type Given, reader } from "../shared/ReadRequest.ts"
import { Name, nullable, optional } from "../shared/RequestFields.ts"

const isSeen = (actor: Actor, { holder }: InventoryNumber.InventoryNumber): boolean =>
  holder !== null && Scope.includes(actor.scope, holder.siteGroupingId)

/** The numbers of a tenant, or of all that the actor sees; the oldest first. */
export const viewNumbers = Effect.fnUntraced(function* (actor: Actor, tenant: Tenant | undefined) {
  if (tenant !== undefined) yield* assertSees(actor, tenant)
  const inventory = yield* NumberInventory
  const numbers = yield* asStaff(actor)(inventory.list(tenant === undefined ? actor.scope : [tenant]))
  return numbers
    .filter((number) => isSeen(actor, number))
    .toSorted((one, other) => DateTime.Order(one.assignedAt, other.assignedAt))
})

export const viewNumber = Effect.fnUntraced(function* (actor: Actor, id: PhoneNumberId) {
  const found = (yield* viewNumbers(actor, undefined)).find((number) => number.id === id)
  return found ?? (yield* new NotFound({ entity: "phoneNumber" }))
})

/** How many threads answer from the number, deleted ones too: a new text reopens those with it. */
export const numberUsage = Effect.fnUntraced(function* (actor: Actor, id: PhoneNumberId) {
  yield* viewNumber(actor, id)
  const [count = 0] = yield* asStaff(actor)((yield* NumberInventory).usage([id]))
  return count
})

/** To be changed, with what gives way to it: nobody else changes any of them until the ambient transaction ends. */
const lockNumber = Effect.fnUntraced(function* (actor: Actor, id: PhoneNumberId, rivals: ReadonlyArray<PhoneNumberId>) {
  const locked = yield* (yield* NumberInventory).lock([...new Set([id, ...rivals])])
  const number = locked.find((one) => one.id === id)
  if (number === undefined || !isSeen(actor, number)) return yield* new NotFound({ entity: "phoneNumber" })
  return { number, locked }
})

/** What was the tenant's default a moment ago may have left it since. */
const otherDefaults = (
  locked: ReadonlyArray<InventoryNumber.InventoryNumber>,
  { holder, id }: InventoryNumber.InventoryNumber
) =>
  locked.flatMap((other) => {
    const isOfTenant = other.holder !== null && other.holder.siteGroupingId === holder?.siteGroupingId
    return other.isDefault && other.id !== id && isOfTenant ? [{ ...other, isDefault: false }] : []
  })

/** What to change of a number; what is not named stays. */
export const NumberEdit = Schema.Struct({
  label: nullable(Name),
  /** `suspended` takes the number out of service, `assigned` puts it back. */
  status: optional(Schema.Literals(["assigned", "suspended"])),
  /** Whether the tenant texts from it first. */
  isDefault: optional(Schema.Boolean),
  /** The number that the threads of a suspended one are moved to: a number in service of the same site grouping. */
  moveThreadsTo: nullable(PhoneNumberId)
}).annotate({ identifier: "PhoneNumberEdit" })
export type NumberEdit = Given<typeof NumberEdit.Encoded>

const readEdit = reader(NumberEdit)

/** A number after an edit, and what that means for the threads that answer from it. */
export interface EditedNumber extends InventoryNumber.InventoryNumber {
  /** Threads that send nothing until the number is in service again, they are moved, or another one may stand in. */
  readonly stoppedThreadsCount: number
  readonly movedThreadsCount: number
}

const edited = Effect.fnUntraced(function* (
  number: InventoryNumber.InventoryNumber,
  edit: typeof NumberEdit.Type,
  now: DateTime.Utc
) {
  const named = edit.label === undefined ? number : { ...number, label: edit.label }
  const moved =
    edit.status === undefined
      ? named
      : yield* Effect.fromResult(
          edit.status === "suspended" ? NumberLifecycle.suspend(named, now) : NumberLifecycle.resume(named, now)
        )
  return edit.isDefault === undefined ? moved : yield* Effect.fromResult(NumberLifecycle.prefer(moved, edit.isDefault))
})

/** Moves the threads of a suspended number to another one, which takes over that the tenant texts from it first. */
const moveAway = Effect.fnUntraced(function* (
  actor: Actor,
  before: InventoryNumber.InventoryNumber,
  number: InventoryNumber.InventoryNumber,
  locked: ReadonlyArray<InventoryNumber.InventoryNumber>,
  to: PhoneNumberId
) {
  if (number.status !== "suspended") {
    return yield* new InvalidRequest({ field: "moveThreadsTo", message: "is for the threads of a suspended number" })
  }
  const other = locked.find((one) => one.id === to && isSeen(actor, one))
  const [own, on] = [InventoryNumber.tenantNumber(number), other && InventoryNumber.tenantNumber(other)]
  if (own === null || on == null || other === undefined) return yield* new NotFound({ entity: "phoneNumber" })
  yield* Effect.fromResult(NumberReplacement.decide(own, 1, on))
  const threads = yield* moveThreads(number, on, yield* DateTime.now)
  if (before.isDefault) yield* (yield* NumberInventory).save([{ ...other, isDefault: true }])
  yield* audit(actor, on.siteGroupingId, "phone_number.move_threads", `phoneNumber:${number.id}`, {
    to,
    threads: threads.length
  })
  return threads.length
})

/** Threads that answer from a number that was suspended, deleted ones too, where no other one stands in for it. */
const stoppedBy = Effect.fnUntraced(function* ({ holder, id }: InventoryNumber.InventoryNumber) {
  const tenant = holder?.siteGroupingId ?? null
  const [settings] = yield* (yield* Settings).effective([tenant])
  const standIn = settings!.suspendedNumberFallback
    ? InventoryNumber.textingNumber(yield* (yield* TenantNumbers).list([tenant]))
    : undefined
  const [count = 0] = standIn === undefined ? yield* (yield* NumberInventory).usage([id]) : []
  return count
})

/**
 * Names a number, takes it out of service or back into it, or makes it the one that its tenant texts from first. Nothing leaves from a
 * suspended number: its threads stop, or are moved to another one.
 */
export const editNumber = Effect.fn("editNumber")(function* (actor: Actor, id: PhoneNumberId, given: NumberEdit) {
  const edit = yield* readEdit(given)
  const { holder } = yield* viewNumber(actor, id)
  const tenant = holder?.siteGroupingId ?? null
  const { moveThreadsTo = null } = edit
  if (moveThreadsTo !== null) yield* viewNumber(actor, moveThreadsTo)
  const { transact } = yield* Transaction
  const once = transact(
    Effect.gen(function* () {
      const inventory = yield* NumberInventory
      const rivals = edit.isDefault === true ? (yield* inventory.list([tenant])).filter((one) => one.isDefault) : []
      const { locked, number: before } = yield* lockNumber(actor, id, [
        ...rivals.map((one) => one.id),
        ...(moveThreadsTo === null ? [] : [moveThreadsTo])
      ])
      const now = yield* DateTime.now
      const number = yield* edited(before, edit, now)
      // One after the other: at most one of a tenant's is its default at any time.
      if (number.isDefault) yield* inventory.save(otherDefaults(locked, number))
      yield* inventory.save([number])
      const movedThreadsCount =
        moveThreadsTo === null ? 0 : yield* moveAway(actor, before, number, locked, moveThreadsTo)
      const stoppedThreadsCount = edit.status === "suspended" ? yield* stoppedBy(number) : 0
      yield* audit(actor, number.holder?.siteGroupingId ?? null, "phone_number.edit", `phoneNumber:${id}`, {
        fields: Object.keys(edit).toSorted().join(",")
      })
      return { ...number, stoppedThreadsCount, movedThreadsCount } satisfies EditedNumber
    })
  )
  return yield* asSystem(retryOnConflict(once))
})

/** A number that a provider has assigned to us, to be added to the pool. */
export const PoolAddition = Schema.Struct(OwnedNumber)
export type PoolAddition = Given<typeof PoolAddition.Encoded>

const readAddition = reader(PoolAddition)

/** Adds a number that is ours at the provider to the pool, unassigned. For who sees all tenants. */
export const addToPool = Effect.fn("addToPool")(function* (
  actor: Actor,
  given: PoolAddition
): Effect.fn.Return<
  InventoryNumber.InventoryNumber,
  InvalidRequest | NotFound | NumberRefused | NumberRests | NumberTaken | StorageError,
  | AuditLog
  | IdGenerator
  | NumberInventory
  | TelephonyProviders.TelephonyProviders
  | Transaction
  | Optional.Optional<NumberInventory>
> {
  yield* assertSeesAll(actor, "siteGrouping")
  const { number: digits, overrideReason, provider, providerSid, purpose = "both" } = yield* readAddition(given)
  const ours = yield* assertOurs(yield* TelephonyProviders.TelephonyProviders, actor, {
    number: digits,
    provider: provider ?? null,
    overrideReason: overrideReason ?? null
  })
  const { transact } = yield* Transaction
  return yield* asSystem(
    transact(
      Effect.gen(function* () {
        const [id] = (yield* (yield* IdGenerator).next("phoneNumber", 1)) as ReadonlyArray<PhoneNumberId>
        const given = {
          id: id!,
          number: digits,
          provider: ours.provider,
          providerSid: providerSid ?? null,
          monthlyPrice: null,
          purpose
        }
        const number = NumberLifecycle.acquire(given, yield* DateTime.now)
        yield* (yield* NumberInventory).add(number)
        yield* audit(actor, null, "phone_number.pool", `phoneNumber:${number.id}`, ours.detail)
        return number
      })
    ).pipe(Effect.catchTag("NumberTaken", assertAwake))
  )
})
