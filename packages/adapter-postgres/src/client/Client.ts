/** Connects to PostgreSQL: pools, session settings, and the role that each connection has. */
import { PgClient } from "@effect/sql-pg"
import { Effect, type Redacted } from "effect"
import * as RowLevelSecurity from "../row-level-security/RowLevelSecurity.ts"
import * as RowLevelSecurityCheck from "../row-level-security/RowLevelSecurityCheck.ts"

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

/** A pooled client whose sessions keep UTC and give up in time. It is its login, whom no policy may hold back. */
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
 * A pooled client whose statements see what `RowAccess` lets them see. The database has to be up to date; one whose policies
 * have a gap is not opened.
 */
export const layerRowLevelSecurity = (options: DatabaseOptions) =>
  PgClient.layerFrom(
    Effect.gen(function* () {
      const given = { ...defaults, ...options }
      const forStaff = Math.max(1, Math.floor(given.maxConnections / 3))
      const staff = yield* clientOf(given, RowLevelSecurity.STAFF_ROLE, forStaff)
      const workers = yield* clientOf(
        given,
        RowLevelSecurity.WORKERS_ROLE,
        Math.max(2, given.maxConnections - forStaff)
      )
      yield* RowLevelSecurityCheck.assertRole(staff, RowLevelSecurity.STAFF_ROLE)
      yield* RowLevelSecurityCheck.assertRole(workers, RowLevelSecurity.WORKERS_ROLE)
      yield* RowLevelSecurityCheck.assertRowLevelSecurity(workers)
      return yield* RowLevelSecurity.join(staff, workers)
    })
  )

/** A client whose statements are workers', whoever asks: for what is of the store itself, such as its keys. */
export const layerWorkers = (options: DatabaseOptions) =>
  PgClient.layerFrom(
    Effect.suspend(() => {
      const given = { ...defaults, ...options }
      return clientOf(given, RowLevelSecurity.WORKERS_ROLE, given.maxConnections)
    })
  )
