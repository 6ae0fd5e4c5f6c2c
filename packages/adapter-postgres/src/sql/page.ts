/** A page of a table in the order of time, the newest first, where ids decide between equals. */
import type { InvalidCursor, Page, PageRequest, TenantScope } from "@careline/ports"
import type { PgClient } from "@effect/sql-pg"
import { type DateTime, Effect } from "effect"
import type { SqlError, Statement } from "effect/sql"
import * as Cursor from "./cursor.ts"
import { tenants } from "./rows.ts"

type Row = Readonly<Record<string, unknown>>

interface Listed {
  readonly id: string
  readonly createdAt: DateTime.Utc
}

/** The table that a list is of. */
export interface ListedTable {
  readonly table: string
  /** What the table is called in the condition, which holds for the tenant `s.tenant`. */
  readonly alias: string
}

/** What a list is of. */
export interface Listing<A extends Listed, E> extends ListedTable {
  /** Names the list, so that a cursor of another one is told apart. */
  readonly name: string
  readonly read: (rows: ReadonlyArray<Row>) => Effect.Effect<ReadonlyArray<A>, E>
}

/** Pages of a list: of each tenant of the scope a page, and the newest of those. */
export const newestFirst = <A extends Listed, E>(
  sql: PgClient.PgClient,
  { alias, name, read, table }: Listing<A, E>
) => {
  const cursor = Cursor.make(name, Cursor.InstantAndId)
  const [from, t] = [sql.literal(`${table} ${alias}`), sql.literal(alias)]
  return (
    {
      limit,
      offset = 0,
      scope,
      ...page
    }: PageRequest & { readonly scope: TenantScope; readonly offset?: number | undefined },
    matching: Statement.Fragment
  ): Effect.Effect<Page<A>, E | InvalidCursor | SqlError.SqlError> =>
    Effect.gen(function* () {
      const after = yield* Effect.fromResult(cursor.decode(page.cursor))
      const behind =
        after === null
          ? sql``
          : sql`and (${t}.created_at, ${t}.id) < (to_timestamp(${after.at}::float8 / 1000), ${after.id}::uuid)`
      const rows = yield* sql<Row>`
        select p.* from ${tenants(sql, scope)} s
        cross join lateral (
          select ${t}.* from ${from}
          where ${matching} ${behind}
          order by ${t}.created_at desc, ${t}.id desc
          limit ${offset + limit + 1}
        ) p
        order by p.created_at desc, p.id desc
        limit ${limit + 1} offset ${offset}`
      const items = yield* read(rows.slice(0, limit))
      const last = items.at(-1)
      return {
        items,
        nextCursor:
          rows.length > limit && last !== undefined
            ? cursor.encode({ at: last.createdAt.epochMilliseconds, id: last.id })
            : null
      }
    })
}

/** How many there are of a list in the tenants of the scope. */
export const counted =
  (sql: PgClient.PgClient, { alias, table }: ListedTable) =>
  (scope: TenantScope, matching: Statement.Fragment): Effect.Effect<number, SqlError.SqlError> =>
    sql<{ readonly count: number }>`
      select count(*)::int as count from ${tenants(sql, scope)} s join ${sql.literal(`${table} ${alias}`)} on ${matching}`.pipe(
      Effect.map(([row]) => row!.count)
    )
