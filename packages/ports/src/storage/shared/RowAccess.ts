/**
 * Says for whom a store is asked. A store with row-level security shows and takes nothing beyond it, whatever
 * the question says: a use case that forgets to ask who may see something then finds nothing, instead of another tenant's.
 *
 * A use case sets it from its actor; workers, whose batches span tenants, are `System`.
 */
import { Context } from "effect"
import type { TenantScope } from "./Scope.ts"

/** `Staff`: the rows of these tenants. `System`: what workers may touch, of every tenant. */
export type RowAccess = { readonly _tag: "Staff"; readonly scope: TenantScope } | { readonly _tag: "System" }

/** Nobody, unless somebody is named: what is asked without it finds nothing. */
export const RowAccess: Context.Reference<RowAccess> = Context.Reference("careline/ports/RowAccess", {
  defaultValue: (): RowAccess => ({ _tag: "Staff", scope: [] })
})
