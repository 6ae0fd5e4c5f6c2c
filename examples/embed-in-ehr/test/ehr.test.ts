/** The EHR before Careline: it runs by itself, and knows nothing of what will be added. */
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { restoreBefore } from "./before.ts"
import { ehrTests } from "./ehrTests.ts"

const before = await restoreBefore()
afterAll(before.remove)

ehrTests("The EHR as one finds it", (databaseUrl) =>
  before.startEhr({ databaseUrl, port: 0, jobs: { pollMillis: 50 } })
)

describe("The EHR as one finds it", () => {
  it("has not heard of Careline", () => {
    const files = globSync("**/*.{ts,sql,json}", { cwd: before.folder })
    expect(files.length).toBeGreaterThan(15)
    const heard = files.filter((file) => /careline/i.test(readFileSync(join(before.folder, file), "utf8")))
    expect(heard).toEqual([])
  })
})
