/**
 * Asks providers what became of calls without a report for long. One that it does not know any more
 * is over, or the contact would wait for an answer for ever.
 */
import { Call, CallPlan, type CallReport } from "@careline/domain"
import { BridgeRequests, Calls, type TelephonyError, TelephonyProviders, Transaction } from "@careline/ports"
import { Cause, DateTime, Effect } from "effect"
import { asSystem } from "../access/Access.ts"
import { putDown } from "./CallMessages.ts"
import { describeFault } from "../shared/Fault.ts"
import { Limits } from "../shared/Limits.ts"

/** What is known of the end of a call, when nobody knows more. */
const forgotten = ({ own }: Call.Call): CallReport => ({
  _tag: "Progressed",
  leg: "own",
  status: own.status === "in_progress" || own.status === "ringing" ? "completed" : "failed",
  durationSeconds: null
})

/** What a call may take beside what its plan says, in milliseconds: ringing, prompts and keys. */
const BEYOND_PLAN = 10 * 60_000
const SECOND = 1_000

/** Whether a call may still go on, by the longest that its plan allows. */
const mayGoOn = ({ createdAt, plan }: Call.Call, now: DateTime.Utc): boolean => {
  const longest = CallPlan.nodes(plan).map((node) => ("maxSeconds" in node ? node.maxSeconds * SECOND : 0))
  return now.epochMilliseconds - createdAt.epochMilliseconds < Math.max(...longest) + BEYOND_PLAN
}

const isGone = ({ reason }: TelephonyError.TelephonyError): boolean =>
  reason._tag === "NotFound" || reason._tag === "Unsupported"

/** What the provider says of a call; `null` when it cannot be asked now. */
const ask = Effect.fnUntraced(function* (call: Call.Call) {
  const { sendTimeout } = yield* Limits
  const now = yield* DateTime.now
  const telephony = (yield* TelephonyProviders.TelephonyProviders).byName(call.provider)
  const ended = mayGoOn(call, now) ? null : forgotten(call)
  if (telephony === undefined || call.providerCallId === null) return ended
  return yield* telephony.calls.status(call.providerCallId).pipe(
    Effect.timeout(sendTimeout),
    Effect.map((found): CallReport | null => ({ _tag: "Progressed", leg: "own", ...found })),
    Effect.catchTags({
      TelephonyError: (error) => Effect.succeed(isGone(error) ? ended : null),
      TimeoutError: () => Effect.succeed(null)
    })
  )
})

/** Settles what is silent, once, and forgets the numbers of clinicians that are not needed any more. */
export const settleCalls = Effect.fn("settleCalls")(function* () {
  const limits = yield* Limits
  const calls = yield* Calls
  const { transact } = yield* Transaction
  const now = yield* DateTime.now
  const heardBefore = DateTime.subtractDuration(now, limits.callSilence)
  const silent = yield* transact(calls.silent({ heardBefore, limit: limits.settledCallsPerBatch }))
  yield* Effect.forEach(
    silent,
    Effect.fnUntraced(function* ({ id, ...rest }) {
      const report = yield* ask({ id, ...rest })
      yield* transact(
        Effect.gen(function* () {
          const [before] = yield* calls.load([id])
          if (before === undefined || Call.isOver(before)) return
          const at = yield* DateTime.now
          // Heard of or not, it is not asked for again before it has been silent for as long.
          const after = report === null ? { ...before, updatedAt: at } : Call.applyReport(before, report, at)
          yield* putDown([{ before, after }], at)
        })
      ).pipe(
        // One that cannot be settled keeps nobody behind it from that.
        Effect.catchCause((cause) =>
          Cause.hasInterrupts(cause)
            ? Effect.failCause(cause)
            : Effect.logError("A call could not be settled", describeFault(cause)).pipe(
                Effect.annotateLogs({ call: id })
              )
        )
      )
    }),
    { discard: true }
  )
  yield* (yield* BridgeRequests).forget(DateTime.subtractDuration(now, limits.bridgeKept))
  return silent.length
}, asSystem)
