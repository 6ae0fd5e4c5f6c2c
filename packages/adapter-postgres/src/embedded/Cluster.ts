/** The files of one PostgreSQL: made once, whole or not at all. */
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises"
import { randomBytes } from "node:crypto"
import { dirname, join } from "node:path"
import { Effect } from "effect"
import { run, type RunAs } from "./Command.ts"
import { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"

export interface Binaries {
  readonly initdb: string
  readonly pg_ctl: string
  readonly postgres: string
}

export interface Cluster {
  /** PostgreSQL's own directory. */
  readonly pgdata: string
  readonly password: string
}

const failed = (cause: unknown) =>
  new EmbeddedPostgresError({ reason: "failed", message: cause instanceof Error ? cause.message : String(cause) })

const io = <A>(work: () => Promise<A>) => Effect.tryPromise({ try: work, catch: failed })

const exists = (path: string) => Effect.promise(() => stat(path).then(() => true, () => false))

const give = (path: string, runAs: RunAs | undefined) =>
  runAs === undefined ? Effect.void : io(() => chown(path, runAs.uid, runAs.gid))

const EXECUTABLE_BY_OTHERS = 0o001

/** Every directory above must let PostgreSQL's user through. */
const checkReach = Effect.fnUntraced(function* (path: string, runAs: RunAs | undefined) {
  if (runAs === undefined) return
  for (let parent = dirname(path); parent !== dirname(parent); parent = dirname(parent)) {
    const { mode, uid } = yield* io(() => stat(parent))
    if ((mode & EXECUTABLE_BY_OTHERS) === 0 && uid !== runAs.uid) {
      return yield* new EmbeddedPostgresError({
        reason: "unsupported",
        message: `We are root, so PostgreSQL runs as the user \`postgres\`, which may not enter ${parent}. Move the project or DATA_DIR, run as another user, or set DATABASE_URL.`
      })
    }
  }
})

/** Makes the files beside their place and moves them there when they are whole, so that a crash leaves no half of them. */
const initialise = Effect.fnUntraced(function* (directory: string, binaries: Binaries, runAs: RunAs | undefined) {
  const pgdata = join(directory, "postgres")
  const making = join(directory, "postgres.making")
  const passwordFile = join(directory, "password")
  yield* io(() => rm(making, { recursive: true, force: true }))
  yield* io(() => mkdir(making, { mode: 0o700 }))
  yield* give(making, runAs)
  yield* io(() => writeFile(passwordFile, randomBytes(24).toString("base64url"), { mode: 0o600 }))
  yield* give(passwordFile, runAs)
  const made = yield* run(
    binaries.initdb,
    [
      `--pgdata=${making}`,
      "--username=careline",
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--no-instructions"
    ],
    { runAs, cwd: making }
  )
  if (made.code !== 0) return yield* failed(made.output)
  yield* io(() => rename(making, pgdata))
})

/** The cluster of a directory, made at the first time. */
export const open = Effect.fnUntraced(function* (directory: string, binaries: Binaries, runAs: RunAs | undefined) {
  yield* io(() => mkdir(directory, { recursive: true }))
  yield* give(directory, runAs)
  yield* checkReach(join(directory, "postgres"), runAs)
  yield* checkReach(binaries.postgres, runAs)
  const pgdata = join(directory, "postgres")
  if (!(yield* exists(pgdata))) yield* initialise(directory, binaries, runAs)
  const password = (yield* io(() => readFile(join(directory, "password"), "utf8"))).trim()
  return { pgdata, password } satisfies Cluster
})
