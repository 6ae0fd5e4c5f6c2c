/** What the audit log holds, to those who watch over it. To look there is written down as well. */
import { type AuditQuery, AuditTrail, Transaction } from "@careline/ports"
import { Effect } from "effect"
import { byStaff } from "./Access.ts"
import type { Actor } from "./Actor.ts"
import { auditList, narrowedBy } from "./Audit.ts"
import { assertPage } from "../shared/ReadRequest.ts"

export const listAudit = Effect.fnUntraced(function* (actor: Actor, query: Omit<AuditQuery, "scope">) {
  yield* assertPage(query)
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const page = yield* (yield* AuditTrail).list({ ...query, scope: actor.scope })
      const { cursor: _cursor, limit: _limit, ...filters } = query
      const shown = page.items.map(({ siteGroupingId }) => ({
        siteGroupingId,
        patientIds: query.patientId === undefined ? [] : [query.patientId]
      }))
      yield* auditList(actor, "audit.list", "audit:log", shown, narrowedBy(filters))
      return page
    })
  )
}, byStaff)
