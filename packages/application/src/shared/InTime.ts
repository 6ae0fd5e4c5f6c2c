/** For what must answer in time, whatever it waits for. */
import { Effect, Fiber } from "effect"

/**
 * Fails with a `TimeoutError` after so many milliseconds, though what it waits for cannot be interrupted at once: a connection
 * that hangs is given up behind its back.
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
