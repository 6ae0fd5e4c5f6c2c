/** Sets for whom the stores are asked: each use case of a member of staff and each worker does so once, at its outside. */
import { RowAccess } from "@careline/ports"
import { Effect } from "effect"
import type { Actor } from "./Actor.ts"

/** The stores show and take what the actor may see, and nothing else. */
export const asStaff =
  ({ scope }: Pick<Actor, "scope">) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.provideService(effect, RowAccess, { _tag: "Staff", scope })

/** The stores show and take what workers touch, of every tenant. */
export const asSystem = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.provideService(effect, RowAccess, { _tag: "System" })

/** The last argument of `Effect.fn` for a use case of staff: its first argument is the actor. */
export const byStaff = <A, E, R>(effect: Effect.Effect<A, E, R>, actor: Pick<Actor, "scope">): Effect.Effect<A, E, R> =>
  asStaff(actor)(effect)
