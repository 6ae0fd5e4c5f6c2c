import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"

const read = (file: string): string => readFileSync(join(import.meta.dirname, "..", file), "utf8")

describe("What adding Careline takes", () => {
  it("is neither Careline's host nor its store, and no Effect in what runs", () => {
    const { dependencies } = JSON.parse(read("package.json")) as { readonly dependencies: object }
    for (const name of ["@careline/http-hono", "@careline/adapter-postgres", "effect", "hono"]) {
      expect(Object.keys(dependencies)).not.toContain(name)
    }
  })
})
