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
      [
        'import { Schema, Layer } from "effect"',
        'import * as Clock from "effect/Clock"',
        'import { x } from "node:fs"',
        'import "effect"',
        'import type { Y } from "@careline/ports"',
        'import { b } from "./b.ts"',
        'import { z } from "../../ports/src/z.ts"'
      ].join("\n")
    )
    manifest("ports", "@careline/domain")
    write(
      "packages/ports/src/a.ts",
      [
        'export { z } from "@careline/domain/src/z.ts"',
        'export const pattern = "packages/*/src"',
        'const y = await import("hono")',
        'export const other = "a*/b"'
      ].join("\n")
    )
    manifest("adapter-x", "@careline/ports", "@careline/application")
    write(
      "packages/adapter-x/src/a.ts",
      [
        'import { Telephony } from "@careline/ports"',
        'import {\n  Intake\n} from "@careline/application"',
        '/** import { q } from "@careline/testkit" */',
        '// const q = await import("@careline/testkit")'
      ].join("\n")
    )
    write(
      "packages/adapter-x/test/a.test.ts",
      [
        'import { x } from "../src/a.ts"',
        'import { freshDatabase } from "../../../test/support/postgres.ts"',
        'import { y } from "../../ports/src/a.ts"',
        'import { z } from "nowhere"'
      ].join("\n")
    )
    manifest("http-hono", "@careline/adapter-x")
    write("packages/http-hono/src/a.ts", 'import { x } from "@careline/adapter-x"\nimport "hono"\n')
    assert.sameMembers(
      [...check(root)],
      [
        "packages/domain/package.json: domain may not depend on ports",
        "packages/domain/src/a.ts: domain may import data from effect, not Layer",
        "packages/domain/src/a.ts: domain may import data from effect, not Clock",
        "packages/domain/src/a.ts: domain may not import node:fs",
        "packages/domain/src/a.ts: domain may not import @careline/ports",
        "packages/domain/src/a.ts: ../../ports/src/z.ts reaches out of the package: import what it needs by its name",
        "packages/ports/src/a.ts: @careline/domain/src/z.ts reaches into another package",
        "packages/ports/src/a.ts: hono is not declared in package.json",
        "packages/adapter-x/package.json: adapter-x may not depend on application",
        "packages/adapter-x/src/a.ts: adapter-x may not import application",
        "packages/adapter-x/test/a.test.ts: ../../ports/src/a.ts reaches out of the package: import what it needs by its name",
        "packages/adapter-x/test/a.test.ts: nowhere is not declared in package.json",
        "packages/http-hono/package.json: http-hono may not depend on adapter-x",
        "packages/http-hono/src/a.ts: http-hono may not import adapter-x",
        "packages/http-hono/src/a.ts: hono is not declared in package.json"
      ]
    )
  })
})
