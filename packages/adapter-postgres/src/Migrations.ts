/** Brings the tables up to date. */
import { StorageError, StoreFault } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { Migrator } from "effect/sql"
import { type DatabaseOptions, layerClient, layerRowLevelSecurity } from "./client/Client.ts"
import * as RowLevelSecurityCheck from "./row-level-security/RowLevelSecurityCheck.ts"
import { asStorage } from "./sql/StorageErrors.ts"
import { migrations } from "./migrations/migrations.ts"

const TABLE = "careline_migrations"

/** Numbers had gaps once: what a database in use did under an old number, it did under today's. */
const closeGaps = Effect.fnUntraced(function* (sql: PgClient.PgClient) {
  const [table] = yield* sql`select 1 where to_regclass(${TABLE}) is not null`
  if (table === undefined) return
  const today = new Map(
    Object.keys(migrations).map((key) => [key.slice(key.indexOf("_") + 1), Number.parseInt(key)] as const)
  )
  const recorded = yield* sql<{ readonly id: number; readonly name: string }>`
    select migration_id as id, name from ${sql(TABLE)} order by migration_id`
  // From the lowest up, so that each finds its number free.
  for (const { id, name } of recorded) {
    const number = today.get(name) ?? id
    if (number < id) yield* sql`update ${sql(TABLE)} set migration_id = ${number} where name = ${name}`
  }
})

/** Brings the tables up to date. Safe with several hosts starting at once: one migrates, the others wait. */
export const migrate = Effect.andThen(
  Effect.flatMap(PgClient.PgClient, (sql) => sql.withTransaction(closeGaps(sql))),
  Migrator.make({})({ table: TABLE, loader: Migrator.fromRecord(migrations) })
)

/** What a migration fails with quotes rows. */
const asMigration = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  asStorage("migrate")(effect).pipe(
    Effect.mapError((error) =>
      error instanceof StorageError
        ? error
        : new StorageError({
            operation: "migrate",
            reason: new StoreFault({ message: "the tables could not be brought up to date" })
          })
    )
  )

/** A client to a database that is up to date. */
export const layer = (options: DatabaseOptions) => {
  const owner = layerClient({ ...options, url: options.ownerUrl ?? options.url, maxConnections: 1 })
  const upToDate = Effect.andThen(Effect.flatMap(PgClient.PgClient, RowLevelSecurityCheck.assertRoles), migrate)
  return Layer.unwrap(Effect.as(asMigration(Effect.provide(upToDate, owner)), layerRowLevelSecurity(options)))
}
