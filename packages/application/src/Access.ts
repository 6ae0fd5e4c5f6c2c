/** Who asks the stores: every use case of a member of staff, and every worker, says so once, at its outside. */
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
