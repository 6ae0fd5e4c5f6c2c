/** Uploads that wait for a message, and those that none took in time. */
import type { BlobKey } from "@careline/domain"
import { MediaUploads } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { asStorage } from "../sql/StorageErrors.ts"
import { lock } from "../sql/lock.ts"
import { iso, tenantColumn } from "../sql/rows.ts"

const keysOf = (rows: ReadonlyArray<{ readonly key: string }>): ReadonlyArray<BlobKey> =>
  rows.map(({ key }) => key as BlobKey)

export const layer = Layer.effect(
  MediaUploads,
  Effect.map(PgClient.PgClient, (sql) =>
    MediaUploads.of({
      add: ({ at, key, siteGroupingId, size, userId }, quota) =>
        lock(sql, `media upload ${userId}`).pipe(
          Effect.andThen(sql`
            insert into media_uploads (site_grouping_id, key, user_id, size, waits_since)
            select ${tenantColumn(siteGroupingId)}, ${key}, ${userId}, ${size}::bigint, ${iso(at)}::timestamptz
            from (select count(*) as uploads, coalesce(sum(size), 0) as bytes from media_uploads
                  where user_id = ${userId} and not is_removed) waiting
            where uploads < ${quota.uploads}::bigint and bytes + ${size}::bigint <= ${quota.bytes}::bigint
            returning key`),
          Effect.map((rows) => rows.length === 1),
          sql.withTransaction,
          asStorage("mediaUploads.add")
        ),
      hold: (siteGroupingId, keys, at) =>
        keys.length === 0
          ? Effect.succeed([])
          : sql`
              update media_uploads set waits_since = greatest(waits_since, ${iso(at)}::timestamptz)
              where site_grouping_id = ${tenantColumn(siteGroupingId)} and key = any(${[...keys]}::text[])
                and not is_removed`.pipe(
              // A statement of its own: it sees what was marked while the first one waited.
              Effect.andThen(sql<{ readonly key: string }>`
                select key from media_uploads
                where site_grouping_id = ${tenantColumn(siteGroupingId)} and key = any(${[...keys]}::text[])
                  and is_removed`),
              Effect.map(keysOf),
              asStorage("mediaUploads.hold")
            ),
      take: (siteGroupingId, keys) =>
        keys.length === 0
          ? Effect.void
          : sql`
              delete from media_uploads
              where site_grouping_id = ${tenantColumn(siteGroupingId)} and key = any(${[...keys]}::text[])
                and not is_removed`.pipe(Effect.asVoid, asStorage("mediaUploads.take")),
      expire: ({ before, limit }) =>
        sql<{ readonly key: string; readonly waits_since: Date }>`
          with due as materialized (
            select site_grouping_id, key from media_uploads where waits_since < ${iso(before)}::timestamptz
            order by waits_since, key limit ${limit}
            for update skip locked
          )
          update media_uploads m set is_removed = true
          from due where m.site_grouping_id = due.site_grouping_id and m.key = due.key
          returning m.key, m.waits_since`.pipe(
          Effect.map((rows) =>
            keysOf(
              rows.toSorted(
                (one, other) =>
                  one.waits_since.getTime() - other.waits_since.getTime() || (one.key < other.key ? -1 : 1)
              )
            )
          ),
          asStorage("mediaUploads.expire")
        ),
      removed: (keys) =>
        keys.length === 0
          ? Effect.void
          : sql`delete from media_uploads where key = any(${[...keys]}::text[]) and is_removed`.pipe(
              Effect.asVoid,
              asStorage("mediaUploads.removed")
            )
    })
  )
)
