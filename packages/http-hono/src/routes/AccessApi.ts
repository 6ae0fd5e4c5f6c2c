/** The answers of the public API about the audit log and access in an emergency. */
import { AuditQuery, BreakGlassRequest } from "@careline/application"
import { type BreakGlass, PurposeOfUse } from "@careline/domain"
import { type AuditRecord, patientsOf } from "@careline/ports"
import { Schema } from "effect"
import { iso, isoOrNull, TenantJson, TenantQuery } from "./Api.ts"

const nullOr = Schema.NullOr
const Text = Schema.String

export const AuditLogQuery = Schema.Struct({ ...AuditQuery.fields, siteGroupingId: TenantQuery })

export const NewBreakGlass = Schema.Struct({ ...BreakGlassRequest.fields, siteGroupingId: TenantJson }).annotate({
  identifier: "NewBreakGlass"
})

export const AuditEntryJson = Schema.Struct({
  siteGroupingId: nullOr(Text),
  place: Schema.Int,
  at: Text,
  actor: Text,
  action: Text,
  subject: Text,
  patientIds: Schema.Array(Text),
  purpose: nullOr(PurposeOfUse),
  breakGlassId: nullOr(Text),
  detail: Schema.Record(Text, Schema.Union([Text, Schema.Finite, Schema.Boolean, Schema.Null])),
  hash: Text
}).annotate({ identifier: "AuditEntry" })

const isPurpose = Schema.is(PurposeOfUse)

export const auditEntryJson = (record: AuditRecord): typeof AuditEntryJson.Type => {
  const { action, actor, at, hash, place, siteGroupingId, subject } = record
  const { breakGlass, patients: _, purpose, ...detail } = record.detail
  return {
    siteGroupingId,
    place,
    at: iso(at),
    actor,
    action,
    subject,
    patientIds: patientsOf(record),
    purpose: isPurpose(purpose) ? purpose : null,
    breakGlassId: typeof breakGlass === "string" ? breakGlass : null,
    detail,
    hash
  }
}

export const BreakGlassJson = Schema.Struct({
  id: Text,
  siteGroupingId: nullOr(Text),
  userId: Text,
  reason: Text,
  openedAt: Text,
  expiresAt: Text,
  closedAt: nullOr(Text)
}).annotate({ identifier: "BreakGlass" })

export const breakGlassJson = (glass: BreakGlass.BreakGlass): typeof BreakGlassJson.Type => ({
  ...glass,
  openedAt: iso(glass.openedAt),
  expiresAt: iso(glass.expiresAt),
  closedAt: isoOrNull(glass.closedAt)
})
