/** The connection to PostgreSQL: pools, session settings, migrations, and how its errors read as ours. */
import { StorageError, StoreConflict, StoreFault, StoreUnavailable } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, type Redacted } from "effect"
import { Migrator, type SqlError } from "effect/sql"
import * as Walls from "./Walls.ts"
import * as WallsStand from "./WallsStand.ts"
import careline from "./migrations/0001_careline.ts"
import decisions from "./migrations/0002_decisions.ts"
import limits from "./migrations/0003_limits.ts"
import calls from "./migrations/0004_calls.ts"
import numbers from "./migrations/0005_numbers.ts"
import sealed from "./migrations/0006_sealed.ts"
import audit from "./migrations/0007_audit.ts"
import walls from "./migrations/0008_walls.ts"
import numberOrders from "./migrations/0009_number_orders.ts"
import threadPatients from "./migrations/0010_thread_patients.ts"
import numberKeys from "./migrations/0012_number_keys.ts"
import installation from "./migrations/0013_installation.ts"
import sendLanes from "./migrations/0014_send_lanes.ts"
import mediaUploads from "./migrations/0015_media_uploads.ts"
import clock from "./migrations/0016_clock.ts"
import unanswered from "./migrations/0017_unanswered.ts"
import readers from "./migrations/0018_readers.ts"
import callbackRings from "./migrations/0019_callback_rings.ts"
import platformSettings from "./migrations/0021_platform_settings.ts"
import parked from "./migrations/0022_parked.ts"
import breakGlassesOfUser from "./migrations/0023_break_glasses_of_user.ts"
import breakGlassesInTurn from "./migrations/0024_break_glasses_in_turn.ts"

export interface DatabaseOptions {
  /** A login that may take the roles `careline_app` and `careline_worker`. */
  readonly url: Redacted.Redacted
  /** The login that owns the tables, and brings them up to date; that of `url` when not given. */
  readonly ownerUrl?: Redacted.Redacted | undefined
  /** Connections of this process. A third of them serves staff, the others workers and webhooks. */
  readonly maxConnections?: number
  /** Longest time of one statement, in milliseconds. */
  readonly statementTimeout?: number
  /** When a transaction that does nothing is ended, in milliseconds: it would hold its lanes from everybody. */
  readonly idleTransactionTimeout?: number
  /** How far the store's clock, by which leases and timers go, is ahead of the server's, in milliseconds. For a sandbox. */
  readonly clockOffset?: number
}

const defaults = { maxConnections: 12, statementTimeout: 30_000, idleTransactionTimeout: 60_000, clockOffset: 0 }

const sessionSettings = ({
  clockOffset,
  idleTransactionTimeout,
  statementTimeout
}: Required<Omit<DatabaseOptions, "ownerUrl">>) => ({
  timezone: "UTC",
  statement_timeout: String(statementTimeout),
  idle_in_transaction_session_timeout: String(idleTransactionTimeout),
  // A pooler may refuse a parameter that it does not know: only a sandbox has it.
  ...(clockOffset === 0 ? {} : { "careline.clock_offset": `${clockOffset} milliseconds` })
})

/** A pooled client whose sessions keep UTC and give up in time. It is its login, whom walls may not hold back. */
export const layerClient = (options: DatabaseOptions) => {
  const { maxConnections, url, ...given } = { ...defaults, ...options }
  return PgClient.layer({
    url,
    maxConnections,
    applicationName: "careline",
    startupParameters: sessionSettings({ maxConnections, url, ...given })
  })
}

const clientOf = (options: Required<Omit<DatabaseOptions, "ownerUrl">>, role: string, maxConnections: number) =>
  PgClient.make({
    url: options.url,
    maxConnections,
    applicationName: role,
    startupParameters: { ...sessionSettings(options), role }
  })

/**
 * A pooled client whose statements see what `RowAccess` lets them see. The database has to be up to date; one whose walls
 * have a gap is not opened.
 */
