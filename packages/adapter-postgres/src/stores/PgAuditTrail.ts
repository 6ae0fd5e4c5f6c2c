/** The audit log, to read. */
import { type AuditQuery, type AuditRecord, AuditTrail } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Schema } from "effect"
import type { Statement } from "effect/sql"
import * as AuditChains from "./AuditChains.ts"
import * as Cursor from "../sql/cursor.ts"
import { asStorage } from "../sql/StorageErrors.ts"
import { iso, tenantColumn } from "../sql/rows.ts"
import * as Envelope from "../encryption/Envelope.ts"
import { FieldEncryption } from "../encryption/FieldEncryption.ts"
import type { Row } from "../tables/Table.ts"
import { auditLog, type AuditRow } from "../tables/Tables.ts"

type EncryptedRow = Row & Pick<AuditRow, "sealed">

/** The record with what may be contact data back among its details. */
const toRecord = ({ sealed, ...record }: AuditRow): AuditRecord =>
  sealed === null ? record : { ...record, detail: { ...record.detail, sealed } }
const fromRow = (row: Row) => toRecord(auditLog.fromRow(row))

const cursor = Cursor.make("audit", Schema.Struct({ at: Cursor.Millis, tenant: Schema.String, place: Schema.Int }))

export const layer = Layer.effect(
  AuditTrail,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const encryption = yield* FieldEncryption

    /** Rows with their details decrypted; those of before the database was encrypted are as they were. */
    const decrypted = Effect.fnUntraced(function* (rows: ReadonlyArray<EncryptedRow>) {
      const isEncrypted = ({ sealed }: EncryptedRow) => sealed !== null && Envelope.keyIdOf(sealed) !== null
      const read = (yield* encryption.decrypt(auditLog, rows.filter(isEncrypted))).values()
      return rows.map((row) => (isEncrypted(row) ? read.next().value! : row))
    })

    /** Tenants whose settings were removed have their chains all the same. */
    const chains = (scope: AuditQuery["scope"]): Statement.Fragment =>
      scope === "all"
        ? sql`(select site_grouping_id as tenant from audit_chains)`
        : sql`(select tenant from unnest(${scope.map(tenantColumn)}::text[]) tenant)`

    const filters = (query: AuditQuery): ReadonlyArray<Statement.Fragment> => [
      ...(query.actor === undefined ? [] : [sql`a.actor = ${query.actor}`]),
      ...(query.action === undefined ? [] : [sql`a.action = ${query.action}`]),
      ...(query.subject === undefined ? [] : [sql`a.subject = ${query.subject}`]),
      ...(query.patientId === undefined ? [] : [sql`(a.detail ->> 'patients')::jsonb ? ${query.patientId}`]),
      ...(query.from === undefined ? [] : [sql`a.at >= ${iso(query.from)}::timestamptz`]),
      ...(query.to === undefined ? [] : [sql`a.at < ${iso(query.to)}::timestamptz`])
    ]

    return AuditTrail.of({
      list: (query) =>
        Effect.gen(function* () {
          const after = yield* Effect.fromResult(cursor.decode(query.cursor))
          const rows = yield* sql<EncryptedRow>`
            select p.* from ${chains(query.scope)} s
            cross join lateral (
              select a.* from audit_log a
              where a.site_grouping_id = s.tenant and ${sql.and([sql`true`, ...filters(query)])}
                ${
                  after === null
                    ? sql``
                    : sql`and (a.at, a.site_grouping_id, a.place)
                            < (to_timestamp(${after.at}::float8 / 1000), ${after.tenant}::text, ${after.place}::bigint)`
                }
              order by a.at desc, a.place desc limit ${query.limit + 1}
            ) p
            order by p.at desc, p.site_grouping_id desc, p.place desc limit ${query.limit + 1}`
          const items = (yield* decrypted(rows.slice(0, query.limit))).map(fromRow)
          const last = items.at(-1)
          return {
            items,
            nextCursor:
              rows.length > query.limit && last !== undefined
                ? cursor.encode({
                    at: last.at.epochMilliseconds,
                    tenant: tenantColumn(last.siteGroupingId),
                    place: last.place
                  })
                : null
          }
        }).pipe(asStorage("auditTrail.list")),

      heads: (scope) =>
        sql<{ readonly site_grouping_id: string; readonly place: bigint; readonly hash: string }>`
          select site_grouping_id, place, hash from audit_chains
          where ${scope === "all" ? sql`true` : sql`site_grouping_id = any(${scope.map(tenantColumn)}::text[])`}
          union all
          select distinct a.site_grouping_id, 0::bigint, '' from audit_log a
          where ${scope === "all" ? sql`true` : sql`a.site_grouping_id = any(${scope.map(tenantColumn)}::text[])`}
            and not exists (select from audit_chains c where c.site_grouping_id = a.site_grouping_id)
          order by site_grouping_id`.pipe(
          Effect.map((rows) => rows.map(AuditChains.headOf)),
          asStorage("auditTrail.heads")
        ),

      links: (tenant, after, limit) =>
        sql<Row>`
          select * from audit_log where site_grouping_id = ${tenantColumn(tenant)} and place > ${after}::bigint
          order by place limit ${limit}`.pipe(
          Effect.map((rows) => rows.map(fromRow)),
          asStorage("auditTrail.links")
        )
    })
  })
)
