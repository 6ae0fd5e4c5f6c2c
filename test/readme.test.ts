/** The README's example runs as it stands there. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"

const folder = join(import.meta.dirname, ".readme")
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe("The README", () => {
  it("shows how to embed a line, in code that runs", async () => {
    const code = /```ts\n([\s\S]*?)```/.exec(readFileSync("README.md", "utf8"))?.[1]
    assert.isDefined(code)
    mkdirSync(folder, { recursive: true })
    const file = join(folder, "embed.ts")
    writeFileSync(file, code!)
    const { previews } = (await import(file)) as { readonly previews: ReadonlyArray<string> }
    assert.deepStrictEqual(previews, ["Can she take the pill with food?"])
  })
})
