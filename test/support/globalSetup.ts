/** One PostgreSQL for a whole test run, in a directory of its own, gone afterwards. */
import { existsSync, readFileSync, rmSync } from "node:fs"
import { mkdtemp, readdir, rm, stat } from "node:fs/promises"
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

const PREFIX = "careline-test-"
/** A younger directory may be of a run that is just about to lock it. */
const LEFTOVER_AFTER_MILLIS = 60_000

/** Hosts are killed in these tests, and this server is not: what its disk keeps is of no use to anybody. */
const forgetful = { fsync: "off", full_page_writes: "off", synchronous_commit: "off" }

const HANGUP_EXIT_CODE = 129
const EXIT_TRIES = 100
const EXIT_PAUSE_MILLIS = 20

const pauseNow = (millis: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis)

const remove = (directory: string) => rm(directory, { recursive: true, force: true, maxRetries: 3 })

/** Stops and removes what a run left that was killed. The server of a run that lives is refused to us, and stays. */
const sweep = async () => {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue
    const directory = join(tmpdir(), name)
    const changed = await stat(directory).catch(() => null)
    if (changed === null || Date.now() - changed.mtimeMs < LEFTOVER_AFTER_MILLIS) continue
    const isTaken = await Effect.runPromise(
      Effect.scoped(EmbeddedPostgres.start({ directory })).pipe(
        Effect.match({ onSuccess: () => false, onFailure: ({ reason }) => reason === "in_use" })
      )
    )
    if (!isTaken) await remove(directory)
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

/** A server in a directory of its own. */
const startServer = async (scope: Scope.Scope, connections: number) => {
  const directory = await mkdtemp(join(tmpdir(), PREFIX))
  const settings = { max_connections: String(connections), ...forgetful }
  const { url } = await Effect.runPromise(
    EmbeddedPostgres.start({ directory, settings }).pipe(Effect.provideService(Scope.Scope, scope))
  )
  return { directory, url }
}

/** Stops a server at once, and removes it. */
const abandonServer = (directory: string) => {
  const pidFile = join(directory, "postgres", "postmaster.pid")
  const pid = Number.parseInt(readFileSync(pidFile, "utf8"), 10)
  process.kill(pid, "SIGQUIT")
  for (let tries = 0; tries < EXIT_TRIES && existsSync(pidFile); tries++) pauseNow(EXIT_PAUSE_MILLIS)
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
}

export default async ({ provide }: TestProject) => {
  await sweep()
  const scope = await Effect.runPromise(Scope.make())
  const own = await startServer(scope, 300)
  const examples = await startServer(scope, 100)
  provide("postgresUrl", Redacted.value(own.url))
  provide("examplePostgresUrl", Redacted.value(examples.url))
  await makeTemplate(own.url)
  const directories = [own.directory, examples.directory]
  // On a signal vitest exits without a teardown: then there is time for what is synchronous only.
  const abandon = () => directories.forEach(abandonServer)
  const hangUp = () => process.exit(HANGUP_EXIT_CODE)
  process.once("exit", abandon)
  process.once("SIGHUP", hangUp)
  return async () => {
    process.off("exit", abandon)
    process.off("SIGHUP", hangUp)
    await Effect.runPromise(Scope.close(scope, Exit.void))
    await Promise.all(directories.map(remove))
  }
}
