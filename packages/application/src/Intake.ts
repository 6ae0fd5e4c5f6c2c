/**
 * Takes events in: many webhooks share one commit, and each is answered only after its own is durable.
 *
 * Under load the cost of intake is the commit, not the event, so waiting events are gathered while others commit. An
 * event waits for nobody when intake is idle.
 */
import { type Acceptance, Inbox, type IncomingEvent, type StorageError } from "@careline/ports"
import { Context, Deferred, Effect, Exit, Layer, Queue } from "effect"
import { IntakeOverloaded } from "./Errors.ts"
import { Limits } from "./Limits.ts"

interface Waiting {
  readonly event: IncomingEvent
  readonly accepted: Deferred.Deferred<Acceptance, StorageError>
}

export class Intake extends Context.Service<
  Intake,
  {
    /** Returns once the event is durable. */
    readonly accept: (event: IncomingEvent) => Effect.Effect<Acceptance, StorageError | IntakeOverloaded>
  }
>()("careline/application/Intake") {
  static readonly layer: Layer.Layer<Intake, never, Inbox> = Layer.effect(
    Intake,
    Effect.gen(function* () {
      const inbox = yield* Inbox
      const limits = yield* Limits
      const waiting = yield* Queue.dropping<Waiting>(limits.intakeQueue)

      const commit = (batch: ReadonlyArray<Waiting>) =>
        inbox.accept(batch.map(({ event }) => event)).pipe(
          Effect.exit,
          Effect.map((exit) => {
            batch.forEach(({ accepted }, index) => {
              Deferred.doneUnsafe(
                accepted,
                Exit.map(exit, (acceptances) => acceptances[index]!)
              )
            })
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
            return Queue.offerUnsafe(waiting, { event, accepted })
              ? Deferred.await(accepted)
              : Effect.fail(new IntakeOverloaded({ message: "Too many webhooks are waiting to be stored" }))
          })
      })
    })
  )
}
