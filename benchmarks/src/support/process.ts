/** Servers under load are processes of their own. They print `ready <port>` once they listen. */
import { type ChildProcess, spawn } from "node:child_process"
import { readFileSync } from "node:fs"

export interface Running {
  readonly child: ChildProcess
  readonly port: number
  readonly startedAt: number
  readonly stop: () => Promise<void>
}

export const start = (script: string, environment: Readonly<Record<string, string>>): Promise<Running> =>
  new Promise((resolve, reject) => {
    const startedAt = performance.now()
    const child = spawn(process.execPath, [new URL(`../${script}`, import.meta.url).pathname], {
      env: { PATH: process.env.PATH, NODE_ENV: "production", ...environment },
      stdio: ["ignore", "pipe", "inherit"]
    })
    child.once("exit", (code) => reject(new Error(`${script} ended with ${code}`)))
    child.stdout?.on("data", (chunk: Buffer) => {
      const port = /ready (\d+)/.exec(chunk.toString())?.[1]
      if (port === undefined) return
      resolve({
        child,
        port: Number(port),
        startedAt,
        stop: () =>
          new Promise((done) => {
            child.once("exit", () => done())
            child.kill("SIGKILL")
          })
      })
    })
  })

/** Resident memory of a process, in MiB. */
export const rss = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024
