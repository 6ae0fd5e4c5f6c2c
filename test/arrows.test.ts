/** The check of the package arrows, on packages that break them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { check } from "../scripts/check-arrows.ts"

const root = mkdtempSync(join(tmpdir(), "careline-arrows-"))
afterAll(() => rmSync(root, { recursive: true }))

const write = (file: string, text: string) => {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}
const manifest = (name: string, ...dependencies: ReadonlyArray<string>) =>
  write(
    `packages/${name}/package.json`,
    JSON.stringify({
      name: `@careline/${name}`,
      dependencies: Object.fromEntries(dependencies.map((one) => [one, "*"]))
    })
  )

describe("The arrows between the packages", () => {
  it("all point the right way here", () => assert.deepStrictEqual(check(process.cwd()), []))

  it("are found out when they do not", () => {
    manifest("domain", "effect", "@careline/ports")
    write(
      "packages/domain/src/a.ts",
      'import { Schema, Layer } from "effect"\nimport { x } from "node:fs"\nimport type { Y } from "@careline/ports"\n'
    )
    manifest("ports", "@careline/domain")
    write("packages/ports/src/a.ts", 'export { z } from "@careline/domain/src/z.ts"\nconst y = await import("hono")\n')
    manifest("adapter-x", "@careline/ports")
    write(
      "packages/adapter-x/src/a.ts",
      'import { Telephony } from "@careline/ports"\n/** import { q } from "@careline/testkit" */\n'
    )
    assert.sameMembers(
      [...check(root)],
      [
        "packages/domain/package.json: domain may not depend on ports",
        "packages/domain/src/a.ts: domain may import data from effect, not Layer",
        "packages/domain/src/a.ts: domain is pure and may not import node:fs",
        "packages/domain/src/a.ts: domain may not import ports",
        "packages/domain/src/a.ts: domain may not import @careline/ports",
        "packages/ports/src/a.ts: @careline/domain/src/z.ts reaches into another package",
        "packages/ports/src/a.ts: hono is not declared in package.json"
      ]
    )
  })
})
