/** The arrows between packages, folders and files: as they are here, and in a workspace that breaks each of them. */
import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import type { ICruiseResult } from "dependency-cruiser"
import { afterAll, assert, describe, it } from "vitest"

const root = mkdtempSync(join(tmpdir(), "careline-arrows-"))
afterAll(() => rmSync(root, { recursive: true }))

const write = (file: string, text: string) => {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}

/** A package of the workspace, which every other one can reach by its name. */
const packageOf = (folder: string, files: Readonly<Record<string, string>>) => {
  const name = folder === "careline" ? folder : `@careline/${folder}`
  const manifest = { name, exports: { ".": "./src/index.ts" } }
  write(`packages/${folder}/package.json`, JSON.stringify(manifest))
  write(`packages/${folder}/src/index.ts`, "export const it = 1\n")
  for (const [file, text] of Object.entries(files)) write(`packages/${folder}/${file}`, text)
  mkdirSync(join(root, "node_modules/@careline"), { recursive: true })
  symlinkSync(join(root, "packages", folder), join(root, "node_modules", name), "dir")
}

/** The broken rules, as `rule: from → to`. */
const brokenIn = (folder: string): Promise<ReadonlyArray<string>> =>
  new Promise((resolve, reject) => {
    const config = join(import.meta.dirname, "../scripts/arrows.mjs")
    const asked = ["--config", config, "--output-type", "json", "packages"]
    execFile("depcruise", asked, { cwd: folder }, (_error, stdout, stderr) => {
      if (stdout === "") return reject(new Error(stderr))
      const { summary } = JSON.parse(stdout) as ICruiseResult
      resolve(summary.violations.map(({ from, rule, to }) => `${rule.name}: ${from} → ${to}`))
    })
  })

const importing = (specifier: string) => `import { it } from "${specifier}"\nexport const mine = it\n`

describe("The arrows", () => {
  it("are found out where they point the wrong way", async () => {
    packageOf("domain", {
      "src/ports.ts": importing("@careline/ports"),
      "src/file.ts": 'import { readFileSync } from "node:fs"\nexport const mine = readFileSync\n',
      "src/relative.ts": importing("../../ports/src/index.ts")
    })
    packageOf("ports", {
      "src/nowhere.ts": importing("nowhere"),
      "src/inside.ts": importing("@careline/domain/src/index.ts")
    })
    packageOf("application", {
      "src/provider.ts": importing("@careline/adapter-acme"),
      "src/sdk.ts": importing("careline")
    })
    packageOf("careline", {
      "src/api.ts": importing("@careline/http-hono"),
      "src/own.ts": importing("@careline/application")
    })
    packageOf("adapter-acme", {
      "src/application.ts": importing("@careline/application"),
      "src/other.ts": importing("@careline/adapter-other"),
      "src/own.ts": importing("@careline/ports")
    })
    packageOf("adapter-other", {
      "src/calls/one.ts": 'import type { Two } from "../messages/two.ts"\nexport type One = Two\n',
      "src/calls/three.ts": "export type Three = 3\n",
      "src/messages/two.ts": "export type Two = 2\n",
      "src/messages/four.ts": 'import type { Three } from "../calls/three.ts"\nexport type Four = Three\n',
      "src/egg.ts": 'import type { Hen } from "./hen.ts"\nexport type Egg = Hen | null\n',
      "src/hen.ts": 'import type { Egg } from "./egg.ts"\nexport type Hen = Egg | null\n'
    })
    packageOf("http-hono", { "src/adapter.ts": importing("@careline/adapter-acme") })
    const broken = await brokenIn(root)
    for (const wanted of [
      "domain-imports-nothing-of-ours: packages/domain/src/ports.ts → packages/ports/src/index.ts",
      "domain-is-pure: packages/domain/src/file.ts → fs",
      "packages-import-each-other-by-name: packages/domain/src/relative.ts → packages/ports/src/index.ts",
      "packages-import-entries-only: packages/ports/src/nowhere.ts → nowhere",
      "packages-import-entries-only: packages/ports/src/inside.ts → @careline/domain/src/index.ts",
      "application-imports-ports-and-domain: packages/application/src/provider.ts → packages/adapter-acme/src/index.ts",
      "application-imports-ports-and-domain: packages/application/src/sdk.ts → packages/careline/src/index.ts",
      "careline-imports-application-ports-and-domain: packages/careline/src/api.ts → packages/http-hono/src/index.ts",
      "adapters-import-ports-and-domain: packages/adapter-acme/src/application.ts → packages/application/src/index.ts",
      "adapters-import-ports-and-domain: packages/adapter-acme/src/other.ts → packages/adapter-other/src/index.ts",
      "http-hono-imports-no-adapter: packages/http-hono/src/adapter.ts → packages/adapter-acme/src/index.ts",
      "folders-make-no-circle: packages/adapter-other/src/calls → packages/adapter-other/src/messages"
    ]) {
      assert.include(broken, wanted)
    }
    assert.isTrue(broken.some((one) => /^files-make-no-circle: .*(egg|hen)\.ts/.test(one)))
    assert.isFalse(broken.some((one) => one.includes("own.ts")))
  })
})
