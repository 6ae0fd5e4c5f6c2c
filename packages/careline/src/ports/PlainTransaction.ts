/** A transaction of a team's own as the port: one commit, in which an effect runs. */
import { StorageError, StoreFault, Transaction } from "@careline/ports"
import { Context, Effect, Exit, Fiber } from "effect"
import { storageError } from "./Refusal.ts"
import type { Repositories } from "./Repositories.ts"

/** The handle of the transaction that a fiber is in. Fibers carry it, so no two can mix theirs up. */
export const Open = Context.Reference<{ readonly tx: unknown } | null>("careline/ports/Open", {
  defaultValue: () => null
})

/** Undoes a transaction whose effect did not succeed; how it ended is told by its exit. */
class RolledBack extends Error {}

const misuse = (message: string): Effect.Effect<never, StorageError> =>
  Effect.fail(new StorageError({ operation: "transact", reason: new StoreFault({ message }) }))

/** The effect as the work of one call of `transact`: it runs at most once, in a fiber that knows the handle. */
class Work<A, E, R> {
  fiber: Fiber.Fiber<A, E> | null = null
  exit: Exit.Exit<A, E> | null = null
  isClosed = false
  wasCalledAgain = false
  readonly effect: Effect.Effect<A, E, R>
  readonly context: Context.Context<R>

  constructor(effect: Effect.Effect<A, E, R>, context: Context.Context<R>) {
    this.effect = effect
    this.context = context
  }

  readonly run = (tx: unknown): Promise<void> => {
    const done = new Promise<void>((resolve, reject) => {
      if (this.fiber !== null) {
        this.wasCalledAgain = true
        Effect.runFork(Fiber.interrupt(this.fiber))
      }
      if (this.isClosed || this.wasCalledAgain) return reject(new RolledBack())
      this.fiber = Effect.runForkWith(Context.add(this.context, Open, { tx }))(this.effect)
      this.fiber.addObserver((exit) => {
        this.exit = exit
        if (Exit.isSuccess(exit)) resolve()
        else reject(new RolledBack())
      })
    })
    // A `transact` that does not wait for it would leave a rejection that nobody hears of, which ends the process.
    done.catch(() => undefined)
    return done
  }

  /** Nothing runs any more, and nothing will. Waits for the statement that is under way. */
  readonly close: Effect.Effect<void> = Effect.suspend(() => {
    this.isClosed = true
    return this.fiber === null ? Effect.void : Fiber.interrupt(this.fiber)
  })
}

/** What came of the transaction once `transact` settled. */
const outcome = <A, E, R>(work: Work<A, E, R>, refused: StorageError | null): Effect.Effect<A, E | StorageError> => {
  work.isClosed = true
  // The handle of what runs still is in the pool again, and somebody else's.
  const closed = (words: string) => Effect.uninterruptible(Effect.andThen(work.close, misuse(words)))
  if (work.wasCalledAgain) return closed("transact called its work more than once")
  if (work.fiber !== null && work.exit === null) return closed("transact ended before its work did")
  if (work.exit !== null && Exit.isFailure(work.exit)) return work.exit
  if (refused !== null) return Effect.fail(refused)
  return work.exit ?? misuse("transact did not call its work")
}

/** The port over the team's `transact`. */
export const plainTransaction = <Db>(repositories: Repositories<Db>): Transaction["Service"] =>
  Transaction.of({
    transact: <A, E, R>(effect: Effect.Effect<A, E, R>) =>
      Effect.contextWith((context: Context.Context<R>) =>
        Effect.callback<A, E | StorageError>((resume) => {
          const work = new Work(effect, context)
          const outer = (Context.get(context, Open)?.tx ?? null) as Db | null
          const settled = Promise.resolve()
            .then(() => repositories.transact(work.run, outer))
            .then(
              () => null,
              (error: unknown) => storageError("transact", error, (told) => repositories.classify?.(told))
            )
            .then((refused) => resume(outcome(work, refused)))
          // A rollback is waited for, too.
          return Effect.andThen(
            work.close,
            Effect.promise(() => settled)
          )
        })
      )
  })
