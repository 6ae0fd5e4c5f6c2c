/** The demos come true at every hour of the day, while clocks are changed, and on a leap day. */
import { assert, describe, it } from "vitest"
import { demos, play, startSandbox } from "../support/demo.ts"
import { migratedDatabase } from "../support/postgres.ts"

const HOURS = Array.from({ length: 24 }, (_, hour) => `2026-03-10T${String(hour).padStart(2, "0")}:00:00Z`)

const instants = [
  ...HOURS,
  // Clocks are set forward in Denver while the demos run, and back.
  "2026-03-08T08:59:55Z",
  "2026-11-01T07:59:55Z",
  "2028-02-29T16:00:00Z",
  "2028-02-29T23:59:55Z"
]

describe.concurrent("The demos", () => {
  it.each(instants)("come true at %s", async (now) => {
    const { directory, host } = await startSandbox({ SANDBOX_NOW: now, DATABASE_URL: await migratedDatabase() })
    for (const name of demos) {
      const { code, transcript } = await play(directory, name)
      assert.strictEqual(code, 0, transcript)
    }
    assert.strictEqual(await host.stop(), 0)
  })
})
