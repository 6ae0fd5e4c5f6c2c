/** The READMEs' examples compile and run as they stand there, and give what they say that they give. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { root } from "../scripts/packages.ts"
import { run } from "../scripts/run.ts"
import { examples, runExample } from "./support/examples.ts"
import { freshDatabase } from "./support/postgres.ts"

/** Beside the README that it is from, so that imports resolve by name as they do for its package. */
const folderOf = (folder: string) => join(folder, ".readme")
const folders = [...new Set(examples.map(({ folder }) => folderOf(folder)))]
const dataDirectory = mkdtempSync(join(tmpdir(), "careline-readme-"))

beforeAll(() => {
  for (const folder of folders) mkdirSync(folder, { recursive: true })
})
afterAll(() => {
  for (const folder of [...folders, dataDirectory]) rmSync(folder, { recursive: true, force: true })
})

describe("The READMEs", () => {
  it("show code that compiles", async () => {
    const files = examples.map(({ code, file, folder }) => {
      const path = join(folderOf(folder), file)
      writeFileSync(path, code)
      return path
    })
    const project = join(folderOf(root), "tsconfig.json")
    writeFileSync(project, JSON.stringify({ extends: join(root, "tsconfig.json"), files, include: [] }))
    assert.strictEqual(await run("tsc", ["--noEmit", "-p", project]), "")
  })

  for (const example of examples) {
    it(`${example.readme} shows ${example.name}, and it comes true`, async () => {
      const exported = await runExample(example, {
        folder: folderOf(example.folder),
        node: process.execPath,
        databaseUrl: await freshDatabase(),
        dataDirectory
      })
      assert.deepStrictEqual(exported, example.expected)
    })
  }
})
