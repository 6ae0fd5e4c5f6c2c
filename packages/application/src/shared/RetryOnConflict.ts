/** Retries a transaction that failed because it conflicted with another one. */
import { Effect, Schedule } from "effect"
import { isConflict } from "./Failure.ts"

const TRIES = 5
const FIRST_PAUSE_MILLIS = 20

/** Runs the transaction, and retries it a few times with jittered backoff when it fails with `StoreConflict`. */
export const retryOnConflict = <A, E, R>(transaction: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.retry(transaction, {
    times: TRIES,
    while: isConflict,
    schedule: Schedule.jittered(Schedule.exponential(FIRST_PAUSE_MILLIS))
  })
