/** Identifies the database: what is kept beside one must not go to another. */
import { RowAccess } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { asStorage } from "../sql/StorageErrors.ts"

/** The same for as long as the database lives, on a standby and from a backup too. A copy by another name is another one. */
export const id = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  const [row] = yield* sql<{
    readonly id: string
  }>`select md5(id::text || current_database())::uuid as id from installation`
  return row!.id
}).pipe(asStorage("installation.id"), Effect.provideService(RowAccess, { _tag: "System" }))
