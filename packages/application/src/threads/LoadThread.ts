/** Loads the thread of a request, if its actor may see it. */
import { Consent, PhoneNumber, type PhoneNumberId, Thread, type ThreadId } from "@careline/domain"
import { Consents, PoolNumbers, Scope, Threads } from "@careline/ports"
import { Effect, Option } from "effect"
import type { Actor } from "../access/Actor.ts"
import { NotFound, NoSenderNumber } from "../shared/Errors.ts"
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
export const poolNumber = Effect.fnUntraced(function* (tenant: Thread.Thread["siteGroupingId"], id: PhoneNumberId) {
  const number = Option.getOrUndefined(yield* (yield* PoolNumbers).get([tenant], id))
  return number === undefined || number.status === "replaced" ? yield* new NotFound({ entity: "phoneNumber" }) : number
})

/** The country in which numbers without a country code are read: that of the tenant's line. */
export const regionOf = Effect.fnUntraced(function* (tenant: Thread.Thread["siteGroupingId"]) {
  const line = Option.getOrUndefined(yield* (yield* PoolNumbers).defaultOf(tenant))
  return (line === undefined ? undefined : PhoneNumber.country(line.number)) ?? "US"
})

/** The number that the thread answers from: its lock, else what the contact used last, else the tenant's default. */
export const senderOf = Effect.fnUntraced(function* (thread: Thread.Thread) {
  const numbers = yield* PoolNumbers
  const fallback = Option.getOrNull(yield* numbers.defaultOf(thread.siteGroupingId))
  const id = Thread.fromNumber(thread, null, fallback?.id ?? null)
  const found =
    id === null || id === fallback?.id ? fallback : Option.getOrNull(yield* numbers.get([thread.siteGroupingId], id))
  // A number is no more the tenant's, or was replaced, since the thread was locked to it.
  const from =
    found?.status === "replaced" ? (yield* resolveInboundNumbers([found.number]))[0]?.on : (found ?? fallback)
  return from == null || from.status !== "assigned"
    ? yield* new NoSenderNumber({ message: "There is no number in service to send from" })
    : from
})
