/** Maps PostgreSQL's errors to those of the ports, without the driver's words, which quote rows. */
import { StorageError, StoreConflict, StoreFault, StoreUnavailable } from "@careline/ports"
import { Effect } from "effect"
import type { SqlError } from "effect/sql"

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
