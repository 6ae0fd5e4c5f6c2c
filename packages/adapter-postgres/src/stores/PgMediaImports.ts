/** What is to be copied from providers, under leases by the store's clock. */
import type { MediaImportId } from "@careline/domain"
import { type MediaImport, MediaImports } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { asStorage } from "../sql/StorageErrors.ts"
import { isUuid, iso, tenantColumn, tenantOf } from "../sql/rows.ts"
import { FieldEncryption } from "../encryption/FieldEncryption.ts"

interface Row {
  readonly site_grouping_id: string
  readonly id: string
  readonly place: bigint
  readonly provider: string
  readonly source: MediaImport["source"]
  readonly stage: MediaImport["stage"]
  readonly failures: number
  readonly fence: bigint
}

const fromRow = (row: Row): MediaImport => ({
  id: row.id as MediaImportId,
  siteGroupingId: tenantOf(row.site_grouping_id),
  provider: row.provider,
  source: row.source,
  stage: row.stage,
  failures: row.failures
})

export const layer = Layer.effect(
  MediaImports,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const encryption = yield* FieldEncryption
    return MediaImports.of({
      add: (imports, dueAt) =>
        imports.length === 0
          ? Effect.void
          : Effect.gen(function* () {
              const rows = yield* encryption.encrypt(
                "media_imports",
                imports.map(({ siteGroupingId, ...one }) => ({
                  ...one,
                  site_grouping_id: tenantColumn(siteGroupingId)
                }))
              )
              yield* sql`
                insert into media_imports (site_grouping_id, id, provider, source, stage, failures, due_at)
                select site_grouping_id, id, provider, source, stage, failures, ${iso(dueAt)}::timestamptz
                from json_to_recordset(${JSON.stringify(rows)}::json)
                  n (site_grouping_id text, id uuid, provider text, source jsonb, stage text, failures integer)`
            }).pipe(asStorage("mediaImports.add")),
      claim: ({ leaseMillis, limit }) =>
        sql<Row>`
          with due as materialized (
            select site_grouping_id, id from media_imports where due_at <= careline_now()
            order by due_at, place limit ${limit}
            for update skip locked
          )
          update media_imports m
          set fence = m.fence + 1, due_at = careline_now() + make_interval(secs => ${leaseMillis}::float8 / 1000)
          from due where m.site_grouping_id = due.site_grouping_id and m.id = due.id
          returning m.*`.pipe(
          Effect.flatMap((rows) => encryption.decrypt("media_imports", rows)),
          Effect.map((rows) =>
            rows
              .toSorted((one, other) => Number(one.place - other.place))
              .map((row) => ({ import: fromRow(row), fence: String(row.fence) }))
          ),
          asStorage("mediaImports.claim")
        ),
      settle: ({ fence, id, next }) =>
        !isUuid(id)
          ? Effect.succeed(false)
          : (next === null
              ? sql`delete from media_imports where id = ${id}::uuid and fence = ${fence}::bigint returning id`
              : sql`
                  update media_imports
                  set stage = ${next.stage}, failures = ${next.failures}, due_at = ${iso(next.dueAt)}::timestamptz,
                      fence = fence + 1
                  where id = ${id}::uuid and fence = ${fence}::bigint
                  returning id`
            ).pipe(
              Effect.map((rows) => rows.length === 1),
              asStorage("mediaImports.settle")
            )
    })
  })
)
