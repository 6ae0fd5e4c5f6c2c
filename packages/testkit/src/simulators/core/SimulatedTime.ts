/**
 * What time it is at the simulated providers: one for the process, as there is one for the world. It is this machine's,
 * unless a sandbox has a time of its own.
 */
import { Effect, type Scope } from "effect"

let offsetMillis = 0

export const now = (): Date => new Date(Date.now() + offsetMillis)

/** Runs ahead of this machine's time by so much, until the scope closes. */
export const offset = (millis: number): Effect.Effect<void, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const before = offsetMillis
      offsetMillis = millis
      return before
    }),
    (before) => Effect.sync(() => (offsetMillis = before))
  ).pipe(Effect.asVoid)
