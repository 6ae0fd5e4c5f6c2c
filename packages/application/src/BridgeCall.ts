/** A masked call is put through: its permission is used up. In the ambient transaction. */
import { BridgeRequest, type Call, CallPlan, type Contact } from "@careline/domain"
import { BridgeRequests, Calls, type StorageError } from "@careline/ports"
import { type DateTime, Effect } from "effect"

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
  if (used === null) return { _tag: "Hangup", say: node.onFail }
  // The same call again: everything is done.
  if (used === request) return node
  yield* requests.save([used])
  yield* (yield* Calls).save([
    {
      ...call,
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

/** A PIN was wrong: it counts against every permission that it may have been meant for. */
export const refusePins = Effect.fnUntraced(function* (call: Call.Call) {
  const requests = yield* BridgeRequests
  const ids = permissionsOf(call)
  if (ids.length === 0) return
  const known = yield* requests.load(ids)
  yield* requests.save(known.map((request) => ({ ...request, failedPins: request.failedPins + 1 })))
})
