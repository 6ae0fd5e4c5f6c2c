/**
 * One host at a time for a data directory: it holds a file there locked, and the system lets go of the lock with the process,
 * however that ends. The file stays, and says nothing. SQLite takes the lock, because Node itself locks no files.
 */
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { Effect, type Scope } from "effect"
import { EmbeddedPostgresError, failed } from "./EmbeddedPostgresError.ts"

/** sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5

/** Contenders that start at once may be in each other's way for a moment, and try again for so long. */
const PATIENCE_MILLIS = 500

/** Holds the directory until the scope closes. */
export const acquire = (directory: string): Effect.Effect<void, EmbeddedPostgresError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({ try: () => new DatabaseSync(join(directory, "host.lock")), catch: failed }),
    (file) => Effect.sync(() => file.close())
  ).pipe(
    Effect.flatMap((file) =>
      Effect.try({
        try: () => file.exec(`pragma busy_timeout = ${PATIENCE_MILLIS}; pragma journal_mode = memory; begin exclusive`),
        catch: (cause) =>
          (cause as { readonly errcode?: number }).errcode === SQLITE_BUSY
            ? new EmbeddedPostgresError({
                reason: "in_use",
                message: `Another Careline host has ${directory} open. Stop it, or give this one a DATA_DIR of its own.`
              })
            : failed(cause)
      })
    )
  )
