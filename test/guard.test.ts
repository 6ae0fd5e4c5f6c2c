/** A test run that is killed leaves no process and no file behind. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { mkdtemp, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "vitest"

const forever = ["--eval", "setInterval(() => undefined, 1_000)"]

describe("The guard of a test run", () => {
  it("kills what names the run's directory, and nothing else, and removes the directory", async () => {
    const directory = await mkdtemp(join(tmpdir(), "guarded-"))
    await writeFile(join(directory, "left"), "behind")
    const env = { PATH: process.env.PATH }
    const byArgument = spawn(process.execPath, [...forever, directory], { env, stdio: "ignore" })
    const byEnvironment = spawn(process.execPath, forever, { env: { ...env, DATA_DIR: directory }, stdio: "ignore" })
    const stranger = spawn(process.execPath, forever, { env, stdio: "ignore" })
    await Promise.all([byArgument, byEnvironment, stranger].map((child) => once(child, "spawn")))

    const guard = spawn(process.execPath, [join(import.meta.dirname, "support/guard.ts"), directory], {
      env,
      stdio: ["pipe", "inherit", "inherit"]
    })
    const ends = [byArgument, byEnvironment, guard].map((child) => once(child, "exit"))
    guard.stdin.end()
    await Promise.all(ends)
    assert.deepStrictEqual([byArgument.signalCode, byEnvironment.signalCode], ["SIGKILL", "SIGKILL"])
    assert.isFalse(existsSync(directory))
    assert.strictEqual(stranger.signalCode, null)
    stranger.kill("SIGKILL")
    await once(stranger, "exit")
  })
})
