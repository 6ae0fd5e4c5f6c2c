/** A database for one test, in the run's PostgreSQL. */
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import { inject } from "vitest"

/** The URL of a brand-new, empty database. It goes with the run's server. */
export const freshDatabase = async (): Promise<string> => {
  const url = new URL(inject("postgresUrl"))
  const name = `test_${crypto.randomUUID().replaceAll("-", "")}`
  await Effect.runPromise(
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* sql.unsafe(`create database ${name}`)
    }).pipe(Effect.provide(PgClient.layer({ url: Redacted.make(url.href), maxConnections: 1 })))
  )
  url.pathname = `/${name}`
  return url.href
}
