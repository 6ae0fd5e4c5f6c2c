/** The tenants on record. The system-wide space is a row as well, `''`, but none of them. */
import type { SiteGroupingId } from "@careline/domain"
import { SiteGroupings, SiteGroupingTaken } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Option } from "effect"
import { asStorage } from "../sql/StorageErrors.ts"
import { iso, tenantColumn } from "../sql/rows.ts"
import type { Row } from "../tables/Table.ts"
import { siteGroupings } from "../tables/Tables.ts"

export const layer = Layer.effect(
  SiteGroupings,
  Effect.map(PgClient.PgClient, (sql) =>
    SiteGroupings.of({
      list: (scope) =>
        sql<Row>`
          select * from site_groupings
          where id <> '' and ${scope === "all" ? sql`true` : sql`id = any(${scope.map(tenantColumn)}::text[])`}
          order by id`.pipe(
          Effect.map((rows) => rows.map(siteGroupings.fromRow)),
          asStorage("siteGroupings.list")
        ),
      add: (site) =>
        Effect.gen(function* () {
          const added = yield* sql`
            ${siteGroupings.insert([siteGroupings.toRow(site)])} on conflict do nothing returning id`
          if (added.length === 0) return yield* new SiteGroupingTaken({ id: site.id })
        }).pipe(asStorage("siteGroupings.add")),
      lock: (id) =>
        sql<Row>`select * from site_groupings where id = ${id} and id <> '' for no key update`.pipe(
          Effect.map(([row]) => Option.map(Option.fromNullishOr(row), siteGroupings.fromRow)),
          asStorage("siteGroupings.lock")
        ),
      save: ({ deactivatedAt, id, name }) =>
        sql`
          update site_groupings set name = ${name}, deactivated_at = ${iso(deactivatedAt)}::timestamptz
          where id = ${id}`.pipe(Effect.asVoid, asStorage("siteGroupings.save")),
      hold: (tenant) =>
        sql<{ readonly deactivated_at: Date | null }>`
          select deactivated_at from site_groupings where id = ${tenantColumn(tenant)} for share`.pipe(
          Effect.map(([row]) => row !== undefined && row.deactivated_at === null),
          asStorage("siteGroupings.hold")
        ),
      deactivated: (tenants) =>
        sql<{ readonly id: string }>`
          select id from site_groupings
          where deactivated_at is not null and id = any(${tenants.map(tenantColumn)}::text[])`.pipe(
          Effect.map((rows) => rows.map(({ id }) => id as SiteGroupingId)),
          asStorage("siteGroupings.deactivated")
        )
    })
  )
)
