/** Brings a database to the newest schema, or to an older one. */
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import type { Pool } from "pg"
import { withTransaction } from "./database.ts"

export interface MigrateOptions {
  /** The last file to run; all, unless told. */
  readonly upTo?: string
}

const DIRECTORY = join(import.meta.dirname, "../../migrations")
/** Any number, as long as nobody else locks it. */
const LOCK = 7_214_001

const filesUpTo = async (upTo: string | undefined): Promise<ReadonlyArray<string>> => {
  const files = (await readdir(DIRECTORY)).filter((file) => file.endsWith(".sql")).sort()
  if (upTo === undefined) return files
  if (!files.includes(upTo)) throw new Error(`There is no migration ${upTo}`)
  return files.slice(0, files.indexOf(upTo) + 1)
}

/** Runs each file once, in order, however many processes start at once. */
export const migrate = async (pool: Pool, { upTo }: MigrateOptions = {}): Promise<void> => {
  for (const file of await filesUpTo(upTo)) {
    await withTransaction(pool, async (db) => {
      await db.query("select pg_advisory_xact_lock($1)", [LOCK])
      await db.query(
        "create table if not exists schema_migrations (file text primary key, applied_at timestamptz not null default now())"
      )
      const { rowCount } = await db.query("insert into schema_migrations (file) values ($1) on conflict do nothing", [
        file
      ])
      if (rowCount === 1) await db.query(await readFile(join(DIRECTORY, file), "utf8"))
    })
  }
}
