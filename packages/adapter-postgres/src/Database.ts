/** The connection to PostgreSQL: pool, session settings, migrations, and how its errors read as ours. */
import { StorageError, StoreConflict, StoreFault, StoreUnavailable } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, type Redacted } from "effect"
import { Migrator, type SqlError } from "effect/sql"
import careline from "./migrations/0001_careline.ts"
import decisions from "./migrations/0002_decisions.ts"
import limits from "./migrations/0003_limits.ts"
import calls from "./migrations/0004_calls.ts"
import numbers from "./migrations/0005_numbers.ts"
import sealed from "./migrations/0006_sealed.ts"

export interface DatabaseOptions {
  readonly url: Redacted.Redacted
  /** Connections of this process. */
  readonly maxConnections?: number
  /** Longest time of one statement, in milliseconds. */
  readonly statementTimeout?: number
  /** When a transaction that does nothing is ended, in milliseconds: it would hold its lanes from everybody. */
  readonly idleTransactionTimeout?: number
}

const defaults = { maxConnections: 12, statementTimeout: 30_000, idleTransactionTimeout: 60_000 }

/** A pooled client whose sessions keep UTC and give up in time. */
export const layerClient = (options: DatabaseOptions) => {
  const { idleTransactionTimeout, maxConnections, statementTimeout, url } = { ...defaults, ...options }
  return PgClient.layer({
    url,
    maxConnections,
    applicationName: "careline",
    startupParameters: {
      timezone: "UTC",
      statement_timeout: String(statementTimeout),
      idle_in_transaction_session_timeout: String(idleTransactionTimeout)
    }
  })
}

/** Brings the tables up to date. Safe with several hosts starting at once: one migrates, the others wait. */
export const migrate = Migrator.make({})({
  table: "careline_migrations",
  loader: Migrator.fromRecord({
    "1_careline": careline,
    "2_decisions": decisions,
    "3_limits": limits,
    "4_calls": calls,
    "5_numbers": numbers,
    "6_sealed": sealed
  })
})

/** A client to a database that is up to date. */
export const layer = (options: DatabaseOptions) =>
  Layer.effectDiscard(migrate).pipe(Layer.provideMerge(layerClient(options)))

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
      // Something failed before in the same transaction, which may be tried again as a whole.
      if (sqlState(reason.cause) === ` ${TRANSACTION_ABORTED}`) {
        return new StoreConflict({ message: reason._tag, constraint: null })
      }
      return new StoreFault({ message: `${reason._tag}${sqlState(reason.cause)}` })
  }
}

/** SQLSTATE of a statement in a transaction in which another one failed. */
const TRANSACTION_ABORTED = "25P02"

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
