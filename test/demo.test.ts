/** The sandbox as a newcomer meets it: start, demo, a crash, and start again. */
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { demos, play, startSandbox, WEEKDAY_MORNING } from "./support/demo.ts"
import { dumpDatabase, dumpDirectory } from "./support/dump.ts"
import * as Host from "./support/host.ts"
import { migratedDatabase } from "./support/postgres.ts"

/** What the demos' contacts and clinicians say, are called and are reached by. */
const told = ["dizzy", "+1303555", "303555", "5550187", "Harbor Clinic", "Ana's daughter", "4155550177", "Grandma"]

describe("The sandbox", () => {
  it("plays the demo to its end, also after a kill, and logs nothing of what was said", async () => {
    const { directory, environment, host: first } = await startSandbox({ LOG_LEVEL: "trace" })
    for (const name of demos) {
      const { code, transcript } = await play(directory, name)
      assert.strictEqual(code, 0, transcript)
      assert.include(transcript, "Every step came true.")
    }
    await first.kill()

    const second = await Host.startHost(environment)
    const again = await play(directory)
    assert.strictEqual(again.code, 0, again.transcript)
    assert.strictEqual(await second.stop(), 0)

    const logged = first.output() + second.output()
    for (const said of told) assert.notInclude(logged, said)
  })

  it("says what time it is there", async () => {
    const { host } = await startSandbox({ DATABASE_URL: await migratedDatabase() })
    assert.include(host.output(), new Date(WEEKDAY_MORNING).toISOString())
    const { now } = (await (await fetch(`${host.url}/healthz`)).json()) as { readonly now: string }
    assert.strictEqual(now.slice(0, 10), WEEKDAY_MORNING.slice(0, 10))
    await host.stop()
  })

  it.each([
    [{ SANDBOX_NOW: "tomorrow" }, "SANDBOX_NOW must be a day or an instant"],
    [{ SANDBOX_NOW: "2026-03-10T16:00:00" }, "SANDBOX_NOW must be a day or an instant"],
    [{ SANDBOX_NOW: "2026-02-30T16:00:00Z" }, "SANDBOX_NOW must be a day or an instant"],
    [{ S3_BUCKET: "recordings" }, "SANDBOX_NOW and S3_BUCKET are both set"],
    [{ VOIP_PROVIDER: "twilio", AUTH_JWT_SECRET: Host.jwtSecret }, "SANDBOX_NOW is for the sandbox only"]
  ])("does not start with %j", async (change, expected) => {
    const refused = await startSandbox(change).then(
      () => "It started",
      (error: Error) => error.message
    )
    assert.include(refused, expected)
  })

  it.each(["telnyx", "vonage"])(
    "plays the same demos through %s, and keeps nothing of it in the open",
    async (provider) => {
      const database = await migratedDatabase()
      const { directory, host } = await startSandbox({
        VOIP_PROVIDER: provider,
        VOIP_SANDBOX: "true",
        DATABASE_URL: database
      })
      for (const name of ["demo", "demo-voice"] as const) {
        const { code, transcript } = await play(directory, name)
        assert.strictEqual(code, 0, transcript)
      }
      assert.strictEqual(await host.stop(), 0)
      const kept = [await dumpDatabase(database), await dumpDirectory(join(directory, "media"))].join("\n")
      assert.include(kept, "sealed1.")
      for (const said of told) assert.notInclude(kept, said)
    }
  )

  it("tells somebody who starts the demo first what to do", async () => {
    const { code, transcript } = await play(join(tmpdir(), "careline-nowhere"))
    assert.strictEqual(code, 1)
    assert.include(transcript, "npx -y pnpm@12 start")
  })
})
