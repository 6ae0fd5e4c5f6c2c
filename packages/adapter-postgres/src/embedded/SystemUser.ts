/** The user that PostgreSQL runs as when we are root, which it refuses to be. Made when the system has none. */
import { Effect } from "effect"
import { run, type RunAs } from "./Command.ts"
import { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"

const NAME = "postgres"

const idOf = (flag: "-u" | "-g") =>
  Effect.map(run("id", [flag, NAME]), ({ code, output }) => (code === 0 ? Number.parseInt(output, 10) : null))

const lookUp = Effect.gen(function* () {
  const uid = yield* idOf("-u")
  const gid = yield* idOf("-g")
  return uid === null || gid === null ? undefined : { uid, gid }
})

/** `undefined` when we are not root: then PostgreSQL runs as ourselves. */
export const runAs: Effect.Effect<RunAs | undefined, EmbeddedPostgresError> = Effect.gen(function* () {
  if (process.getuid?.() !== 0) return undefined
  const known = yield* lookUp
  if (known !== undefined) return known
  yield* run("groupadd", ["--system", NAME])
  yield* run("useradd", ["--system", "--no-create-home", "-g", NAME, NAME])
  const made = yield* lookUp
  return (
    made ??
    (yield* new EmbeddedPostgresError({
      reason: "unsupported",
      message: "PostgreSQL does not run as root, and a user `postgres` could not be made. Set DATABASE_URL instead."
    }))
  )
})
