/** Whether a tenant is on record: `createSiteGrouping` and `assignOnActivation` put it there, and nothing else does. */
import type { Tenant } from "@careline/domain"
import { SiteGroupings } from "@careline/ports"
import { Effect, Option } from "effect"
import { NotFound } from "../shared/Errors.ts"

/** Fails unless the tenant is on record and active; if it is, it stays so until the ambient transaction ends. */
export const assertOnRecord = Effect.fnUntraced(function* (tenant: Tenant) {
  const groupings = Option.getOrUndefined(yield* Effect.serviceOption(SiteGroupings))
  // A store of an application's own may keep no tenants: its directory does.
  if (groupings === undefined || (yield* groupings.hold(tenant))) return
  return yield* new NotFound({ entity: "siteGrouping" })
})
