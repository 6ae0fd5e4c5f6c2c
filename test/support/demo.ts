/** The sandbox and its demos as a newcomer runs them: each a process of its own, in a directory of the run's. */
import { spawn } from "node:child_process"
import { mkdtemp } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { freePort, startHost } from "./host.ts"
import { PATIENCE_MILLIS } from "./patience.ts"

export const demos = ["demo", "demo-voice", "demo-numbers"] as const
export type DemoName = (typeof demos)[number]

/** A weekday morning at the clinic of the demos, in Denver. */
export const WEEKDAY_MORNING = "2026-03-10T16:00:00Z"

/** What a sandbox is started with. */
const sandboxEnvironment = async (change: Readonly<Record<string, string>> = {}) => {
  const port = String(await freePort())
  return {
    VOIP_PROVIDER: "sandbox",
    SANDBOX_NOW: WEEKDAY_MORNING,
    AUTH_JWT_SECRET: "",
    PORT: port,
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    DATA_DIR: await mkdtemp(join(tmpdir(), "careline-demo-")),
    ...change
  }
}

export const startSandbox = async (change: Readonly<Record<string, string>> = {}) => {
  const environment = await sandboxEnvironment(change)
  return { environment, directory: environment.DATA_DIR, host: await startHost(environment) }
}

export interface Played {
  readonly code: number | null
  readonly transcript: string
}

/** Runs a demo to its end. */
export const play = (directory: string, name: DemoName = "demo"): Promise<Played> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [`apps/server/src/demo/${name}.ts`], {
      env: { PATH: process.env.PATH, DATA_DIR: directory, DEMO_PATIENCE: String(PATIENCE_MILLIS) },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let transcript = ""
    child.stdout.on("data", (chunk: Buffer) => (transcript += chunk.toString()))
    child.stderr.on("data", (chunk: Buffer) => (transcript += chunk.toString()))
    child.once("close", (code) => resolve({ code, transcript }))
  })
