/** Two PostgreSQL servers for a whole test run, in a directory of the run's own; everything is gone afterwards. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { chmod, mkdtemp } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Database } from "@careline/adapter-postgres"
import { EmbeddedPostgres } from "@careline/adapter-postgres/embedded"
import { PgClient } from "@effect/sql-pg"
import { Effect, Exit, Redacted, Scope } from "effect"
import type { TestProject } from "vitest/node"
import { TEMPLATE } from "./postgres.ts"

declare module "vitest" {
  export interface ProvidedContext {
    readonly postgresUrl: string
    readonly examplePostgresUrl: string
  }
}

/** Hosts are killed in these tests, and this server is not: what its disk keeps is of no use to anybody. */
const forgetful = { fsync: "off", full_page_writes: "off", synchronous_commit: "off" }

/** The user who runs PostgreSQL has to pass through it. */
const PASSABLE = 0o711

/** A directory for everything that the run makes, and who takes it away with all that still runs there. */
const guardedDirectory = async () => {
  const directory = await mkdtemp(join(tmpdir(), "careline-run-"))
  await chmod(directory, PASSABLE)
  const guard = spawn(process.execPath, [join(import.meta.dirname, "guard.ts"), directory], {
    stdio: ["pipe", "ignore", "inherit"],
    detached: true
  })
  process.env.TMPDIR = directory
  return {
    directory,
    leave: async () => {
      const gone = once(guard, "exit")
      guard.stdin.end()
      await gone
    }
  }
}

/** What every test would migrate for itself. */
const makeTemplate = (url: Redacted.Redacted) => {
  const template = new URL(Redacted.value(url))
  template.pathname = `/${TEMPLATE}`
  const connected = (to: string) => Database.layerClient({ url: Redacted.make(to), maxConnections: 1 })
  return Effect.runPromise(
    Effect.andThen(
      Effect.flatMap(PgClient.PgClient, (sql) => sql.unsafe(`create database ${TEMPLATE}`)).pipe(
        Effect.provide(connected(Redacted.value(url)))
      ),
      Effect.provide(Database.migrate, connected(template.href))
    )
  )
}

const startServer = (scope: Scope.Scope, directory: string, connections: number) =>
  Effect.runPromise(
    EmbeddedPostgres.start({
      directory,
      settings: { max_connections: String(connections), ...forgetful }
    }).pipe(Effect.provideService(Scope.Scope, scope))
  )

export default async ({ provide }: TestProject) => {
  const { directory, leave } = await guardedDirectory()
  const scope = await Effect.runPromise(Scope.make())
  const own = await startServer(scope, join(directory, "postgres"), 300)
  const examples = await startServer(scope, join(directory, "postgres-examples"), 100)
  provide("postgresUrl", Redacted.value(own.url))
  provide("examplePostgresUrl", Redacted.value(examples.url))
  await makeTemplate(own.url)
  return async () => {
    await Effect.runPromise(Scope.close(scope, Exit.void))
    await leave()
  }
}
