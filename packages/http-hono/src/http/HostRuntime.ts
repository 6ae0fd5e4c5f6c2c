/** What runs a request's effect: the host's one runtime. */
import type { Effect, Exit } from "effect"

export interface HostRuntime<R> {
  readonly runPromiseExit: <A, E>(
    effect: Effect.Effect<A, E, R>,
    options?: { readonly signal?: AbortSignal }
  ) => Promise<Exit.Exit<A, E>>
  /** Aborted when the host goes down, so that what streams ends at once. Never, when not given. */
  readonly closing?: AbortSignal
}
