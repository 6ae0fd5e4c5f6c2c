/** What runs a request's effect: the host's one runtime. */
import type { Effect, Exit } from "effect"

export interface HostRuntime<R> {
  readonly runPromiseExit: <A, E>(
    effect: Effect.Effect<A, E, R>,
    options?: { readonly signal?: AbortSignal }
  ) => Promise<Exit.Exit<A, E>>
}
