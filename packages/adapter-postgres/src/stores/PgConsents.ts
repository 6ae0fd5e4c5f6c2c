/** What contacts allow. */
import { Contact } from "@careline/domain"
import { Consents } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { asStorage } from "../sql/StorageErrors.ts"
import { distinct, tenantColumn } from "../sql/rows.ts"
import { decode, FieldEncryption } from "../encryption/FieldEncryption.ts"
import type { Row } from "../tables/Table.ts"
import { consents } from "../tables/Tables.ts"

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
                contact: encryption.index(Contact.key(contact))
              }))
            )
          )}::json) k (site_grouping_id text, contact text)
          join consents c using (site_grouping_id, contact)`.pipe(
          Effect.flatMap(decode(encryption, consents)),
          asStorage("consents.load")
        )
    })
  })
)
