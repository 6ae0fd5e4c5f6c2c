/** Runs one of PostgreSQL's programs to its end. */
import { spawn } from "node:child_process"
import { Effect } from "effect"
import { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"

/** The system user that the program runs as. PostgreSQL refuses to run as root. */
export interface RunAs {
  readonly uid: number
  readonly gid: number
  /** Whether it may enter and read what its user may not (`CAP_DAC_READ_SEARCH`). Linux only. */
  readonly searchesEverywhere?: boolean
}

/**
 * util-linux drops the privileges and keeps the one. `no_setuid_fixup`: PostgreSQL asks `access(2)` for its own programs,
 * which otherwise answers as if there were no capabilities.
 */
const searching = ({ gid, uid }: RunAs): ReadonlyArray<string> => [
  `--reuid=${uid}`,
  `--regid=${gid}`,
  "--clear-groups",
  "--inh-caps=+dac_read_search",
  "--ambient-caps=+dac_read_search",
  "--securebits=+no_setuid_fixup",
  "--"
]

export interface Finished {
  readonly code: number | null
  readonly output: string
}

/** How long output may still come after a program has ended. */
const OUTPUT_GRACE_MILLIS = 2000

export const run = (
  program: string,
  args: ReadonlyArray<string>,
  options: { readonly runAs?: RunAs | undefined; readonly cwd?: string | undefined } = {}
): Effect.Effect<Finished, EmbeddedPostgresError> =>
  Effect.callback((resume) => {
    const { cwd, runAs } = options
    const wrapped = runAs?.searchesEverywhere === true
    const child = spawn(wrapped ? "setpriv" : program, wrapped ? [...searching(runAs), program, ...args] : [...args], {
      ...(wrapped || runAs === undefined ? {} : { uid: runAs.uid, gid: runAs.gid }),
      cwd,
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
    // `close`, not `exit`: the output is whole only then. A server that is left behind may keep the pipes open, though.
    let letGo: NodeJS.Timeout | undefined
    child.once("exit", () => {
      letGo = setTimeout(() => {
        child.stdout.destroy()
        child.stderr.destroy()
      }, OUTPUT_GRACE_MILLIS)
    })
    child.once("close", (code) => {
      clearTimeout(letGo)
      resume(Effect.succeed({ code, output }))
    })
  })
