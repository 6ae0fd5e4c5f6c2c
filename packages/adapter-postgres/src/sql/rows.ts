/** Converts tenants, instants and ids between rows and the model. */
import type { Tenant } from "@careline/domain"
import type { TenantScope } from "@careline/ports"
import type { PgClient } from "@effect/sql-pg"
import { DateTime } from "effect"
import type { Statement } from "effect/sql"

/** The tenant as it is kept: a key cannot hold null, so `''` stands for the system-wide space. */
export const tenantColumn = (tenant: Tenant): string => tenant ?? ""

export const tenantOf = (column: string): Tenant => (column === "" ? null : (column as Tenant))

/** The tenants of a scope, as rows of one column, `tenant`. Everybody's are those that are on record. */
export const tenants = (sql: PgClient.PgClient, scope: TenantScope): Statement.Fragment =>
  scope === "all"
    ? sql`(select id as tenant from site_groupings)`
    : sql`(select tenant from unnest(${scope.map(tenantColumn)}::text[]) tenant)`

/** Puts the tenants on record that are not yet: rows of theirs refer to them. */
export const recordTenants = (sql: PgClient.PgClient, of: ReadonlyArray<Tenant>) =>
  sql`insert into site_groupings (id) select unnest(${[...new Set(of.map(tenantColumn))]}::text[]) on conflict do nothing`

export const instant = (date: Date): DateTime.Utc => DateTime.makeUnsafe(date)

export const instantOrNull = (date: Date | null): DateTime.Utc | null =>
  date === null ? null : DateTime.makeUnsafe(date)

export const iso = (at: DateTime.Utc | null): string | null => (at === null ? null : DateTime.formatIso(at))

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether an id can be one of ours. Any other names nothing here. */
export const isUuid = (id: string): boolean => UUID.test(id)

/** Each key once, however often it was asked for. */
export const distinct = <Key extends object>(keys: ReadonlyArray<Key>): ReadonlyArray<Key> => [
  ...new Map(keys.map((key) => [JSON.stringify(key), key])).values()
]
