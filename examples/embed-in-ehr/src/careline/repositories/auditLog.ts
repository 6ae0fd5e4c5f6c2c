/** Who did what to whose data. */
import type { Repositories } from "@careline/application/promise"
import type { Queryable } from "../../ehr/database.ts"
import { insert } from "./rows.ts"

export const auditLog: Repositories<Queryable>["auditLog"] = (db) => ({
  record: async (entries) => {
    const rows = entries.map(({ siteGroupingId, ...entry }) => ({ site_group_id: siteGroupingId, ...entry }))
    await insert(db, "audit_trail", rows)
  }
})
