/** The benchmarks run: each one in a form that takes seconds and judges nothing. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readdirSync } from "node:fs"
import { chmod, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, inject, it } from "vitest"
import { benchmarks } from "../benchmarks/src/main.ts"
import { processesOf } from "../benchmarks/src/support/guard.ts"

describe("Every benchmark", () => {
  it.each(Object.entries(benchmarks))("%s runs, and every figure of it is a number", async (_name, benchmark) => {
    const figures = await benchmark(inject("postgresUrl"), true, true)
    assert.isNotEmpty(figures)
    for (const { baseline, figure, ours, ratio } of figures) {
      assert.isTrue([ours, baseline, ratio].every(Number.isFinite), `${figure}: ${ours} against ${baseline}`)
    }
  })
})

describe("The benchmarks' command", () => {
  let temporary = ""
  beforeAll(async () => {
    temporary = await mkdtemp(join(tmpdir(), "careline-bench-test-"))
    // PostgreSQL may run as another user, who has to pass through.
    await chmod(temporary, 0o755)
  })
  afterAll(() => rm(temporary, { recursive: true, force: true }))

  it("leaves no PostgreSQL and no server behind when it is killed", async () => {
    const child = spawn(process.execPath, ["benchmarks/src/main.ts", "--smoke", "B1"], {
      env: { ...process.env, TMPDIR: temporary },
      stdio: ["ignore", "ignore", "pipe"]
    })
    // It says so once PostgreSQL is there.
    await once(child.stderr, "data")
    const [name] = readdirSync(temporary)
    const directory = join(temporary, name!)
    assert.isNotEmpty(processesOf(directory))
    child.kill("SIGKILL")
    // The pipe is also its guard's, who lets go of it when all is gone.
    child.stderr.resume()
    await once(child, "close")
    assert.deepStrictEqual(processesOf(directory), [])
    assert.isFalse(existsSync(directory))
  })
})
