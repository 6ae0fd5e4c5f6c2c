import { spawn } from "node:child_process"
import { once } from "node:events"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { freePort, until } from "../../../../test/support/host.ts"
import { exampleDatabase } from "../../../../test/support/postgres.ts"

describe("the EHR as a process", () => {
  it("starts as its environment says, and stops when it is told", async () => {
    const port = await freePort()
    const child = spawn(process.execPath, [join(import.meta.dirname, "../../src/main.ts")], {
      env: { PATH: process.env.PATH, TMPDIR: tmpdir(), DATABASE_URL: await exampleDatabase(), PORT: String(port) },
      stdio: ["ignore", "ignore", "inherit"]
    })
    const exit = once(child, "exit")
    const healthy = await until(async () => {
      if (child.exitCode !== null) throw new Error("It ended by itself")
      return fetch(`http://127.0.0.1:${port}/healthz`).catch(() => false as const)
    })
    expect(healthy.status).toBe(200)
    child.kill("SIGTERM")
    expect(await exit).toEqual([0, null])
  })
})
