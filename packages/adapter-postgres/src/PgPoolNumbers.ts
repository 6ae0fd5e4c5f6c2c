/** Our numbers. */
import type { PhoneNumber, PhoneNumberId, PoolNumber } from "@careline/domain"
import { NumberTaken, PoolNumbers } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Option } from "effect"
import { asStorage } from "./Database.ts"
import { instant, isUuid, iso, tenantColumn, tenantOf } from "./rows.ts"

interface Row {
  readonly site_grouping_id: string
  readonly id: string
  readonly number: string
  readonly label: string | null
  readonly provider_sid: string | null
  readonly provider: string | null
  readonly status: PoolNumber.PoolNumber["status"]
  readonly created_at: Date
}

const fromRow = (row: Row): PoolNumber.PoolNumber => ({
  id: row.id as PhoneNumberId,
  siteGroupingId: tenantOf(row.site_grouping_id),
  number: row.number as PhoneNumber.E164,
  label: row.label,
  providerSid: row.provider_sid,
  provider: row.provider,
  status: row.status,
  createdAt: instant(row.created_at)
})

const first = (rows: ReadonlyArray<Row>) => (rows[0] === undefined ? Option.none() : Option.some(fromRow(rows[0])))

export const layer = Layer.effect(
  PoolNumbers,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    return PoolNumbers.of({
      list: (scope) =>
        sql<Row>`
          select * from phone_numbers
          where ${scope === "all" ? sql`true` : sql`site_grouping_id = any(${scope.map(tenantColumn)}::text[])`}
          order by site_grouping_id, created_at, id`.pipe(
          Effect.map((rows) => rows.map(fromRow)),
          asStorage("poolNumbers.list")
        ),
      get: (scope, id) =>
        !isUuid(id)
          ? Effect.succeedNone
          : sql<Row>`
              select * from phone_numbers
              where id = ${id}::uuid
                and ${scope === "all" ? sql`true` : sql`site_grouping_id = any(${scope.map(tenantColumn)}::text[])`}`.pipe(
              Effect.map(first),
              asStorage("poolNumbers.get")
            ),
      byNumbers: (numbers) =>
        sql<Row>`select * from phone_numbers where number = any(${[...numbers]}::text[])`.pipe(
          Effect.map((rows) => rows.map(fromRow)),
          asStorage("poolNumbers.byNumbers")
        ),
      defaultOf: (tenant) =>
        sql<Row>`
          select * from phone_numbers where site_grouping_id = ${tenantColumn(tenant)} and status <> 'suspended'
          order by created_at, id limit 1`.pipe(Effect.map(first), asStorage("poolNumbers.defaultOf")),
      carriedBy: (tenants, provider, unclaimed) =>
        sql<Row>`
          select * from phone_numbers
          where site_grouping_id = any(${tenants.map(tenantColumn)}::text[]) and (provider = ${provider} or (${unclaimed} and provider is null))
            and status <> 'suspended'
          order by created_at, id`.pipe(
          Effect.map((rows) => rows.map(fromRow)),
          asStorage("poolNumbers.carriedBy")
        ),
      add: (number) =>
        Effect.gen(function* () {
          const tenant = tenantColumn(number.siteGroupingId)
          yield* sql`insert into site_groupings (id) values (${tenant}) on conflict do nothing`
          const added = yield* sql`
            insert into phone_numbers (site_grouping_id, id, number, label, provider_sid, provider, status, created_at)
            values (${tenant}, ${number.id}::uuid, ${number.number}, ${number.label}, ${number.providerSid},
                    ${number.provider}, ${number.status}, ${iso(number.createdAt)}::timestamptz)
            on conflict on constraint phone_numbers_number_key do nothing
            returning id`
          if (added.length === 0) return yield* new NumberTaken({ number: number.number })
        }).pipe(asStorage("poolNumbers.add"))
    })
  })
)
