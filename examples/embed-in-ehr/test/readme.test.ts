import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { table } from "../scripts/count.ts"

it("says truly how many lines a team writes", () => {
  expect(readFileSync(join(import.meta.dirname, "../README.md"), "utf8")).toContain(table())
})
