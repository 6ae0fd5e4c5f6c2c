/** What contacts allow. */
import type { Consent, Contact } from "@careline/domain"
import { Consents } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { asStorage } from "../sql/StorageErrors.ts"
import { distinct, instantOrNull, tenantColumn, tenantOf } from "../sql/rows.ts"
import { FieldEncryption } from "../encryption/FieldEncryption.ts"

interface Row {
  readonly site_grouping_id: string
  readonly contact: string
  readonly status: Consent.Consent["status"]
  readonly source: Consent.Consent["source"]
  readonly changed_at: Date | null
}

export const layer = Layer.effect(
  Consents,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const encryption = yield* FieldEncryption
    return Consents.of({
      load: (keys) =>
        sql<Row>`
          select c.* from json_to_recordset(${JSON.stringify(
            distinct(
              keys.map(({ contact, siteGroupingId }) => ({
                site_grouping_id: tenantColumn(siteGroupingId),
                contact: encryption.index(contact)
              }))
            )
          )}::json) k (site_grouping_id text, contact text)
          join consents c using (site_grouping_id, contact)`.pipe(
          Effect.flatMap((rows) => encryption.decrypt("consents", rows)),
          Effect.map((rows) =>
            rows.map((row): Consent.Consent => ({
              siteGroupingId: tenantOf(row.site_grouping_id),
              contact: row.contact as Contact.Contact,
              status: row.status,
              source: row.source,
              changedAt: instantOrNull(row.changed_at)
            }))
          ),
          asStorage("consents.load")
        )
    })
  })
)
