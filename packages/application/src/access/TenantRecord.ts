/** Checks that a tenant is on record: `createSiteGrouping` and `assignOnActivation` put it there, and nothing else does. */
import type { Tenant } from "@careline/domain"
import { Optional, SiteGroupings } from "@careline/ports"
import { Effect } from "effect"
import { NotFound } from "../shared/Errors.ts"

/** The tenants of the store; none where an application keeps them itself, in its directory. */
const groupingsOfStore = Optional.of(SiteGroupings)

/** The name that contacts know a tenant by; `null` where nobody said, or an application keeps it in its directory. */
export const tenantName = Effect.fnUntraced(function* (tenant: Tenant) {
  const groupings = yield* groupingsOfStore
  if (groupings === undefined || tenant === null) return null
  const [found] = yield* groupings.list([tenant])
  return found?.name ?? null
})

/** Fails unless the tenant is on record and active; if it is, it stays so until the ambient transaction ends. */
export const assertActive = Effect.fnUntraced(function* (tenant: Tenant) {
  const groupings = yield* groupingsOfStore
  if (groupings !== undefined && !(yield* groupings.hold(tenant)))
    return yield* new NotFound({ entity: "siteGrouping" })
})

/** Fails unless the tenant is on record, active or not: for what has to be kept of one that is deactivated as well. */
export const assertOnRecord = Effect.fnUntraced(function* (tenant: Tenant) {
  const groupings = yield* groupingsOfStore
  if (groupings === undefined || (yield* groupings.hold(tenant))) return
  if ((yield* groupings.deactivated([tenant])).length === 0) return yield* new NotFound({ entity: "siteGrouping" })
})
