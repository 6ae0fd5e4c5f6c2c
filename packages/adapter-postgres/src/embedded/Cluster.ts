/** The files of one PostgreSQL: made once, whole or not at all. */
import { randomBytes } from "node:crypto"
import { existsSync } from "node:fs"
import { chown, mkdir, open as openFile, readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Effect } from "effect"
import { run, type RunAs } from "./Command.ts"
import { failed, io } from "./EmbeddedPostgresError.ts"

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

const give = (path: string, runAs: RunAs | undefined) =>
  runAs === undefined ? Effect.void : io(() => chown(path, runAs.uid, runAs.gid))

const PASSWORD_BYTES = 24
/** How the directory of a cluster begins that is not whole yet. */
const MAKING = "postgres.making-"

/** The password outlives a power cut, as the cluster that knows it does. */
const writeDurably = (path: string, text: string) =>
  io(async () => {
    await rm(path, { force: true })
    await writeFile(path, text, { flag: "wx", mode: 0o600, flush: true })
  })

const syncDirectory = (path: string) =>
  process.platform === "win32"
    ? Effect.void
    : io(async () => {
        const handle = await openFile(path, "r")
        await handle.sync()
        await handle.close()
      })

const removeHalves = Effect.fnUntraced(function* (directory: string) {
  for (const name of yield* io(() => readdir(directory))) {
    if (!name.startsWith(MAKING)) continue
    yield* Effect.ignore(io(() => rm(join(directory, name), { recursive: true, force: true, maxRetries: 3 })))
  }
})

/** Makes the files beside their place and moves them there when they are whole, so that a crash leaves no half of them. */
const initialise = Effect.fnUntraced(function* (directory: string, binaries: Binaries, runAs: RunAs | undefined) {
  const pgdata = join(directory, "postgres")
  // A name of its own: the `initdb` of a host that was killed may still be at work in the one before.
  const making = join(directory, `${MAKING}${randomBytes(8).toString("hex")}`)
  const passwordFile = join(directory, "password")
  yield* removeHalves(directory)
  yield* io(() => mkdir(making, { mode: 0o700 }))
  yield* give(making, runAs)
  yield* writeDurably(passwordFile, randomBytes(PASSWORD_BYTES).toString("base64url"))
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
  yield* syncDirectory(directory)
})

/** The cluster of a directory, made at the first time. */
export const open = Effect.fnUntraced(function* (directory: string, binaries: Binaries, runAs: RunAs | undefined) {
  yield* io(() => mkdir(directory, { recursive: true }))
  yield* give(directory, runAs)
  const pgdata = join(directory, "postgres")
  if (!existsSync(pgdata)) yield* initialise(directory, binaries, runAs)
  const password = (yield* io(() => readFile(join(directory, "password"), "utf8"))).trim()
  return { pgdata, password } satisfies Cluster
})
