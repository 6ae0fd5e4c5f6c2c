/** The audit log. */
import { AuditLog } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { asStorage } from "./Database.ts"
import { iso, tenantColumn } from "./rows.ts"

export const layer = Layer.effect(
  AuditLog,
  Effect.map(PgClient.PgClient, (sql) =>
    AuditLog.of({
      record: (entries) =>
        sql`
          insert into audit_log (site_grouping_id, actor, action, subject, detail, at)
          select site_grouping_id, actor, action, subject, detail, at
          from json_populate_recordset(null::audit_log, ${JSON.stringify(
            entries.map((entry) => ({
              site_grouping_id: tenantColumn(entry.siteGroupingId),
              actor: entry.actor,
              action: entry.action,
              subject: entry.subject,
              detail: entry.detail,
              at: iso(entry.at)
            }))
          )}::json)`.pipe(Effect.asVoid, asStorage("auditLog.record"))
    })
  )
)
