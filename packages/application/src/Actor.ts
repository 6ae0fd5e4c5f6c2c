/** Who asks for something: a member of staff, and what they may see. */
import type { Tenant, UserId } from "@careline/domain"
import type { TenantScope } from "@careline/ports"

export interface Actor {
  readonly userId: UserId
  readonly scope: TenantScope
}

/** The tenant that a request without one is about: the system-wide space if the actor sees it, else their only one. */
export const homeTenant = (actor: Actor): Tenant | undefined =>
  actor.scope === "all" || actor.scope.includes(null) ? null : actor.scope.length === 1 ? actor.scope[0] : undefined
