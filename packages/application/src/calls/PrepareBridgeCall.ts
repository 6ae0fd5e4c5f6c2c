/**
 * A clinician prepares a masked call to a thread's contact: they dial our number then, or are called by it. The contact sees
 * the number that they know, and nobody but the provider that calls it ever gets the clinician's own.
 */
import {
  BridgeRequest,
  type BridgeRequestId,
  Call,
  type CallId,
  CallPlan,
  type Contact,
  PhoneNumber,
  PhoneNumberId,
  InventoryNumber,
  type Tenant,
  type Thread,
  ThreadId
} from "@careline/domain"
import {
  BridgeRequests,
  Calls,
  Directory,
  IdGenerator,
  Settings,
  type Telephony,
  TelephonyProviders,
  TenantNumbers,
  Transaction
} from "@careline/ports"
import { DateTime, Effect, Option, Result, Schema } from "effect"
import { byStaff } from "../access/Access.ts"
import type { Actor } from "../access/Actor.ts"
import { audit } from "../access/Audit.ts"
import { ownNumbersAmong } from "../access/OwnNumbers.ts"
import { CallNotPlaced, CallRefused, InvalidRequest, NoSenderNumber, TooManyCallbacks } from "../shared/Errors.ts"
import { describeFault } from "../shared/Fault.ts"
import { Limits } from "../shared/Limits.ts"
import { lockThread, tenantNumber, senderOf, viewThread } from "../threads/LoadThread.ts"
import { type Given, reader } from "../shared/ReadRequest.ts"
import { Note, nullable, optional } from "../shared/RequestFields.ts"

/** A masked call. */
export const NewBridgeCall = Schema.Struct({
  /** `dial_in` where it is left out. */
  mode: optional(BridgeRequest.Mode),
  /** In E.164 form; `null`: the one that the directory has. */
  clinicianNumber: nullable(PhoneNumber.E164),
  /** What the contact shall see; `null`: the number that they know. */
  callerIdPhoneNumberId: nullable(PhoneNumberId),
  reason: nullable(Note),
  notes: nullable(Note)
}).annotate({ identifier: "NewBridgeCall" })

/** A masked call to the contact of a thread. */
export const BridgeCallRequest = Schema.Struct({ threadId: ThreadId, ...NewBridgeCall.fields })
export type BridgeCallRequest = Given<typeof BridgeCallRequest.Encoded>

const readRequest = reader(BridgeCallRequest)

/** As it was read. */
interface Asked {
  readonly threadId: ThreadId
  readonly mode: BridgeRequest.Mode
  readonly clinicianNumber: PhoneNumber.E164 | null
  readonly callerIdPhoneNumberId: PhoneNumberId | null
  readonly reason: string | null
  readonly notes: string | null
}

/** What the clinician needs to know. Theirs alone: it holds their number and their PIN. */
export interface PreparedCall {
  readonly mode: BridgeRequest.Mode
  readonly bridgeNumber: PhoneNumber.E164
  readonly clinicianNumber: PhoneNumber.E164
  readonly callerId: CallPlan.CallerId
  readonly expiresAt: DateTime.Utc
  readonly instructions: string
  /** Asked when more than one call is prepared from this number, or when the number is new; `null` where no call is dialled. */
  readonly pin: string | null
  /** The call, where it is placed already. */
  readonly callId: CallId | null
}

const makePin = (): string =>
  Array.from(crypto.getRandomValues(new Uint32Array(BridgeRequest.PIN_DIGITS)), (random) => random % 10).join("")

/** The clinician's number, and since when it has been theirs. */
const phoneOf = Effect.fnUntraced(function* (
  actor: Actor,
  tenant: Tenant,
  given: PhoneNumber.E164 | null,
  now: DateTime.Utc
) {
  const known = yield* (yield* Directory).clinicianPhone(actor.userId, tenant)
  const number = given ?? known?.number
  if (number === undefined) {
    return yield* new InvalidRequest({ field: "clinicianNumber", message: "is needed: the directory has none for you" })
  }
  const latest = Option.getOrNull(yield* (yield* BridgeRequests).latestOf(actor.userId))
  const noted = known?.number === number ? known.since : null
  return { number, since: noted ?? (latest?.clinicianNumber === number ? latest.numberSince : now) }
})

/** The number that the contact shall see. */
const callerIdOf = Effect.fnUntraced(function* (thread: Thread.Thread, chosen: PhoneNumberId | null) {
  if (chosen === null) {
    const { number: sender } = yield* senderOf(thread)
    if (InventoryNumber.canCall(sender)) return sender
    // The thread is texted from a number that is shown to nobody.
    const other = InventoryNumber.callerIdNumber(yield* (yield* TenantNumbers).list([thread.siteGroupingId]))
    return other ?? (yield* new NoSenderNumber({ message: "There is no number in service to call from" }))
  }
  const number = yield* tenantNumber(thread.siteGroupingId, chosen)
  return !InventoryNumber.canCall(number)
    ? yield* new NoSenderNumber({ message: "The number is not in service" })
    : number
})

