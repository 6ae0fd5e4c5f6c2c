/** Lists the audit log for those who watch over it. Each look is itself an entry. */
import { PatientId } from "@careline/domain"
import { AuditTrail, Transaction } from "@careline/ports"
import { Effect, Schema } from "effect"
import { byStaff } from "./Access.ts"
import type { Actor } from "./Actor.ts"
import { auditList, narrowedBy } from "./Audit.ts"
import { type Given, reader } from "../shared/ReadRequest.ts"
import { Filter, Instant, optional, Page, pageOf } from "../shared/RequestFields.ts"

/** Which entries, from the newest on. */
export const AuditQuery = Schema.Struct({
  ...Page,
  /** Who did or saw it. */
  actor: optional(Filter),
  action: optional(Filter),
  subject: optional(Filter),
  /** Whose data it was about. */
  patientId: optional(PatientId),
  /** Of this instant or later. */
  startDate: optional(Instant),
  /** Before this instant. */
  endDate: optional(Instant)
})
export type AuditQuery = Given<typeof AuditQuery.Encoded>

const readQuery = reader(AuditQuery)

export const listAudit = Effect.fnUntraced(function* (actor: Actor, given: AuditQuery) {
  const query = yield* readQuery(given)
  const { action, actor: by, endDate: to, patientId, startDate: from, subject } = query
  const filters = { action, actor: by, from, patientId, subject, to }
  const { scope } = actor
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const page = yield* (yield* AuditTrail).list({ ...pageOf(query), ...filters, scope })
      const shown = page.items.map(({ siteGroupingId }) => ({
        siteGroupingId,
        patientIds: filters.patientId === undefined ? [] : [filters.patientId]
      }))
      yield* auditList(actor, "audit.list", "audit:log", shown, narrowedBy(filters))
      return page
    })
  )
}, byStaff)
