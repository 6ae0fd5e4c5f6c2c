/** Everything that a database or a directory holds, as whoever steals it would read it. */
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"

/** Every row of every table, as text. */
export const dumpDatabase = (url: string): Promise<string> =>
  Effect.runPromise(
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const tables = yield* sql<{ readonly name: string }>`
        select table_name as name from information_schema.tables
        where table_schema = 'public' and table_type = 'BASE TABLE'`
      const rows = yield* Effect.forEach(
        tables,
        ({ name }) => sql<{ readonly row: string }>`select ${name}::text || ' ' || t::text as row from ${sql(name)} t`
      )
      return rows
        .flat()
        .map(({ row }) => row)
        .join("\n")
    }).pipe(Effect.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 1 })))
  )

/** Every byte of every file, one character for each. */
export const dumpDirectory = async (path: string): Promise<string> => {
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return (await Promise.all(files.map((file) => readFile(file, "latin1")))).join("\n")
}
