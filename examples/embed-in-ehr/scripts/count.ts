/**
 * Counts what a team writes to have Careline in this EHR, lines that are neither blank nor a comment, into the README. In tens:
 * a line more is no other answer.
 */
import { globSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "..")

const parts: ReadonlyArray<readonly [what: string, files: string]> = [
  ["migration: the tables", "migrations/00{2,3}_*.sql"],
  ["repositories: the storage ports on them", "src/careline/repositories/*.ts"],
  ["directory: patients, users and facilities", "src/careline/directory.ts"],
  ["jobs, log and provider: the line", "src/careline/{config,line}.ts"],
  ["routes for the front end", "src/careline/{actor,routes}.ts"]
]

/** What the existing files had to change, as a patch. */
export const PATCH = "adding-careline.patch"

const isCode = (line: string): boolean => line.trim() !== "" && !/^(\/\/|\/\*|\*|--)/.test(line.trim())

const linesOf = (path: string): ReadonlyArray<string> => readFileSync(join(root, path), "utf8").split("\n")

const count = (files: string): number =>
  globSync(files, { cwd: root }).reduce((sum, file) => sum + linesOf(file).filter(isCode).length, 0)

const inTens = (lines: number): number => Math.round(lines / 10) * 10

const table = (): string => {
  const counts = parts.map(([what, files]) => ({ what, lines: count(files) }))
  const patched = linesOf(PATCH).filter((line) => /^\+(?!\+\+ )/.test(line) && isCode(line.slice(1))).length
  const rows = [...counts, { what: "changes to what was there (`adding-careline.patch`)", lines: patched }]
  const total = rows.reduce((sum, { lines }) => sum + lines, 0)
  return [
    "| what | lines |",
    "|---|---:|",
    ...rows.map(({ lines, what }) => `| ${what} | ${inTens(lines)} |`),
    `| **together** | **${inTens(total)}** |`
  ].join("\n")
}

/** The table as it stands in the README. */
const WRITTEN = /\| what \| lines \|\n[^]*?\| \*\*together\*\* [^\n]*/

if (import.meta.main) {
  const readme = join(root, "README.md")
  writeFileSync(
    readme,
    readFileSync(readme, "utf8").replace(WRITTEN, () => table())
  )
}
