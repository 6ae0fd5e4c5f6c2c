/** The versions that stand in two places are the same ones. */
import { readFileSync } from "node:fs"
import { assert, it } from "vitest"

it("pnpm judges packages by the Node that is pinned", () => {
  const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as {
    readonly devDependencies: Readonly<Record<string, string>>
  }
  const [, version] = /^nodeVersion: (.+)$/m.exec(readFileSync("pnpm-workspace.yaml", "utf8")) ?? []
  assert.strictEqual(version, devDependencies.node)
})