export const layerWalled = (options: DatabaseOptions) =>
  PgClient.layerFrom(
    Effect.gen(function* () {
      const given = { ...defaults, ...options }
      const forStaff = Math.max(1, Math.floor(given.maxConnections / 3))
      const staff = yield* clientOf(given, Walls.STAFF_ROLE, forStaff)
      const workers = yield* clientOf(given, Walls.WORKERS_ROLE, Math.max(2, given.maxConnections - forStaff))
      yield* WallsStand.assertIs(staff, Walls.STAFF_ROLE)
      yield* WallsStand.assertIs(workers, Walls.WORKERS_ROLE)
      yield* WallsStand.assertStand(workers)
      return yield* Walls.join(staff, workers)
    })
  )

/** A client whose statements are workers', whoever asks: for what is of the store itself, such as its keys. */
export const layerWorkers = (options: DatabaseOptions) =>
  PgClient.layerFrom(
    Effect.suspend(() => {
      const given = { ...defaults, ...options }
      return clientOf(given, Walls.WORKERS_ROLE, given.maxConnections)
    })
  )

/** Brings the tables up to date. Safe with several hosts starting at once: one migrates, the others wait. */
export const migrate = Migrator.make({})({
  table: "careline_migrations",
  loader: Migrator.fromRecord({
    "1_careline": careline,
    "2_decisions": decisions,
    "3_limits": limits,
    "4_calls": calls,
    "5_numbers": numbers,
    "6_sealed": sealed,
    "7_audit": audit,
    "8_walls": walls,
    "9_number_orders": numberOrders,
    "10_thread_patients": threadPatients,
    "12_number_keys": numberKeys,
    "13_installation": installation,
    "14_send_lanes": sendLanes,
    "15_media_uploads": mediaUploads,
    "16_clock": clock,
    "17_unanswered": unanswered,
    "18_readers": readers,
    "19_callback_rings": callbackRings,
    "21_platform_settings": platformSettings,
    "22_parked": parked,
    "23_break_glasses_of_user": breakGlassesOfUser,
    "24_break_glasses_in_turn": breakGlassesInTurn
  })
})

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
  const upToDate = Effect.andThen(Effect.flatMap(PgClient.PgClient, WallsStand.assertRoles), migrate)
  return Layer.unwrap(Effect.as(asMigration(Effect.provide(upToDate, owner)), layerWalled(options)))
}

/** The reason, without the driver's own error: that one quotes rows. */
const reasonOf = ({ reason }: SqlError.SqlError): StorageError["reason"] => {
  switch (reason._tag) {
    case "ConnectionError":
    case "AuthenticationError":
    case "LockTimeoutError":
    case "StatementTimeoutError":
      return new StoreUnavailable({ message: reason._tag })
    case "UniqueViolation":
      return new StoreConflict({ message: reason._tag, constraint: reason.constraint })
    case "DeadlockError":
    case "SerializationError":
      return new StoreConflict({ message: reason._tag, constraint: null })
    default:
      if (AWAY.test(sqlState(reason.cause))) {
        return new StoreUnavailable({ message: `${reason._tag}${sqlState(reason.cause)}` })
      }
      // Something failed before in the same transaction, which may be tried again as a whole.
      if (sqlState(reason.cause) === ` ${TRANSACTION_ABORTED}`) {
        return new StoreConflict({ message: reason._tag, constraint: null })
      }
      return new StoreFault({ message: `${reason._tag}${sqlState(reason.cause)}` })
  }
}

/** SQLSTATE of a statement in a transaction in which another one failed. */
const TRANSACTION_ABORTED = "25P02"

/**
 * SQLSTATEs of a server that takes nothing for now: read-only after a failover, out of disk, memory or connections, stopped by
 * an operator or starting, its disk failing (PostgreSQL, appendix A: 25006, and classes 53, 57P and 58).
 */
const AWAY = /^ (25006|53...|57P..|58...)$/

const sqlState = (cause: unknown): string =>
  typeof cause === "object" && cause !== null && "code" in cause ? ` ${String(cause.code)}` : ""

/** The effect with the errors of a store in the place of SQL's. */
export const asStorage =
  (operation: string) =>
  <A, E, R>(
    effect: Effect.Effect<A, E | SqlError.SqlError, R>
  ): Effect.Effect<A, Exclude<E, SqlError.SqlError> | StorageError, R> =>
    Effect.mapError(effect, (error) =>
      isSqlError(error)
        ? new StorageError({ operation, reason: reasonOf(error) })
        : (error as Exclude<E, SqlError.SqlError>)
    )

const isSqlError = (error: unknown): error is SqlError.SqlError =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "SqlError"
