/** Runs an effect under a deadline, even if the effect ignores interruption. */
import { Effect, Fiber } from "effect"

/**
 * Fails with a `TimeoutError` after so many milliseconds. The effect is interrupted in the background, so that one that cannot
 * be interrupted at once, such as a connection that hangs, holds nobody up.
 */
export const withTimeout =
  (millis: number) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkDetach(effect)
      return yield* Effect.timeout(Fiber.join(fiber), millis).pipe(
        Effect.onError(() => Effect.forkDetach(Fiber.interrupt(fiber)))
      )
    })
