/** Faults of stores that keep who looked at what, and who was let in. */
import { AuditTrail, BreakGlasses } from "@careline/ports"
import { DateTime, Effect } from "effect"
import { altered, broken, type BrokenStore } from "./broken.ts"

export const brokenAccessStores: ReadonlyArray<BrokenStore> = [
  broken(
    "counts entries on from the tenant that was noted before",
    "Audit trail",
    "MUST chain the entries of each tenant without a gap, in whatever transactions they were noted",
    altered(AuditTrail, ({ links }) => ({
      links: (tenant, after, limit) =>
        Effect.map(links(tenant, after, limit), (found) => found.map((one) => ({ ...one, place: one.place + 1 })))
    }))
  ),
  broken(
    "lists entries of a patient whom they only look like",
    "Audit trail",
    "MUST list what is asked for, the newest first, page by page",
    altered(AuditTrail, ({ list }) => ({ list: ({ patientId: _patientId, ...query }) => list(query) }))
  ),
  broken(
    "shows an access to whoever knows its id",
    "Access in an emergency",
    "MUST keep all of an access, and when it was given back, and show it within its scope only",
    altered(BreakGlasses, ({ get }) => ({ get: (_scope, id) => get("all", id) }))
  ),
  broken(
    "counts every access of a user, however long ago",
    "Access in an emergency",
    "MUST count what one user opened since a time, of whichever tenants",
    altered(BreakGlasses, ({ countOf }) => ({
      countOf: (userId) => countOf(userId, DateTime.makeUnsafe("1970-01-01T00:00:00Z"))
    }))
  )
]
