/** An entry of the audit log as a row. */
import type { AuditEntry, AuditRecord } from "@careline/ports"
import { instant, iso, tenantColumn, tenantOf } from "../sql/rows.ts"

export interface AuditRow {
  readonly site_grouping_id: string
  readonly place: bigint
  readonly actor: string
  readonly action: string
  readonly subject: string
  readonly detail: AuditEntry["detail"]
  /** The detail of this name, which may be contact data. */
  readonly sealed: string | null
  readonly at: Date
  readonly hash: string
}

export const fromRow = (row: AuditRow): AuditRecord => ({
  siteGroupingId: tenantOf(row.site_grouping_id),
  place: Number(row.place),
  actor: row.actor,
  action: row.action,
  subject: row.subject,
  detail: row.sealed === null ? row.detail : { ...row.detail, sealed: row.sealed },
  at: instant(row.at),
  hash: row.hash
})

/** What of a detail stands in the open, and what does not. */
const partsOf = ({ sealed, ...detail }: AuditEntry["detail"]) => ({
  detail,
  sealed: sealed === undefined || sealed === null ? null : String(sealed)
})

/** The row as JSON, to be read by `json_populate_recordset`. */
export const toJson = (record: AuditRecord) => ({
  site_grouping_id: tenantColumn(record.siteGroupingId),
  place: record.place,
  actor: record.actor,
  action: record.action,
  subject: record.subject,
  ...partsOf(record.detail),
  at: iso(record.at),
  hash: record.hash
})
