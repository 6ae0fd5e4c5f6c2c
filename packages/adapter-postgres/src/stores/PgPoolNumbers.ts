/** What tenants have of our numbers. Those in nobody's hands are in no pool. */
import { InventoryNumber } from "@careline/domain"
import { NumberTaken, PoolNumbers, type TenantScope } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Option } from "effect"
import { asStorage } from "../sql/StorageErrors.ts"
import * as NumberRow from "../rows/numberRow.ts"
import { isUuid, tenantColumn } from "../sql/rows.ts"

type Row = NumberRow.NumberRow

const first = (rows: ReadonlyArray<Row>) => Option.map(Option.fromNullishOr(rows[0]), NumberRow.toHeld)
const every = (rows: ReadonlyArray<Row>) => rows.map(NumberRow.toHeld)

export const layer = Layer.effect(
  PoolNumbers,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const ofScope = (scope: TenantScope) =>
      scope === "all"
        ? sql`site_grouping_id is not null`
        : sql`site_grouping_id = any(${scope.map(tenantColumn)}::text[])`
    return PoolNumbers.of({
      list: (scope) =>
        sql<Row>`
          select * from phone_numbers where ${ofScope(scope)} order by site_grouping_id, created_at, id`.pipe(
          Effect.map(every),
          asStorage("poolNumbers.list")
        ),
      get: (scope, id) =>
        !isUuid(id)
          ? Effect.succeedNone
          : sql<Row>`select * from phone_numbers where id = ${id}::uuid and ${ofScope(scope)}`.pipe(
              Effect.map(first),
              asStorage("poolNumbers.get")
            ),
      byNumbers: (numbers) =>
        sql<Row>`
          select * from phone_numbers
          where number = any(${[...numbers]}::text[]) and site_grouping_id is not null`.pipe(
          Effect.map(every),
          asStorage("poolNumbers.byNumbers")
        ),
      defaultOf: (tenant) =>
        sql<Row>`
          select * from phone_numbers where site_grouping_id = ${tenantColumn(tenant)} and status = 'assigned'
          order by is_default desc, created_at, id limit 1`.pipe(Effect.map(first), asStorage("poolNumbers.defaultOf")),
      carriedBy: (tenants, provider, unclaimed) =>
        sql<Row>`
          select * from phone_numbers
          where site_grouping_id = any(${tenants.map(tenantColumn)}::text[]) and (provider = ${provider} or (${unclaimed} and provider is null))
            and status = 'assigned'
          order by created_at, id`.pipe(Effect.map(every), asStorage("poolNumbers.carriedBy")),
      add: (number) =>
        Effect.gen(function* () {
          const row = NumberRow.toJson(InventoryNumber.entered(number))
          yield* sql`insert into site_groupings (id) values (${row.site_grouping_id}) on conflict do nothing`
          const added = yield* sql`
            insert into phone_numbers (site_grouping_id, id, number, label, provider_sid, provider, status, created_at,
                                       status_since, acquired_at)
            values (${row.site_grouping_id}, ${row.id}::uuid, ${row.number}, ${row.label}, ${row.provider_sid},
                    ${row.provider}, ${row.status}, ${row.created_at}::timestamptz, ${row.status_since}::timestamptz,
                    ${row.acquired_at}::timestamptz)
            on conflict on constraint phone_numbers_number_key do nothing
            returning id`
          if (added.length === 0) return yield* new NumberTaken({ number: number.number })
        }).pipe(asStorage("poolNumbers.add"))
    })
  })
)
