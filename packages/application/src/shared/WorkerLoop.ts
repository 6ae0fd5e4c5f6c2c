/** Runs a step again and again in the background: until there is nothing to do, on a wake-up, and after a failure with backoff. */
import { Effect, Option, Queue, Stream } from "effect"
import { describeFault } from "./Fault.ts"
import { backoff, Limits } from "./Limits.ts"

const FIRST_BACKOFF_MILLIS = 100

/**
 * Does `step` until it finds nothing, then waits for a wake-up or for the next poll. Polls are `Limits.pollEvery` apart, and
 * more as long as there is nothing to do, up to `pollEveryMax`.
 */
export const loop = Effect.fnUntraced(function* <E, R>(
  name: string,
  step: Effect.Effect<number, E, R>,
  wakeups: Stream.Stream<void>,
  pollEveryMax?: number
) {
  const limits = yield* Limits
  const longest = Math.max(pollEveryMax ?? limits.pollEveryMax, limits.pollEvery)
  const awake = yield* Queue.sliding<void>(1)
  yield* Effect.forkScoped(Stream.runForEach(wakeups, () => Queue.offer(awake, undefined)))
  let failures = 0
  let polls = 0
  const rest = Effect.suspend(() =>
    Effect.timeoutOption(Queue.take(awake), backoff(limits.pollEvery, polls++, longest))
  ).pipe(
    Effect.tap((woken) => {
      if (Option.isSome(woken)) polls = 0
      return Effect.void
    })
  )
  const turn = step.pipe(
    Effect.matchCauseEffect({
      onSuccess: (done) => {
        failures = 0
        if (done === 0) return rest
        polls = 0
        return Effect.void
      },
      onFailure: (cause) =>
        Effect.logWarning("A worker failed and will try again", describeFault(cause)).pipe(
          Effect.annotateLogs({ worker: name, failures: failures + 1 }),
          // A log that fails stops no worker.
          Effect.ignoreCause,
          Effect.andThen(Effect.sleep(backoff(FIRST_BACKOFF_MILLIS, failures++, limits.workerBackoffMax)))
        )
    })
  )
  yield* Effect.forkScoped(Effect.annotateLogs(Effect.forever(turn), { worker: name }))
})

/** At the most so often: first at once, which is after a stop, when most was missed. */
export const rarely = <E, R>(step: Effect.Effect<number, E, R>, everyMillis: number): Effect.Effect<number, E, R> =>
  Effect.tap(step, () => Effect.sleep(everyMillis))
