/** Who did what to whose data. */
import type { Plain, Repositories } from "careline"
import type { Queryable } from "../../ehr/database.ts"
import { type Fields, insert, rowOf } from "./rows.ts"

type AuditLog = ReturnType<Repositories<Queryable>["auditLog"]>
type AuditEntry = Plain<Parameters<AuditLog["record"]>[0]>[number]

const FIELDS: Fields<AuditEntry> = {
  siteGroupingId: "site_group_id",
  actor: "actor",
  action: "action",
  subject: "subject",
  detail: "detail",
  at: "at"
}

export const auditLog: Repositories<Queryable>["auditLog"] = (db) => ({
  record: async (entries) => {
    await insert(
      db,
      "audit_trail",
      entries.map((entry) => rowOf(FIELDS, entry))
    )
  }
})
