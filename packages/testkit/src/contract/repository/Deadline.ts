/** Waiting in real time, whatever clock the store goes by: for what another transaction or a listener has to bring. */
import { Duration, Effect } from "effect"

const elapsed = (duration: Duration.Input): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const timer = setTimeout(() => resume(Effect.void), Duration.toMillis(duration))
    return Effect.sync(() => clearTimeout(timer))
  })

/** The effect, or a failure that says what was waited for in vain. */
export const within = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  what: string,
  duration: Duration.Input = "10 seconds"
): Effect.Effect<A, E, R> =>
  Effect.raceFirst(effect, Effect.andThen(elapsed(duration), Effect.die(new Error(`${what}: did not happen in time`))))

/** Gives the effect a moment; whether it is done by then says nothing, because it may have to wait for somebody. */
export const giveMoment = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<void, E, R> =>
  Effect.raceFirst(Effect.asVoid(effect), elapsed("200 millis"))
