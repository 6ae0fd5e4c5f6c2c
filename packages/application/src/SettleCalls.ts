/**
 * Calls of which nothing was heard for long: their provider is asked what became of them. One that it does not know any more
 * is over, or the contact would wait for an answer for ever.
 */
import { Call, type CallReport } from "@careline/domain"
import { BridgeRequests, Calls, type TelephonyError, TelephonyProviders, Transaction } from "@careline/ports"
import { DateTime, Effect } from "effect"
import { putDown } from "./CallMessages.ts"
import { Limits } from "./Limits.ts"

const BATCH = 50

/** What is known of the end of a call, when nobody knows more. */
const forgotten = ({ own }: Call.Call): CallReport => ({
  _tag: "Progressed",
  leg: "own",
  status: own.status === "in_progress" || own.status === "ringing" ? "completed" : "failed",
  durationSeconds: null
})

const isGone = ({ reason }: TelephonyError.TelephonyError): boolean =>
  reason._tag === "NotFound" || reason._tag === "Unsupported"

/** What the provider says of a call; `null` when it cannot be asked now. */
const ask = Effect.fnUntraced(function* (call: Call.Call) {
  const { sendTimeout } = yield* Limits
  const telephony = (yield* TelephonyProviders.TelephonyProviders).byName(call.provider)
  if (telephony === undefined || call.providerCallId === null) return forgotten(call)
  return yield* telephony.calls.status(call.providerCallId).pipe(
    Effect.timeout(sendTimeout),
    Effect.map((found): CallReport | null => ({ _tag: "Progressed", leg: "own", ...found })),
    Effect.catchTags({
      TelephonyError: (error) => Effect.succeed(isGone(error) ? forgotten(call) : null),
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
  const silent = yield* transact(calls.silent({ heardBefore, limit: BATCH }))
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
          const after = report === null ? { ...before, updatedAt: at } : Call.hear(before, report, at)
          yield* putDown([{ before, after }], at)
        })
      )
    }),
    { discard: true }
  )
  yield* (yield* BridgeRequests).forget(DateTime.subtractDuration(now, limits.bridgeKept))
  return silent.length
})
