/** Accesses in an emergency. */
import { BreakGlasses, type TenantScope } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Option } from "effect"
import { storeNow } from "../sql/clock.ts"
import * as Cursor from "../sql/cursor.ts"
import { asStorage } from "../sql/StorageErrors.ts"
import { lock } from "../sql/lock.ts"
import { isUuid, iso, tenantColumn } from "../sql/rows.ts"
import { decode, encode, FieldEncryption } from "../encryption/FieldEncryption.ts"
import type { Row } from "../tables/Table.ts"
import { breakGlasses } from "../tables/Tables.ts"

const cursor = Cursor.make("break-glasses", Cursor.InstantAndId)

export const layer = Layer.effect(
  BreakGlasses,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const encryption = yield* FieldEncryption
    const toGlasses = decode(encryption, breakGlasses)
    const isOf = (scope: TenantScope) =>
      scope === "all" ? sql`true` : sql`site_grouping_id = any(${scope.map(tenantColumn)}::text[])`
    return BreakGlasses.of({
      now: storeNow(sql).pipe(asStorage("breakGlasses.now")),
      open: (glass) =>
        encode(encryption, breakGlasses, [glass]).pipe(
          Effect.flatMap((rows) => sql`${breakGlasses.insert(rows)}`),
          Effect.asVoid,
          asStorage("breakGlasses.open")
        ),
      close: ({ closedAt, id, siteGroupingId }) =>
        sql`
          update break_glasses set closed_at = ${iso(closedAt)}::timestamptz
          where site_grouping_id = ${tenantColumn(siteGroupingId)} and id = ${id}::uuid
            and closed_at is null`.pipe(Effect.asVoid, asStorage("breakGlasses.close")),
      get: (scope, id) =>
        !isUuid(id)
          ? Effect.succeedNone
          : sql<Row>`
              select * from break_glasses where id = ${id}::uuid and ${isOf(scope)}`.pipe(
              Effect.flatMap(toGlasses),
              Effect.map(([glass]) => Option.fromUndefinedOr(glass)),
              asStorage("breakGlasses.get")
            ),
      countOf: (userId, since) =>
        Effect.andThen(
          lock(sql, `break-glass ${userId}`),
          sql<{ readonly count: number }>`
            select count(*)::int as count from break_glasses
            where user_id = ${userId} and opened_at > ${iso(since)}::timestamptz`
        ).pipe(
          Effect.map(([row]) => row!.count),
          asStorage("breakGlasses.countOf")
        ),
      list: (query) =>
        Effect.gen(function* () {
          const after = yield* Effect.fromResult(cursor.decode(query.cursor))
          const rows = yield* sql<Row>`
            select * from break_glasses
            where ${isOf(query.scope)}
              ${after === null ? sql`` : sql`and (opened_at, id) < (to_timestamp(${after.at}::float8 / 1000), ${after.id}::uuid)`}
            order by opened_at desc, id desc limit ${query.limit + 1}`
          const items = yield* toGlasses(rows.slice(0, query.limit))
          const last = items.at(-1)
          return {
            items,
            nextCursor:
              rows.length > query.limit && last !== undefined
                ? cursor.encode({ at: last.openedAt.epochMilliseconds, id: last.id })
                : null
          }
        }).pipe(asStorage("breakGlasses.list"))
    })
  })
)
