/** The walks of `docs/architecture.md` name files and functions as they are. */
import { readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { assert, describe, it } from "vitest"
import { root } from "../scripts/packages.ts"

const page = readFileSync(join(root, "docs/architecture.md"), "utf8")
const steps = [...page.matchAll(/^\| \d+ \| \[([^\]]+)\]\(([^)]+)\) \| ([^|]+) \|/gm)].map(
  ([, title = "", link = "", functions = ""]) => ({
    title,
    link,
    names: [...functions.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name)
  })
)

describe("The walks of the architecture page", () => {
  it("are there", () => assert.isAbove(steps.length, 50))

  it.each(steps)("$title", ({ link, names, title }) => {
    const source = readFileSync(join(root, "docs", link), "utf8")
    assert.strictEqual(basename(title), basename(link))
    assert.deepStrictEqual(
      names.filter((name) => !new RegExp(`\\b${name}\\b`).test(source)),
      []
    )
  })
})
