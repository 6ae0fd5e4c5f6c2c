/** Accesses in an emergency. */
import type { BreakGlass, BreakGlassId, UserId } from "@careline/domain"
import { BreakGlasses, type TenantScope } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Option } from "effect"
import { storeNow } from "../sql/clock.ts"
import * as Cursor from "../sql/cursor.ts"
import { asStorage } from "../sql/StorageErrors.ts"
import { lock } from "../sql/lock.ts"
import { instant, instantOrNull, isUuid, iso, tenantColumn, tenantOf } from "../sql/rows.ts"
import { FieldEncryption } from "../encryption/FieldEncryption.ts"

interface Row {
  readonly site_grouping_id: string
  readonly id: string
  readonly user_id: string
  readonly reason: string
  readonly opened_at: Date
  readonly expires_at: Date
  readonly closed_at: Date | null
}

const fromRow = (row: Row): BreakGlass.BreakGlass => ({
  id: row.id as BreakGlassId,
  siteGroupingId: tenantOf(row.site_grouping_id),
  userId: row.user_id as UserId,
  reason: row.reason,
  openedAt: instant(row.opened_at),
  expiresAt: instant(row.expires_at),
  closedAt: instantOrNull(row.closed_at)
})

const cursor = Cursor.make("break-glasses", Cursor.InstantAndId)

export const layer = Layer.effect(
  BreakGlasses,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const encryption = yield* FieldEncryption
    const toGlasses = (rows: ReadonlyArray<Row>) =>
      Effect.map(encryption.decrypt("break_glasses", rows), (opened) => opened.map(fromRow))
    const isOf = (scope: TenantScope) =>
      scope === "all" ? sql`true` : sql`site_grouping_id = any(${scope.map(tenantColumn)}::text[])`
    return BreakGlasses.of({
      now: storeNow(sql).pipe(asStorage("breakGlasses.now")),
      open: (glass) =>
        Effect.flatMap(
          encryption.encrypt("break_glasses", [
            { site_grouping_id: tenantColumn(glass.siteGroupingId), id: glass.id, reason: glass.reason }
          ]),
          ([row]) => sql`
          insert into break_glasses (site_grouping_id, id, user_id, reason, opened_at, expires_at, closed_at)
          values (${tenantColumn(glass.siteGroupingId)}, ${glass.id}::uuid, ${glass.userId}, ${row!.reason},
                  ${iso(glass.openedAt)}::timestamptz, ${iso(glass.expiresAt)}::timestamptz,
                  ${iso(glass.closedAt)}::timestamptz)`
        ).pipe(Effect.asVoid, asStorage("breakGlasses.open")),
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
