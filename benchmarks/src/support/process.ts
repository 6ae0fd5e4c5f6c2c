/** Servers under load are processes of their own. They print `ready <port>` once they listen, or listen where they are told. */
import { type ChildProcess, spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { guardChild } from "./guard.ts"

type Environment = Readonly<Record<string, string>>

export interface Running {
  readonly pid: number
  readonly port: number
}

/** Servers are started again and again from the same sources: the first one compiles them for the others. */
const compileCache = join(tmpdir(), "careline-compile-cache")

/** The script of a server, by its path below `src`. */
export const scriptOf = (script: string): URL => new URL(`../${script}`, import.meta.url)

const stop = (child: ChildProcess): Promise<void> =>
  new Promise((done) => {
    if (child.exitCode !== null || child.signalCode !== null) return done()
    child.once("exit", () => done())
    child.kill("SIGKILL")
  })

/** Runs a server as long as it is used. Fails when the server ends before. */
export const withProcess = async <A>(
  script: URL,
  environment: Environment,
  use: (child: ChildProcess) => Promise<A>,
  flags: ReadonlyArray<string> = []
): Promise<A> => {
  const child = spawn(process.execPath, [...flags, fileURLToPath(script)], {
    env: { PATH: process.env.PATH, NODE_ENV: "production", ...environment },
    stdio: ["ignore", "pipe", "inherit"]
  })
  guardChild(child)
  const ended = new Promise<never>((_, reject) => {
    child.once("error", reject)
    child.once("exit", (code) => reject(new Error(`${script.pathname} ended with ${code}`)))
  })
  return Promise.race([use(child), ended]).finally(() => stop(child))
}

const portOf = (child: ChildProcess): Promise<number> =>
  new Promise((resolve) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      const port = /ready (\d+)/.exec(chunk.toString())?.[1]
      if (port !== undefined) resolve(Number(port))
    })
  })

/** Runs a server of ours as long as it is used, once it listens. */
export const withServer = <A>(
  script: string,
  environment: Environment,
  use: (running: Running) => Promise<A>
): Promise<A> =>
  withProcess(scriptOf(script), { NODE_COMPILE_CACHE: compileCache, ...environment }, async (child) =>
    use({ pid: child.pid ?? 0, port: await portOf(child) })
  )

/** Resident memory of a process, in MiB. */
export const rss = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024

/** What Linux counts CPU time in. */
const TICK_MILLIS = 10

/** CPU time that a process has used, in milliseconds. */
export const cpuMillis = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
  // The second field is the command in parentheses, which may hold blanks; user and system time are the 14th and 15th.
  const [user, system] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13)
  return (Number(user) + Number(system)) * TICK_MILLIS
}
