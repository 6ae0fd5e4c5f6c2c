/**
 * Applies batches of events so that one that fails delays no other: a batch that fails is applied again event by event, each
 * in a transaction of its own, and an event that fails by itself is postponed, or parked once it has failed too often.
 */
import { Inbox, type StorageError, Transaction } from "@careline/ports"
import { Cause, DateTime, Effect } from "effect"
import { backoff, Limits } from "./Limits.ts"
import { countsAgainstNothing } from "./Failure.ts"

interface Failable {
  readonly id: string
  /** Failures so far. */
  readonly failures: number
}

/** How events of one kind are applied. */
export interface Batches<Event extends Failable, R> {
  /** Applies up to so many in the ambient transaction. Tells `claimed` which events it took, for when it fails. */
  readonly apply: (size: "whole" | "one", claimed: Array<Event>) => Effect.Effect<number, StorageError, R>
  /** Says of an event that it failed, and why it is put aside. */
  readonly note: (
    cause: Cause.Cause<unknown>,
    details: { readonly event: string; readonly failures: number; readonly parked: boolean }
  ) => Effect.Effect<string>
}

/** Puts a failed event aside. */
const setAside = Effect.fnUntraced(function* <Event extends Failable, R>(
  { failures, id }: Event,
  cause: Cause.Cause<unknown>,
  note: Batches<Event, R>["note"]
) {
  const limits = yield* Limits
  const parked = failures + 1 >= limits.eventAttempts
  const reason = yield* note(cause, { event: id, failures: failures + 1, parked })
  const until = DateTime.addDuration(yield* DateTime.now, backoff(limits.eventBackoff, failures))
  yield* (yield* Inbox).settle([parked ? { _tag: "Parked", id, reason } : { _tag: "Postponed", id, until, reason }])
})

/** Applies one batch. Returns the number of events that it dealt with; 0 when none waited. */
export const isolateFailures = Effect.fnUntraced(function* <Event extends Failable, R>({
  apply,
  note
}: Batches<Event, R>) {
  const { transact } = yield* Transaction
  const one = Effect.suspend(() => {
    const claimed: Array<Event> = []
    return transact(apply("one", claimed)).pipe(
      Effect.catchCause((cause) => {
        const [failed] = claimed
        return failed === undefined || countsAgainstNothing(cause)
          ? Effect.failCause(cause)
          : Effect.as(transact(setAside(failed, cause, note)), 1)
      })
    )
  })
  const claimed: Array<Event> = []
  return yield* transact(apply("whole", claimed)).pipe(
    Effect.catchCause((cause) =>
      claimed.length === 0 || Cause.hasInterrupts(cause)
        ? Effect.failCause(cause)
        : Effect.map(Effect.replicateEffect(one, claimed.length), (dealt) => dealt.reduce((sum, next) => sum + next, 0))
    )
  )
})
