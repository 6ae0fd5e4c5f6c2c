/** Brings the tables up to date. */
import { StorageError, StoreFault } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { Migrator } from "effect/sql"
import { type DatabaseOptions, layerClient, layerRowLevelSecurity } from "./client/Client.ts"
import * as RowLevelSecurityCheck from "./row-level-security/RowLevelSecurityCheck.ts"
import { asStorage } from "./sql/StorageErrors.ts"
import careline from "./migrations/0001_careline.ts"
import decisions from "./migrations/0002_decisions.ts"
import limits from "./migrations/0003_limits.ts"
import calls from "./migrations/0004_calls.ts"
import numbers from "./migrations/0005_numbers.ts"
import encrypted from "./migrations/0006_sealed.ts"
import audit from "./migrations/0007_audit.ts"
import rowLevelSecurity from "./migrations/0008_row_level_security.ts"
import numberOrders from "./migrations/0009_number_orders.ts"
import threadPatients from "./migrations/0010_thread_patients.ts"
import numberKeys from "./migrations/0011_number_keys.ts"
import installation from "./migrations/0012_installation.ts"
import sendLanes from "./migrations/0013_send_lanes.ts"
import mediaUploads from "./migrations/0014_media_uploads.ts"
import clock from "./migrations/0015_clock.ts"
import unanswered from "./migrations/0016_unanswered.ts"
import readers from "./migrations/0017_readers.ts"
import callbackRings from "./migrations/0018_callback_rings.ts"
import platformSettings from "./migrations/0019_platform_settings.ts"
import parked from "./migrations/0020_parked.ts"
import breakGlassesOfUser from "./migrations/0021_break_glasses_of_user.ts"
import breakGlassesInTurn from "./migrations/0022_break_glasses_in_turn.ts"

const migrations = {
  "1_careline": careline,
  "2_decisions": decisions,
  "3_limits": limits,
  "4_calls": calls,
  "5_numbers": numbers,
  "6_sealed": encrypted,
  "7_audit": audit,
  "8_row_level_security": rowLevelSecurity,
  "9_number_orders": numberOrders,
  "10_thread_patients": threadPatients,
  "11_number_keys": numberKeys,
  "12_installation": installation,
  "13_send_lanes": sendLanes,
  "14_media_uploads": mediaUploads,
  "15_clock": clock,
  "16_unanswered": unanswered,
  "17_readers": readers,
  "18_callback_rings": callbackRings,
  "19_platform_settings": platformSettings,
  "20_parked": parked,
  "21_break_glasses_of_user": breakGlassesOfUser,
  "22_break_glasses_in_turn": breakGlassesInTurn
}

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
