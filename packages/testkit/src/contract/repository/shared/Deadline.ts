/** Waiting in real time, whatever clock the store goes by: for what another transaction or a listener has to bring. */
import { Context, Duration, Effect } from "effect"

const elapsed = (duration: Duration.Input): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const timer = setTimeout(() => resume(Effect.void), Duration.toMillis(duration))
    return Effect.sync(() => clearTimeout(timer))
  })

/** How long the contract waits for one event: no store is so slow on a busy machine, and one that is has lost it. */
export const Patience: Context.Reference<Duration.Duration> = Context.Reference("careline/testkit/contract/Patience", {
  defaultValue: () => Duration.minutes(4)
})

/** The effect, or a failure that says what was waited for in vain. */
export const within = <A, E, R>(effect: Effect.Effect<A, E, R>, what: string): Effect.Effect<A, E, R> =>
  Effect.flatMap(Patience, (patience) =>
    Effect.raceFirst(
      effect,
      Effect.andThen(elapsed(patience), Effect.die(new Error(`${what}: did not happen in time`)))
    )
  )

/** Gives the effect a moment; whether it is done by then says nothing, because it may have to wait for somebody. */
export const giveMoment = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<void, E, R> =>
  Effect.raceFirst(Effect.asVoid(effect), elapsed("200 millis"))
