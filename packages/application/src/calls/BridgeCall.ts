/**
 * Connects a masked call and uses up its permission, or treats the caller as a contact if they are no clinician.
 * In the ambient transaction.
 */
import { BridgeRequest, type Call, CallPlan, type Contact, type PhoneNumber } from "@careline/domain"
import { BridgeRequests, Calls, Inbox, type StorageError } from "@careline/ports"
import { type DateTime, Effect } from "effect"

/** Who calls or is called on the staff's side of a bridge: their own numbers are written down nowhere. */
export const STAFF = "staff" as Contact.Contact

const permissionsOf = ({ plan }: Pick<Call.Call, "plan">) =>
  CallPlan.nodes(plan).flatMap((node) => (node._tag === "Connect" ? [node.permission] : []))

/** What to do at a `Connect`: it, if the call may use its permission, and else what is said when nobody is reached. */
export const connectBridge = Effect.fnUntraced(function* (
  call: Call.Call,
  node: CallPlan.Connect,
  now: DateTime.Utc
): Effect.fn.Return<CallPlan.CallPlan, StorageError, BridgeRequests | Calls> {
  const requests = yield* BridgeRequests
  const [request] = yield* requests.load([node.permission])
  const used = request?.siteGroupingId === call.siteGroupingId ? BridgeRequest.use(request, call.id, now) : null
  if (used === null) {
    // Who knew a PIN is no contact who calls, though it came too late.
    if (call.purpose === "voicemail") {
      const prepared = request?.siteGroupingId === call.siteGroupingId ? BridgeRequest.preparedFor([request]) : {}
      yield* (yield* Calls).save([{ ...call, purpose: "bridge", fromNumber: STAFF, ...prepared }])
    }
    return { _tag: "Hangup", say: node.onFail }
  }
  // The same call again: everything is done.
  if (used === request) return node
  yield* requests.save([used])
  yield* requests.rang([used.id], now)
  yield* (yield* Calls).save([
    {
      ...call,
      purpose: "bridge",
      direction: "outbound",
      threadId: used.threadId,
      fromNumber: used.callerId as string as Contact.Contact,
      toNumber: used.contact as string as Contact.Contact,
      phoneNumberId: used.callerIdNumberId,
      initiatorId: used.clinicianId,
      reason: used.reason,
      notes: used.notes
    }
  ])
  return node
})

/** The call is over: whatever phone it rang rings no more. */
export const stopRinging = Effect.fnUntraced(function* (call: Call.Call, now: DateTime.Utc) {
  yield* (yield* BridgeRequests).rang(permissionsOf(call), now)
})

/** A PIN was wrong: it counts against every permission that it may have been meant for. */
export const refusePins = Effect.fnUntraced(function* (call: Call.Call) {
  const requests = yield* BridgeRequests
  const ids = permissionsOf(call)
  if (ids.length === 0) return
  const known = yield* requests.load(ids)
  yield* requests.save(known.map((request) => ({ ...request, failedPins: request.failedPins + 1 })))
})

/** Who called from the number of a permission that their call may have used. */
const claimantOf = Effect.fnUntraced(function* ({ plan, siteGroupingId }: Call.Call) {
  const [id] = CallPlan.nodes(plan).flatMap((node) =>
    (node._tag === "Connect" || node._tag === "Voicemail") && node.permission !== undefined ? [node.permission] : []
  )
  const [request] = id === undefined ? [] : yield* (yield* BridgeRequests).load([id])
  return request?.siteGroupingId === siteGroupingId ? request : null
})

/** Events that we make of our own are told apart from the providers'. */
const OWN_ACCOUNT = ""

/** The call as its caller's own, on its way into their thread. However often: the event is kept once. */
const fileCallers = Effect.fnUntraced(function* (call: Call.Call, from: Contact.Contact) {
  const { provider, providerCallId, toNumber } = call
  if (providerCallId === null) return call
  const to = toNumber as string as PhoneNumber.E164
  yield* (yield* Inbox).accept([
    { provider, account: OWN_ACCOUNT, event: { _tag: "CallReceived", providerCallId, from, to } }
  ])
  const own: Call.Call = {
    ...call,
    purpose: "voicemail",
    direction: "inbound",
    fromNumber: from,
    threadId: null,
    initiatorId: null,
    reason: null,
    notes: null
  }
  return own
})

/** The call once its caller was asked for a PIN in vain and goes on to the greeting: theirs, unless the clinician is known by the number. */
export const fileUnproven = Effect.fnUntraced(function* (call: Call.Call, now: DateTime.Utc) {
  if (call.purpose === "voicemail") return yield* fileCallers(call, call.fromNumber)
  const request = yield* claimantOf(call)
  if (request === null || request.mode !== "dial_in" || BridgeRequest.isSettled(request, now)) return call
  return yield* fileCallers(call, request.clinicianNumber as string as Contact.Contact)
})

/**
 * The call after something was heard of it: its caller's own, once a contact hung up while they were asked for a PIN, or
 * somebody left a message who was taken for a clinician.
 */
export const fileHeard = Effect.fnUntraced(function* (call: Call.Call, isEnding: boolean) {
  if (call.purpose === "voicemail") {
    const isUnfiled = isEnding && call.threadId === null && CallPlan.mayConnect(call.plan)
    return isUnfiled ? yield* fileCallers(call, call.fromNumber) : call
  }
  // Nobody who is put through is recorded.
  if (call.recordings.length === 0) return call
  const request = yield* claimantOf(call)
  return request === null ? call : yield* fileCallers(call, request.clinicianNumber as string as Contact.Contact)
})
