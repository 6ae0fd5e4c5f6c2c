/**
 * The background of a host: loops that do what waits, sleep until there may be more, and outlive a failing store. Every
 * process runs all of them; the stores see to it that no two do the same thing. A host with a queue of its own calls the
 * use cases from there instead.
 */
import { type Directory, Inbox, Outbox, type StoragePorts, type TelephonyProviders } from "@careline/ports"
import { Effect, Layer, Option, Queue, Stream } from "effect"
import { applyReports } from "./ApplyReports.ts"
import { dispatchAlarms, dispatchConversation, dispatchSends } from "./DispatchSends.ts"
import { escalate } from "./Escalate.ts"
import { describeFault } from "./Fault.ts"
import { backoff, Limits } from "./Limits.ts"
import { admitParked } from "./ParkedEvents.ts"
import { processInbound } from "./ProcessInbound.ts"
import { reconcileSends } from "./ReconcileSends.ts"

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

/** All loops, until the layer's scope closes. */
export const layer: Layer.Layer<never, never, StoragePorts | Directory | TelephonyProviders.TelephonyProviders> =
  Layer.effectDiscard(
    Effect.gen(function* () {
      const inbox = yield* Inbox
      const outbox = yield* Outbox
      yield* loop("inbound", processInbound(), inbox.wakeups)
      yield* loop("reports", applyReports(), inbox.wakeups)
      const { expressWorkers, parkedEvery, pollEvery, sendWorkers } = yield* Limits
      // No wake-up tells that an alarm may be tried again, or that a timer is due: neither waits for a longer pause.
      for (let worker = 0; worker < expressWorkers; worker++) {
        yield* loop("outbound", dispatchAlarms(), outbox.wakeups, pollEvery)
        yield* loop("outbound", dispatchConversation(), outbox.wakeups)
      }
      for (let worker = 0; worker < sendWorkers; worker++) yield* loop("outbound", dispatchSends(), outbox.wakeups)
      yield* loop("timers", escalate(), Stream.empty, pollEvery)
      yield* loop("parked", rarely(admitParked(), parkedEvery), Stream.empty)
      yield* loop("reconciler", reconcileSends(), Stream.empty)
    })
  )
