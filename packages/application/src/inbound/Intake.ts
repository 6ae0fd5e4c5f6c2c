/**
 * Takes events in: many webhooks share one commit, and each is answered only after its own is durable.
 *
 * Under load the cost of intake is the commit, not the event, so waiting events are gathered while others commit. An
 * event waits for nobody when intake is idle.
 *
 * Where there is a `Spool`, what the store cannot take in waits there, and counts as taken in.
 */
import {
  type Acceptance,
  Inbox,
  type IncomingEvent,
  type NumberInventory,
  Optional,
  Spool,
  type StorageError
} from "@careline/ports"
import { Context, Deferred, Effect, Exit, Layer, Queue, Stream } from "effect"
import { asSystem } from "../access/Access.ts"
import { IntakeOverloaded } from "../shared/Errors.ts"
import { isPassing } from "../shared/Failure.ts"
import { Limits } from "../shared/Limits.ts"
import { layerTally } from "../access/Refusals.ts"
import * as SpooledIntake from "./SpooledIntake.ts"
import { loop } from "../shared/WorkerLoop.ts"

interface Waiting {
  readonly event: IncomingEvent
  readonly accepted: Deferred.Deferred<Acceptance, StorageError>
}

const isWritable = (value: unknown): boolean => {
  if (typeof value === "string") return value.isWellFormed() && !value.includes("\0")
  return typeof value !== "object" || value === null || Object.values(value).every(isWritable)
}

/** What no text may hold where it is kept: U+0000, and half of a surrogate pair. Both are shown as U+FFFD. */
const writable = <A>(value: A): A => {
  // As a rule there is nothing to do.
  if (isWritable(value)) return value
  if (typeof value === "string") return value.toWellFormed().replaceAll("\0", "\uFFFD") as A
  if (Array.isArray(value)) return value.map(writable) as A
  return Object.fromEntries(Object.entries(value as object).map(([name, part]) => [name, writable(part)])) as A
}

export class Intake extends Context.Service<
  Intake,
  {
    /** Returns once the event is durable. */
    readonly accept: (event: IncomingEvent) => Effect.Effect<Acceptance, StorageError | IntakeOverloaded>
  }
>()("careline/application/Intake") {
  static readonly layer: Layer.Layer<Intake, never, Inbox | Optional.Optional<NumberInventory | Spool>> = Layer.effect(
    Intake,
    Effect.gen(function* () {
      const inbox = yield* Inbox
      const limits = yield* Limits
      const waiting = yield* Queue.dropping<Waiting>(limits.intakeQueue)

      const spool = yield* Optional.of(Spool)
      const store: SpooledIntake.Store = (events) => asSystem(inbox.accept(events))
      const keep = spool === undefined ? store : SpooledIntake.beside(spool, store)
      if (spool !== undefined) yield* loop("spool", yield* SpooledIntake.makeDrain(spool), Stream.empty)

      const commit = (batch: ReadonlyArray<Waiting>): Effect.Effect<void> =>
        keep(batch.map(({ event }) => event)).pipe(
          Effect.exit,
          Effect.flatMap((exit) => {
            // One that the store cannot take keeps nobody else out.
            if (Exit.isFailure(exit) && batch.length > 1 && !isPassing(exit.cause)) {
              return Effect.forEach(batch, (one) => commit([one]), { discard: true })
            }
            batch.forEach(({ accepted }, index) => {
              Deferred.doneUnsafe(
                accepted,
                Exit.map(exit, (acceptances) => acceptances[index]!)
              )
            })
            return Effect.void
          })
        )
      // Waiting may be cut off at any time; what was taken from the queue is committed and answered first.
      const next = Effect.uninterruptibleMask((restore) =>
        Effect.flatMap(restore(Queue.takeBetween(waiting, 1, limits.intakeBatch)), commit)
      )
      yield* Effect.forEach(
        Array.from({ length: limits.intakeConcurrency }),
        () => Effect.forkScoped(Effect.forever(next)),
        { discard: true }
      )

      return Intake.of({
        accept: (event) =>
          Effect.suspend((): Effect.Effect<Acceptance, StorageError | IntakeOverloaded> => {
            const accepted = Deferred.makeUnsafe<Acceptance, StorageError>()
            return Queue.offerUnsafe(waiting, { event: writable(event), accepted })
              ? Deferred.await(accepted)
              : Effect.fail(new IntakeOverloaded({ message: "Too many webhooks are waiting to be stored" }))
          })
      })
    })
  ).pipe(Layer.provideMerge(layerTally))
}
