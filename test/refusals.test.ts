/** What an operator reads of a host: one JSON object a line, from LOG_LEVEL on, of requests as of everything else. */
import { assert, describe, it } from "vitest"
import * as Host from "./support/host.ts"
import { migratedDatabase } from "./support/postgres.ts"

interface Line {
  readonly level: string
  readonly message: string
  readonly timestamp: string
  readonly annotations: Readonly<Record<string, unknown>>
}

describe("The log of a host", () => {
  it("tells of a refused request in the format of every other line, and no line below its level", async () => {
    const host = await Host.startHost({ DATABASE_URL: await migratedDatabase(), LOG_LEVEL: "warn" })
    try {
      assert.strictEqual((await fetch(`${host.url}/api/v1/external-threads?q=canary`)).status, 401)
      const text = await Host.until(async () => host.output().includes("A request was refused") && host.output())
      // Before that the greeting, which is for people.
      const lines = text.split("\n").filter((line) => line.startsWith("{") || line.includes("refused"))
      const read = lines.map((line) => JSON.parse(line) as Line)
      for (const { level, timestamp } of read) {
        assert.notInclude(["TRACE", "DEBUG", "INFO"], level)
        assert.strictEqual(new Date(timestamp).toISOString(), timestamp)
      }
      const refusals = read.filter(({ message }) => message === "A request was refused")
      assert.lengthOf(refusals, 1)
      assert.deepInclude(refusals[0]!.annotations, { operation: "listThreads", status: 401, count: 1 })
      assert.notInclude(text, "canary")
    } finally {
      await host.stop()
    }
  })
})
