/** Defines the actor of a request: a member of staff, and what they may see. */
import type { BreakGlassId, PurposeOfUse, Tenant, UserId } from "@careline/domain"
import { Scope, type TenantScope } from "@careline/ports"
import { Effect } from "effect"
import { NotFound } from "../shared/Errors.ts"

export interface Actor {
  readonly userId: UserId
  readonly scope: TenantScope
  /** Why they ask, as the audit log keeps it; treatment when not given. */
  readonly purpose?: PurposeOfUse | undefined
  /** The access in an emergency that they ask under, if they do. */
  readonly breakGlass?: BreakGlassId | undefined
}

/** Careline itself, in the audit log: workers that hand out what somebody waited for. */
export const SYSTEM: Actor = { userId: "careline" as UserId, scope: "all" }

/** The tenant that a request without one is about: the system-wide space if the actor sees it, else their only one. */
export const homeTenant = (actor: Actor): Tenant | undefined =>
  actor.scope === "all" || actor.scope.includes(null) ? null : actor.scope.length === 1 ? actor.scope[0] : undefined

/** Fails unless the actor sees all tenants: for what belongs to none. */
export const assertSeesAll = (actor: Actor, entity: NotFound["entity"]): Effect.Effect<void, NotFound> =>
  actor.scope === "all" ? Effect.void : Effect.fail(new NotFound({ entity }))

/** Fails unless the actor sees the tenant; whether it exists is not said. */
export const assertSees = (actor: Actor, tenant: Tenant): Effect.Effect<void, NotFound> =>
  Scope.includes(actor.scope, tenant) ? Effect.void : Effect.fail(new NotFound({ entity: "siteGrouping" }))
