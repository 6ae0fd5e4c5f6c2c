/** Our user as Careline sees one: who acts, and on whose behalf. */
import { notFound, Problem } from "../ehr/problems.ts"
import type { User } from "../ehr/sessions.ts"

export const actorOf = ({ id, role, siteGroupIds }: User) => ({
  userId: id,
  scope: role === "system_admin" ? ("all" as const) : siteGroupIds
})

export const requireAdmin = ({ role }: User): void => {
  if (role === "clinician") throw new Problem(403, "Only an admin does this")
}

/** Whoever sees all sees those that there are. */
export const requireSiteGroup = ({ siteGroupIds }: User, id: string): void => {
  if (!siteGroupIds.includes(id)) throw notFound()
}
