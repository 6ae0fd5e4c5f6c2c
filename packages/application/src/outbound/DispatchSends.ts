/**
 * Hands queued texts to a provider: gate, carrier, rate, note the attempt, commit; then one call; then what came of it,
 * fenced by the attempt. A crash at any point leaves a row that says how far it came, and no text is handed over twice.
 */
import { SendLane, type SendOutcome } from "@careline/domain"
import { type TelephonyError, TelephonyProviders, Transaction } from "@careline/ports"
import { Effect, Result } from "effect"
import { asSystem } from "../access/Access.ts"
import { retryOnConflict } from "../shared/RetryOnConflict.ts"
import { describeFault } from "../shared/Fault.ts"
import { Limits } from "../shared/Limits.ts"
import { fetchable } from "../media/MediaLinks.ts"
import { type Prepared, prepareSends } from "./PrepareSends.ts"
import { settleSend } from "./SettleSend.ts"

/** The one call. Whatever happens is an outcome. */
const call = Effect.fnUntraced(function* ({ attempt, send }: Prepared) {
  const limits = yield* Limits
  const telephony = (yield* TelephonyProviders.TelephonyProviders).byName(attempt.provider)!
  const { body, to } = send
  const links = yield* Effect.result(fetchable(send.mediaUrls))
  // Nothing was handed over: it may be tried again.
  if (Result.isFailure(links)) return { _tag: "NotSent", detail: "media cannot be linked to" } as const
  const mediaUrls = links.success
  if (mediaUrls === null) return { _tag: "Rejected", reason: "other", code: "media_gone" } as const
  return yield* telephony.messages.send({ attemptId: attempt.id, from: attempt.from, to, body, mediaUrls }).pipe(
    Effect.timeoutOrElse({
      duration: limits.sendTimeout,
      orElse: () => Effect.succeed<SendOutcome.SendOutcome>({ _tag: "Unknown", detail: "no answer in time" })
    }),
    Effect.catch((error: TelephonyError.TelephonyError) =>
      Effect.succeed<SendOutcome.SendOutcome>(
        error.reason._tag === "Unsupported"
          ? { _tag: "Rejected", reason: "other", code: "unsupported" }
          : { _tag: "Unknown", detail: error.message }
      )
    ),
    Effect.catchDefect(() =>
      Effect.succeed<SendOutcome.SendOutcome>({ _tag: "Unknown", detail: "defect in the adapter" })
    )
  )
})

/**
 * Hands over what may leave now, once, of the lanes down to `last`. Returns the number of sends it dealt with; 0 when none
 * waited. A shut-down waits for the calls that are under way: a text that was handed over must be known to have been.
 */
export const dispatchSends = Effect.fn("dispatchSends")(function* (last: SendLane.SendLane = SendLane.bulk) {
  const limits = yield* Limits
  const { transact } = yield* Transaction
  return yield* Effect.uninterruptible(
    Effect.gen(function* () {
      // The store lets no two workers send a recipient two texts of a lane side by side: one of them claims anew.
      const { claimed, prepared } = yield* retryOnConflict(transact(prepareSends(last)))
      yield* Effect.forEach(
        prepared,
        (one) =>
          Effect.flatMap(call(one), (outcome) => settleSend(one, outcome)).pipe(
            Effect.catchCause((cause) =>
              Effect.logError(
                "The outcome of an attempt could not be stored; the reconciler will find out",
                describeFault(cause)
              ).pipe(Effect.annotateLogs({ attempt: one.attempt.id }))
            )
          ),
        { concurrency: limits.sendsPerBatch, discard: true }
      )
      return claimed
    })
  ).pipe(asSystem)
})

/** Hands over alarms, and nothing that would make them wait. */
export const dispatchAlarms = () => dispatchSends(0)

/** Hands over alarms and conversation, and nothing that would make them wait. */
export const dispatchConversation = () => dispatchSends(1)
