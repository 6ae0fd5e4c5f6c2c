/**
 * How PostgreSQL's user reaches files that are below a directory of root's alone, as those of a project in `/root` are.
 */
import { stat } from "node:fs/promises"
import { dirname } from "node:path"
import { Effect } from "effect"
import { run, type RunAs } from "./Command.ts"
import { EmbeddedPostgresError, io } from "./EmbeddedPostgresError.ts"

const EXECUTABLE_BY_OTHERS = 0o001

/** The nearest directory above a path that the user may not enter. */
const closedAbove = Effect.fnUntraced(function* (path: string, { uid }: RunAs) {
  for (let parent = dirname(path); parent !== dirname(parent); parent = dirname(parent)) {
    const above = yield* io(() => stat(parent))
    if ((above.mode & EXECUTABLE_BY_OTHERS) === 0 && above.uid !== uid) return parent
  }
  return null
})

/** The user, with leave to search directories only where one of the paths cannot be reached without. */
export const ensure = Effect.fnUntraced(function* (runAs: RunAs | undefined, paths: ReadonlyArray<string>) {
  if (runAs === undefined) return undefined
  for (const path of paths) {
    const closed = yield* closedAbove(path, runAs)
    if (closed === null) continue
    const searching: RunAs = { ...runAs, searchesEverywhere: true }
    const tried = yield* Effect.orElseSucceed(run("true", [], { runAs: searching }), () => ({ code: null }))
    if (process.platform === "linux" && tried.code === 0) return searching
    return yield* new EmbeddedPostgresError({
      reason: "unsupported",
      message: `We are root, so PostgreSQL runs as the user \`postgres\`, which may not enter ${closed}. Move the project or DATA_DIR, run as another user, or set DATABASE_URL.`
    })
  }
  return runAs
})
