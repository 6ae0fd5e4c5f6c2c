/** The numbers that a tenant texts from. */
import { InventoryNumber, PendingAssignment, PhoneNumber, type PhoneNumberId, Tenant } from "@careline/domain"
import {
  IdGenerator,
  NumberInventory,
  type NumberTaken,
  Optional,
  TenantNumbers,
  TelephonyProviders,
  Transaction
} from "@careline/ports"
import { DateTime, Effect, Schema } from "effect"
import { asSystem, byStaff } from "../access/Access.ts"
import { type Actor, assertSees } from "../access/Actor.ts"
import { audit } from "../access/Audit.ts"
import { NumberRefused, NumberRests } from "../shared/Errors.ts"
import { meet } from "./PendingAssignments.ts"
import { tellingNews } from "./PendingNews.ts"
import { assertOurs } from "./NumberOwnership.ts"
import { releaseParked } from "../inbound/ParkedEvents.ts"
import { type Given, reader } from "../shared/ReadRequest.ts"
import { Name, nullable, Purpose, Reason } from "../shared/RequestFields.ts"
import { assertActive } from "../access/TenantRecord.ts"

export const listNumbers = Effect.fnUntraced(function* (actor: Actor) {
  return yield* (yield* TenantNumbers).list(actor.scope)
}, byStaff)

/** Of a number that is taken a tenant hears so only where it is its own: whether another one has it is not said. */
const notSayingWhose = Effect.fnUntraced(function* (actor: Actor, taken: NumberTaken) {
  if (actor.scope === "all") return yield* assertAwake(taken)
  const seen = yield* (yield* TenantNumbers).list(actor.scope)
  return yield* seen.some(({ number }) => number === taken.number) ? taken : new NumberRefused({ reason: "not_yours" })
})

/** Fails with `NumberRests` of a number that is taken because it rests, for who sees all numbers. */
export const assertAwake = Effect.fnUntraced(function* (taken: NumberTaken) {
  const inventory = yield* Optional.of(NumberInventory)
  const found = inventory === undefined ? [] : yield* asSystem(inventory.byNumbers([taken.number as PhoneNumber.E164]))
  const resting = found.find(({ holder, status }) => holder === null && status !== "available")
  return yield* resting === undefined ? taken : new NumberRests({ until: resting.endsAt })
})

/** What is said of a number that a provider has assigned to us. */
export const OwnedNumber = {
  number: PhoneNumber.E164,
  /** The provider's id of the number. */
  providerSid: nullable(Name),
  /** The provider that carries it; the active one, whichever that is, where it is left out. */
  provider: nullable(Name),
  /** `voice`: the number is attached to a trunk at its provider, and is the caller ID of a voice agent. */
  purpose: Purpose,
  /** Why the number is ours although no provider can tell, for who sees all tenants. The audit log keeps it. */
  overrideReason: nullable(Reason)
}

/** A number that a provider has assigned to us, to be added to a tenant. */
export const NumberAddition = Schema.Struct({
  ...OwnedNumber,
  /** One that is on record. */
  siteGroupingId: Tenant,
  label: nullable(Name)
})
export type NumberAddition = Given<typeof NumberAddition.Encoded>

const readAddition = reader(NumberAddition)

/** Keeps it, and meets what the tenant waits for with it. A store of the backend's own may keep no such wait. */
const enter = Effect.fnUntraced(function* (number: InventoryNumber.TenantNumber) {
  const inventory = yield* Optional.of(NumberInventory)
  if (inventory === undefined) return yield* (yield* TenantNumbers).add(number)
  yield* inventory.holdAssignments(number.siteGroupingId)
  const entered = InventoryNumber.entered(number)
  const pending = (yield* inventory.pendingAssignments).find(
    (one) => one.siteGroupingId === number.siteGroupingId && PendingAssignment.isServedBy(one, number)
  )
  yield* inventory.add({ ...entered, assignmentKey: pending?.key ?? null })
  if (pending !== undefined) yield* Effect.provideService(meet(pending, number), NumberInventory, inventory)
})

/**
 * Adds a number to a tenant. The provider is asked first whether it is ours. Fails with `NumberRefused` for one that is not,
 * and, with the same words, for one that another tenant or the pool has.
 */
export const addNumber = Effect.fn("addNumber")(function* (actor: Actor, given: NumberAddition) {
  const {
    label,
    number: digits,
    overrideReason,
    provider,
    providerSid,
    purpose = "both",
    siteGroupingId
  } = yield* readAddition(given)
  yield* assertSees(actor, siteGroupingId)
  const ours = yield* assertOurs(yield* TelephonyProviders.TelephonyProviders, actor, {
    number: digits,
    provider: provider ?? null,
    overrideReason: overrideReason ?? null
  })
  const { transact } = yield* Transaction
  const added = yield* tellingNews(
    transact(
      Effect.gen(function* () {
        yield* assertActive(siteGroupingId)
        const [id] = (yield* (yield* IdGenerator).next("phoneNumber", 1)) as ReadonlyArray<PhoneNumberId>
        const number: InventoryNumber.TenantNumber = {
          id: id!,
          siteGroupingId,
          number: digits,
          label: label ?? null,
          provider: ours.provider,
          providerSid: providerSid ?? null,
          purpose,
          status: "assigned",
          createdAt: yield* DateTime.now
        }
        yield* enter(number)
        yield* audit(actor, siteGroupingId, "phone_number.add", `phoneNumber:${id!}`, ours.detail)
        return number
      })
    )
  ).pipe(Effect.catchTag("NumberTaken", (taken) => notSayingWhose(actor, taken)))
  // What the provider delivered before is applied now; should that fail, a worker does it.
  yield* Effect.ignore(releaseParked())
  return added
}, byStaff)
