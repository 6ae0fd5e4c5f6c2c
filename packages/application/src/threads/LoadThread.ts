/** Loads the thread of a request, if its actor may see it. */
import {
  Consent,
  InventoryNumber,
  PhoneNumber,
  type PhoneNumberId,
  type Tenant,
  Thread,
  type ThreadId
} from "@careline/domain"
import {
  Consents,
  type NumberInventory,
  type Optional,
  Scope,
  Settings,
  type StorageError,
  TenantNumbers,
  Threads
} from "@careline/ports"
import { Effect, Option } from "effect"
import type { Actor } from "../access/Actor.ts"
import { InvalidRequest, NotFound, NoSenderNumber, NumberSuspended } from "../shared/Errors.ts"
import { resolveInboundNumbers } from "../access/ResolveInboundNumbers.ts"

/** As it is shown. Looked at once more here: the isolation of tenants does not rest on every store alone. */
export const viewThread = Effect.fnUntraced(function* (actor: Actor, id: ThreadId) {
  const view = Option.getOrUndefined(yield* (yield* Threads).get(actor.scope, id, actor.userId))
  const isAsked = view?.thread.id === id && Scope.includes(actor.scope, view.thread.siteGroupingId)
  return view !== undefined && isAsked ? view : yield* new NotFound({ entity: "thread" })
})

/** To be changed: nobody else changes it until the transaction ends. */
export const lockThread = Effect.fnUntraced(function* (actor: Actor, id: ThreadId) {
  const { thread } = yield* viewThread(actor, id)
  const [locked] = yield* (yield* Threads).loadByIds([{ siteGroupingId: thread.siteGroupingId, threadId: id }])
  return locked?.id !== id || locked.deletedAt !== null ? yield* new NotFound({ entity: "thread" }) : locked
})

export const consentOf = Effect.fnUntraced(function* (
  thread: Pick<Thread.Thread, "siteGroupingId" | "externalContact">
) {
  const { externalContact: contact, siteGroupingId } = thread
  const [consent] = yield* (yield* Consents).load([{ siteGroupingId, contact }])
  return consent ?? Consent.unrecorded(siteGroupingId, contact)
})

/** A number of the tenant by its id, to be used from now on: one that was replaced is not. */
export const tenantNumber = Effect.fnUntraced(function* (tenant: Tenant, id: PhoneNumberId) {
  const number = (yield* (yield* TenantNumbers).list([tenant])).find((one) => one.id === id)
  return number === undefined || number.status === "replaced" ? yield* new NotFound({ entity: "phoneNumber" }) : number
})

/** The same, for a thread that answers from it. */
export const textingNumber = Effect.fnUntraced(function* (tenant: Tenant, id: PhoneNumberId) {
  const number = yield* tenantNumber(tenant, id)
  const message = "is a number that is never texted from"
  return number.purpose === "voice" ? yield* new InvalidRequest({ field: "phoneNumberId", message }) : number
})

/** The country in which numbers without a country code are read: that of the tenant's line. */
export const regionOf = Effect.fnUntraced(function* (tenant: Tenant) {
  const line = InventoryNumber.textingNumber(yield* (yield* TenantNumbers).list([tenant]))
  return (line === undefined ? undefined : PhoneNumber.country(line.number)) ?? "US"
})

/** A number to send from. */
export interface Sender {
  readonly number: InventoryNumber.TenantNumber
  /** Whether it is only for as long as the one that the contact knows is suspended. */
  readonly isStandIn: boolean
}

/**
 * The number that the thread answers from: its lock, else what the contact used last, else the tenant's default. Another one of
 * the tenant stands in for one that is suspended where that is allowed.
 */
export const senderFor = Effect.fnUntraced(function* (
  thread: Thread.Thread,
  isFallbackAllowed: boolean,
  /** The numbers of the thread's tenant, where they are known. */
  known?: ReadonlyArray<InventoryNumber.TenantNumber>
): Effect.fn.Return<
  Sender,
  NoSenderNumber | NumberSuspended | StorageError,
  TenantNumbers | Optional.Optional<NumberInventory>
> {
  const numbers = known ?? (yield* (yield* TenantNumbers).list([thread.siteGroupingId]))
  const fallback = InventoryNumber.textingNumber(numbers)
  const id = Thread.fromNumber(thread, null, fallback?.id ?? null)
  const found = numbers.find((one) => one.id === id)
  // A number is no more the tenant's, or was replaced, since the thread was locked to it; one for voice alone is not texted from.
  const own = found?.purpose === "voice" ? fallback : found
  const from = own?.status === "replaced" ? (yield* resolveInboundNumbers([own.number]))[0]?.on : (own ?? fallback)
  if (from?.status === "suspended") {
    return isFallbackAllowed && fallback !== undefined
      ? { number: fallback, isStandIn: true }
      : yield* new NumberSuspended({ phoneNumberId: from.id })
  }
  return from === undefined || !InventoryNumber.canText(from)
    ? yield* new NoSenderNumber({ message: "There is no number in service to send from" })
    : { number: from, isStandIn: false }
})

/** The same, as the tenant's settings allow. */
export const senderOf = Effect.fnUntraced(function* (thread: Thread.Thread) {
  const [settings] = yield* (yield* Settings).effective([thread.siteGroupingId])
  return yield* senderFor(thread, settings!.suspendedNumberFallback)
})