/** Which of those that may be in the call are numbers of ours, assigned or not: calls between them would go round. */
const oursAmong = Effect.fnUntraced(function* (actor: Actor, { clinicianNumber, threadId }: Asked) {
  const { thread } = yield* viewThread(actor, threadId)
  const clinician =
    clinicianNumber ?? (yield* (yield* Directory).clinicianPhone(actor.userId, thread.siteGroupingId))?.number
  // What is no number is in no pool.
  const numbers = [
    thread.externalContact as string as PhoneNumber.E164,
    ...(clinician === undefined ? [] : [clinician as PhoneNumber.E164])
  ]
  return yield* ownNumbersAmong(numbers)
})

/** Whom the thread's contact is, to be called from the number. Staff are not called elsewhere either. */
const destinationOf = Effect.fnUntraced(function* (
  thread: Thread.Thread,
  clinician: PhoneNumber.E164,
  on: InventoryNumber.TenantNumber,
  ours: ReadonlySet<string>
) {
  const refusal = PhoneNumber.destinationRefusal(clinician, [on.number])
  if (refusal !== null) return yield* new CallRefused({ reason: refusal })
  const theirs = BridgeRequest.clinicianRefusal(clinician, thread, ours.has(clinician))
  if (theirs !== null) return yield* new CallRefused({ reason: theirs })
  const found = BridgeRequest.destination(thread, on.number, ours.has(thread.externalContact))
  return Result.isFailure(found) ? yield* new CallRefused({ reason: found.failure.reason }) : found.success
})

const instructionsOf = (mode: BridgeRequest.Mode, bridgeNumber: PhoneNumber.E164, pin: string): string =>
  mode === "dial_in"
    ? `Call ${PhoneNumber.display(bridgeNumber)} from your phone. If you are asked for a PIN, enter ${pin}.`
    : `Your phone rings with ${PhoneNumber.display(bridgeNumber)}. Press 1 to be connected.`

/** One phone is rung by one callback at a time, whoever asked for it: who asks twice means one call. */
const assertFree = Effect.fnUntraced(function* ({
  clinicianId,
  clinicianNumber,
  createdAt: at,
  id
}: BridgeRequest.BridgeRequest) {
  const { callbackWindow, callbacksPerUser } = yield* Limits
  const until = DateTime.add(at, { seconds: BridgeRequest.CALLBACK_SECONDS })
  const quota = { calls: callbacksPerUser, since: DateTime.subtractDuration(at, callbackWindow) }
  const answer = yield* (yield* BridgeRequests).ring({ id, clinicianId, clinicianNumber, at, until }, quota)
  if (answer._tag === "Busy") return yield* new CallRefused({ reason: "ringing" })
  if (answer._tag === "TooMany") {
    const retryAfterMillis = answer.first.epochMilliseconds + callbackWindow - at.epochMilliseconds
    return yield* new TooManyCallbacks({ atMost: callbacksPerUser, retryAfterMillis })
  }
})

interface Prepared {
  readonly request: BridgeRequest.BridgeRequest
  /** The call that is to be placed. */
  readonly call: Call.Call | null
  readonly on: InventoryNumber.TenantNumber
}

/** The permission, and the call where one is placed, with their audit entry. */
const prepare = Effect.fnUntraced(function* (actor: Actor, given: Asked, ours: ReadonlySet<string>) {
  const limits = yield* Limits
  const ids = yield* IdGenerator
  const { active } = yield* TelephonyProviders.TelephonyProviders
  const now = yield* DateTime.now
  const thread = yield* lockThread(actor, given.threadId)
  const { siteGroupingId } = thread
  const [settings] = yield* (yield* Settings).effective([siteGroupingId])
  if (settings?.voipEnabled === false) return yield* new CallRefused({ reason: "voip_disabled" })
  const phone = yield* phoneOf(actor, siteGroupingId, given.clinicianNumber, now)
  const on = yield* callerIdOf(thread, given.callerIdPhoneNumberId)
  const contact = yield* destinationOf(thread, phone.number, on, ours)
  const [id] = yield* ids.next("bridgeRequest", 1)
  const request: BridgeRequest.BridgeRequest = {
    id: id as BridgeRequestId,
    siteGroupingId,
    threadId: thread.id,
    mode: given.mode,
    clinicianId: actor.userId,
    clinicianNumber: phone.number,
    numberSince: phone.since,
    bridgeNumberId: on.id,
    bridgeNumber: on.number,
    callerIdNumberId: on.id,
    callerId: CallPlan.callerId(on),
    contact,
    pin: makePin(),
    reason: given.reason,
    notes: given.notes,
    failedPins: 0,
    expiresAt: DateTime.addDuration(now, limits.bridgeLifetime),
    usedBy: null,
    createdAt: now
  }
  if (given.mode === "callback") yield* assertFree(request)
  yield* (yield* BridgeRequests).add(request)
  yield* audit(actor, siteGroupingId, "call.prepare", `thread:${thread.id}`, { mode: given.mode }, thread)
  if (given.mode === "dial_in") return { request, call: null, on } satisfies Prepared
  const [callId] = yield* ids.next("call", 1)
  const call = Call.open(
    {
      id: callId as CallId,
      siteGroupingId,
      purpose: "bridge",
      direction: "outbound",
      provider: on.provider ?? active.provider,
      providerCallId: null,
      plan: BridgeRequest.callback(request),
      fromNumber: on.number as string as Contact.Contact,
      toNumber: contact as string as Contact.Contact,
      phoneNumberId: on.id,
      threadId: thread.id,
      initiatorId: actor.userId,
      reason: given.reason,
      notes: given.notes
    },
    "initiated",
    now
  )
  yield* (yield* Calls).open(call)
  return { request, call, on } satisfies Prepared
})

