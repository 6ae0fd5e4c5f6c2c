/** A database for one test, in the run's PostgreSQL. */
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import { inject } from "vitest"

/** A database that is up to date, and that nobody opens: others are made after it. */
export const TEMPLATE = "careline_template"

const create = async (
  template: string,
  server: "postgresUrl" | "examplePostgresUrl" = "postgresUrl"
): Promise<string> => {
  const url = new URL(inject(server))
  const name = `test_${crypto.randomUUID().replaceAll("-", "")}`
  await Effect.runPromise(
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* sql.unsafe(`create database ${name} template ${template}`)
    }).pipe(Effect.provide(PgClient.layer({ url: Redacted.make(url.href), maxConnections: 1 })))
  )
  url.pathname = `/${name}`
  return url.href
}

/** The URL of a brand-new, empty database. It goes with the run's server. */
export const freshDatabase = (): Promise<string> => create("template1")

/** The same on a server that examples have to themselves: what is told there waits for every transaction of the server. */
export const exampleDatabase = (): Promise<string> => create("template1", "examplePostgresUrl")

/** The URL of a brand-new database with Careline's tables: a host finds nothing to migrate. */
export const migratedDatabase = (): Promise<string> => create(TEMPLATE)
