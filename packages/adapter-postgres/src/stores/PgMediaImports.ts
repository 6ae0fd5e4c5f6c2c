/** What is to be copied from providers, under leases by the store's clock. */
import { MediaImports } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { asStorage } from "../sql/StorageErrors.ts"
import { isUuid, iso } from "../sql/rows.ts"
import { encode, FieldEncryption } from "../encryption/FieldEncryption.ts"
import type { Row } from "../tables/Table.ts"
import { mediaImports } from "../tables/Tables.ts"

interface ClaimedRow extends Row {
  readonly place: bigint
  readonly fence: bigint
}

export const layer = Layer.effect(
  MediaImports,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const encryption = yield* FieldEncryption
    return MediaImports.of({
      add: (imports, dueAt) =>
        imports.length === 0
          ? Effect.void
          : encode(encryption, mediaImports, imports).pipe(
              Effect.flatMap(
                (rows) => sql`
                insert into media_imports (${mediaImports.columns}, due_at)
                select ${mediaImports.columns}, ${iso(dueAt)}::timestamptz from ${mediaImports.given(rows)}`
              ),
              Effect.asVoid,
              asStorage("mediaImports.add")
            ),
      claim: ({ leaseMillis, limit }) =>
        sql<ClaimedRow>`
          with due as materialized (
            select site_grouping_id, id from media_imports where due_at <= careline_now()
            order by due_at, place limit ${limit}
            for update skip locked
          )
          update media_imports m
          set fence = m.fence + 1, due_at = careline_now() + make_interval(secs => ${leaseMillis}::float8 / 1000)
          from due where m.site_grouping_id = due.site_grouping_id and m.id = due.id
          returning m.*`.pipe(
          Effect.flatMap((rows) => encryption.decrypt(mediaImports, rows)),
          Effect.map((rows) =>
            rows
              .toSorted((one, other) => Number(one.place - other.place))
              .map((row) => ({ import: mediaImports.fromRow(row), fence: String(row.fence) }))
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