/** The call is over before it began, and its phone does not ring. */
const noteFailure = Effect.fnUntraced(function* (id: CallId, permission: BridgeRequestId) {
  const { transact } = yield* Transaction
  yield* transact(
    Effect.gen(function* () {
      const calls = yield* Calls
      const now = yield* DateTime.now
      const found = yield* calls.load([id])
      yield* calls.save(
        found.map((call) =>
          Call.applyReport(call, { _tag: "Progressed", leg: "own", status: "failed", durationSeconds: null }, now)
        )
      )
      yield* (yield* BridgeRequests).rang([permission], now)
    })
  )
})

const notePlaced = Effect.fnUntraced(function* (id: CallId, providerCallId: string) {
  const { transact } = yield* Transaction
  yield* transact(
    Effect.gen(function* () {
      const calls = yield* Calls
      const found = yield* calls.load([id])
      yield* calls.save(found.map((call) => ({ ...call, providerCallId })))
    })
  )
})

/**
 * One try at the call. Of one whose outcome nobody knows the phone may ring: what becomes of it is heard by callbacks, and it
 * is not placed again.
 */
const place = Effect.fnUntraced(function* (call: Call.Call, request: BridgeRequest.BridgeRequest) {
  const limits = yield* Limits
  const telephony = (yield* TelephonyProviders.TelephonyProviders).byName(call.provider)
  const outcome: Telephony.CallOutcome =
    telephony === undefined
      ? { _tag: "NotSent", detail: "the provider is not configured" }
      : yield* telephony.calls
          .place({
            callId: call.id,
            from: request.callerId,
            to: request.clinicianNumber,
            ringSeconds: BridgeRequest.RING_SECONDS,
            maxSeconds: BridgeRequest.TALK_SECONDS
          })
          .pipe(
            Effect.timeoutOrElse({
              duration: limits.sendTimeout,
              orElse: () => Effect.succeed<Telephony.CallOutcome>({ _tag: "Unknown", detail: "no answer in time" })
            }),
            Effect.catch((error) =>
              Effect.succeed<Telephony.CallOutcome>({ _tag: "Rejected", reason: "other", code: error.reason._tag })
            )
          )
  switch (outcome._tag) {
    case "Placed":
      // The first callback brings the id as well: a phone that rings is no failure.
      return yield* notePlaced(call.id, outcome.providerCallId).pipe(
        Effect.catchCause((cause) => Effect.logWarning("The id of a call was not kept", describeFault(cause)))
      )
    case "Unknown":
      return
    case "Rejected":
      yield* noteFailure(call.id, request.id)
      return yield* new CallNotPlaced({ reason: outcome.reason, isRetryable: false })
    case "Throttled":
    case "NotSent":
      yield* noteFailure(call.id, request.id)
      return yield* new CallNotPlaced({ reason: "unavailable", isRetryable: true })
  }
})

export const prepareBridgeCall = Effect.fn("prepareBridgeCall")(function* (actor: Actor, wanted: BridgeCallRequest) {
  const asked = yield* readRequest(wanted)
  const given: Asked = {
    threadId: asked.threadId,
    mode: asked.mode ?? "dial_in",
    clinicianNumber: asked.clinicianNumber ?? null,
    callerIdPhoneNumberId: asked.callerIdPhoneNumberId ?? null,
    reason: asked.reason ?? null,
    notes: asked.notes ?? null
  }
  const { transact } = yield* Transaction
  // Before the transaction, which is within what the actor sees.
  const ours = yield* oursAmong(actor, given)
  const { call, request } = yield* transact(prepare(actor, given, ours))
  // The caller may hang up on us; a call that was placed is known all the same.
  if (call !== null) yield* Effect.uninterruptible(place(call, request))
  const { bridgeNumber, callerId, clinicianNumber, expiresAt, mode, pin } = request
  return {
    mode,
    bridgeNumber,
    clinicianNumber,
    callerId,
    expiresAt,
    instructions: instructionsOf(mode, bridgeNumber, pin),
    pin: mode === "dial_in" ? pin : null,
    callId: call?.id ?? null
  } satisfies PreparedCall
}, byStaff)
