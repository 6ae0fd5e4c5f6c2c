/** The tenants on record. The system-wide space is a row as well, `''`, but none of them. */
import type { SiteGrouping, SiteGroupingId } from "@careline/domain"
import { SiteGroupings, SiteGroupingTaken } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Option } from "effect"
import { asStorage } from "../sql/StorageErrors.ts"
import { instant, instantOrNull, iso, tenantColumn } from "../sql/rows.ts"

interface Row {
  readonly id: string
  readonly name: string | null
  readonly created_at: Date
  readonly deactivated_at: Date | null
}

const fromRow = ({ created_at, deactivated_at, id, name }: Row): SiteGrouping.SiteGrouping => ({
  id: id as SiteGroupingId,
  name,
  createdAt: instant(created_at),
  deactivatedAt: instantOrNull(deactivated_at)
})

export const layer = Layer.effect(
  SiteGroupings,
  Effect.map(PgClient.PgClient, (sql) =>
    SiteGroupings.of({
      list: (scope) =>
        sql<Row>`
          select * from site_groupings
          where id <> '' and ${scope === "all" ? sql`true` : sql`id = any(${scope.map(tenantColumn)}::text[])`}
          order by id`.pipe(
          Effect.map((rows) => rows.map(fromRow)),
          asStorage("siteGroupings.list")
        ),
      add: ({ createdAt, deactivatedAt, id, name }) =>
        Effect.gen(function* () {
          const added = yield* sql`
            insert into site_groupings (id, name, created_at, deactivated_at)
            values (${id}, ${name}, ${iso(createdAt)}::timestamptz, ${iso(deactivatedAt)}::timestamptz)
            on conflict do nothing returning id`
          if (added.length === 0) return yield* new SiteGroupingTaken({ id })
        }).pipe(asStorage("siteGroupings.add")),
      lock: (id) =>
        sql<Row>`select * from site_groupings where id = ${id} and id <> '' for no key update`.pipe(
          Effect.map(([row]) => Option.map(Option.fromNullishOr(row), fromRow)),
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
