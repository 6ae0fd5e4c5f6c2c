/** Lists a provider's history in parts: one that fails does not hide the others. */
import type { Telephony, TelephonyError } from "@careline/ports"
import { Effect, Result } from "effect"

/** One kind of what is listed. */
export type Part = Effect.Effect<ReadonlyArray<Telephony.HistoryRecord>, TelephonyError.TelephonyError>

/** The records of all parts that could be had. Fails as the first one when none could. */
export const gather = Effect.fnUntraced(function* (
  parts: ReadonlyArray<Part>
): Effect.fn.Return<ReadonlyArray<Telephony.HistoryRecord>, TelephonyError.TelephonyError> {
  const results = yield* Effect.forEach(parts, (part) => Effect.result(part))
  const [failed, ...others] = results.filter(Result.isFailure)
  if (failed === undefined) return results.flatMap((result) => (Result.isSuccess(result) ? result.success : []))
  if (others.length + 1 === results.length) return yield* failed.failure
  yield* Effect.logWarning("A part of what a provider has on record could not be read").pipe(
    Effect.annotateLogs({ reason: failed.failure.reason._tag })
  )
  return results.flatMap((result) => (Result.isSuccess(result) ? result.success : []))
})
