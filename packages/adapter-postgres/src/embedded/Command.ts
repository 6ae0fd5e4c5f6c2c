/** Runs one of PostgreSQL's programs to its end. */
import { execFile } from "node:child_process"
import { Effect } from "effect"
import { type EmbeddedPostgresError, failed } from "./EmbeddedPostgresError.ts"

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

/** How long output may still come after a program has ended: a server that it leaves behind may keep the pipes open. */
const OUTPUT_GRACE_MILLIS = 2000

export const run = (
  program: string,
  args: ReadonlyArray<string>,
  { cwd, runAs }: { readonly runAs?: RunAs | undefined; readonly cwd?: string | undefined } = {}
): Effect.Effect<Finished, EmbeddedPostgresError> =>
  Effect.callback((resume) => {
    const isWrapped = runAs?.searchesEverywhere === true
    const child = execFile(
      isWrapped ? "setpriv" : program,
      isWrapped ? [...searching(runAs), program, ...args] : args,
      {
        ...(isWrapped || runAs === undefined ? {} : { uid: runAs.uid, gid: runAs.gid }),
        cwd,
        env: { ...process.env, LC_ALL: "C", TZ: "UTC" }
      },
      (error, stdout, stderr) =>
        resume(
          typeof error?.code === "string"
            ? Effect.fail(failed(error))
            : Effect.succeed({ code: error === null ? 0 : (error.code ?? null), output: stdout + stderr })
        )
    )
    child.once("exit", () => {
      const letGo = () => [child.stdout, child.stderr].forEach((pipe) => pipe?.destroy())
      setTimeout(letGo, OUTPUT_GRACE_MILLIS).unref()
    })
  })
