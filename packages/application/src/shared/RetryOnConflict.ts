/** Retries a transaction that failed because it conflicted with another one. */
import { StorageError } from "@careline/ports"
import { Effect, Schedule } from "effect"

const TRIES = 5
const FIRST_PAUSE_MILLIS = 20

export const isConflict = (error: unknown): boolean =>
  error instanceof StorageError && error.reason._tag === "StoreConflict"

/** Runs the transaction, and retries it a few times with jittered backoff when it fails with `StoreConflict`. */
export const retryOnConflict = <A, E, R>(transaction: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.retry(transaction, {
    times: TRIES,
    while: isConflict,
    schedule: Schedule.jittered(Schedule.exponential(FIRST_PAUSE_MILLIS))
  })
