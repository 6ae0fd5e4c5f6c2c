/** Which tenants a caller may see: every one, or those listed (`null` is the system-wide space). */
import type { Tenant } from "@careline/domain"

/** Every tenant, or those listed; `null` is the system-wide space. */
export type TenantScope = "all" | ReadonlyArray<Tenant>

/** Whether something of this tenant may be seen. */
export const includes = (scope: TenantScope, tenant: Tenant): boolean =>
  // A string has `includes` as well, and callers without types.
  scope === "all" || (Array.isArray(scope) && scope.includes(tenant))
