/** Transactions that others got in the way of are tried again: nothing of them was kept. */
import { StorageError } from "@careline/ports"
import { Effect, Schedule } from "effect"

const TRIES = 5
const FIRST_PAUSE_MILLIS = 20

export const isConflict = (error: unknown): boolean =>
  error instanceof StorageError && error.reason._tag === "StoreConflict"

/** The transaction, again a few times where it met another one. */
export const retryOnConflict = <A, E, R>(transaction: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.retry(transaction, {
    times: TRIES,
    while: isConflict,
    schedule: Schedule.jittered(Schedule.exponential(FIRST_PAUSE_MILLIS))
  })
