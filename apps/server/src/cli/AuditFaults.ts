/** What is wrong with the audit log, in words. */
import type { Tenant } from "@careline/domain"
import type { AuditChain } from "@careline/ports"

export const nameOf = (tenant: Tenant): string =>
  tenant === null ? "the system-wide space" : `site grouping ${tenant}`

export const describeFault = (fault: AuditChain.AuditFault): string => {
  const of = `of ${nameOf(fault.siteGroupingId)}`
  if (fault._tag === "Altered") return `entry ${fault.place} ${of} is not what was noted`
  if (fault._tag === "Cut") return `the entry ${fault.hash} ${of} is missing, which its chain ended with`
  return fault.from === fault.to
    ? `entry ${fault.from} ${of} is missing`
    : `entries ${fault.from} to ${fault.to} ${of} are missing`
}
