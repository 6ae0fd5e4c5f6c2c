/** What tenants have of our numbers. Those in nobody's hands are in no pool. */
import { InventoryNumber } from "@careline/domain"
import { PoolNumbers, type TenantScope } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Option } from "effect"
import { asStorage } from "../sql/StorageErrors.ts"
import { isUuid, tenantColumn } from "../sql/rows.ts"
import type { Row } from "../tables/Table.ts"
import { phoneNumbers } from "../tables/Tables.ts"
import { add } from "./PgNumberInventory.ts"

const every = (rows: ReadonlyArray<Row>) => rows.flatMap((row) => InventoryNumber.held(phoneNumbers.fromRow(row)) ?? [])
const first = (rows: ReadonlyArray<Row>) => Option.fromUndefinedOr(every(rows)[0])

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
      add: (number) => asStorage("poolNumbers.add")(add(sql, InventoryNumber.entered(number)))
    })
  })
)
