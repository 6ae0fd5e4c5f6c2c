/** Runs one of PostgreSQL's programs to its end. */
import { spawn } from "node:child_process"
import { Effect } from "effect"
import { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"

/** The system user that the program runs as. PostgreSQL refuses to run as root. */
export interface RunAs {
  readonly uid: number
  readonly gid: number
}

export interface Finished {
  readonly code: number | null
  readonly output: string
}

export const run = (
  program: string,
  args: ReadonlyArray<string>,
  options: { readonly runAs?: RunAs | undefined; readonly cwd?: string | undefined } = {}
): Effect.Effect<Finished, EmbeddedPostgresError> =>
  Effect.callback((resume) => {
    const child = spawn(program, [...args], {
      ...options.runAs,
      cwd: options.cwd,
      env: { ...process.env, LC_ALL: "C", TZ: "UTC" },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let output = ""
    const collect = (chunk: Buffer) => {
      output += chunk.toString()
    }
    child.stdout.on("data", collect)
    child.stderr.on("data", collect)
    child.once("error", (cause) =>
      resume(Effect.fail(new EmbeddedPostgresError({ reason: "failed", message: `${program}: ${cause.message}` })))
    )
    // `exit`, not `close`: the server that pg_ctl leaves behind keeps the pipes open.
    child.once("exit", (code) => {
      child.stdout.destroy()
      child.stderr.destroy()
      resume(Effect.succeed({ code, output }))
    })
  })
