/** The sandbox as a newcomer meets it: start, demo, a crash, and start again. */
import { spawn } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import * as Host from "./support/host.ts"
import { dumpDatabase, dumpDirectory } from "./support/dump.ts"
import { migratedDatabase } from "./support/postgres.ts"

/** Runs the demo to its end. Resolves with its exit code and its transcript. */
const demo = (
  directory: string,
  name = "demo"
): Promise<{ readonly code: number | null; readonly transcript: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [`packages/http-hono/src/${name}.ts`], {
      env: { PATH: process.env.PATH, DATA_DIR: directory },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let transcript = ""
    child.stdout.on("data", (chunk: Buffer) => (transcript += chunk.toString()))
    child.stderr.on("data", (chunk: Buffer) => (transcript += chunk.toString()))
    child.once("close", (code) => resolve({ code, transcript }))
  })

/** What the demos' contacts and clinicians say, are called and are reached by. */
const told = ["dizzy", "+1303555", "303555", "5550187", "Harbor Clinic", "Ana's daughter", "4155550177", "Grandma"]

describe("The sandbox", () => {
  it("plays the demo to its end, also after a kill, and logs nothing of what was said", async () => {
    const directory = await mkdtemp(join(tmpdir(), "careline-demo-"))
    const port = String(await Host.freePort())
    const environment = {
      VOIP_PROVIDER: "sandbox",
      AUTH_JWT_SECRET: "",
      PORT: port,
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      DATA_DIR: directory,
      LOG_LEVEL: "trace"
    }
    const first = await Host.startHost(environment)
    const { code, transcript } = await demo(directory)
    assert.strictEqual(code, 0, transcript)
    assert.include(transcript, "Every step came true.")
    const calls = await demo(directory, "demo-voice")
    assert.strictEqual(calls.code, 0, calls.transcript)
    const numbers = await demo(directory, "demo-numbers")
    assert.strictEqual(numbers.code, 0, numbers.transcript)
    await first.kill()

    const second = await Host.startHost(environment)
    const again = await demo(directory)
    assert.strictEqual(again.code, 0, again.transcript)
    assert.strictEqual(await second.stop(), 0)

    const logged = first.output() + second.output()
    for (const said of told) assert.notInclude(logged, said)
    await rm(directory, { recursive: true, force: true })
  })

  it.each(["telnyx", "vonage"])(
    "plays the same demos through %s, and keeps nothing of it in the open",
    async (provider) => {
      const directory = await mkdtemp(join(tmpdir(), "careline-demo-"))
      const port = String(await Host.freePort())
      const database = await migratedDatabase()
      const host = await Host.startHost({
        VOIP_PROVIDER: provider,
        VOIP_SANDBOX: "true",
        AUTH_JWT_SECRET: "",
        PORT: port,
        PUBLIC_URL: `http://127.0.0.1:${port}`,
        DATABASE_URL: database,
        DATA_DIR: directory
      })
      for (const name of ["demo", "demo-voice"]) {
        const { code, transcript } = await demo(directory, name)
        assert.strictEqual(code, 0, transcript)
      }
      assert.strictEqual(await host.stop(), 0)
      const kept = [await dumpDatabase(database), await dumpDirectory(join(directory, "media"))].join("\n")
      assert.include(kept, "sealed1.")
      for (const said of told) assert.notInclude(kept, said)
      await rm(directory, { recursive: true, force: true })
    }
  )

  it("tells somebody who starts the demo first what to do", async () => {
    const { code, transcript } = await demo(join(tmpdir(), "careline-nowhere"))
    assert.strictEqual(code, 1)
    assert.include(transcript, "npx -y pnpm@12 start")
  })
})
