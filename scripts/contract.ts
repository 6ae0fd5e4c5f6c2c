/**
 * Runs the Telephony contract on every adapter and prints what it found: chapter by provider, what was left out and why,
 * and how many adapters with a known fault it caught. Fails when anything failed.
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** What we read of vitest's JSON report. */
interface Result {
  readonly ancestorTitles: ReadonlyArray<string>
  readonly title: string
  readonly status: "passed" | "failed" | "skipped" | "pending" | "todo"
}
interface Report {
  readonly testResults: ReadonlyArray<{ readonly assertionResults: ReadonlyArray<Result> }>
}

const SUITE = ": telephony contract"
const NOTICES = /^notices an adapter that /
/** At the end of a skipped test's title: why. */
const REASON = / \[(.*)\]$/

const runTests = (): { readonly report: Report; readonly succeeded: boolean } => {
  const folder = mkdtempSync(join(tmpdir(), "careline-contract-"))
  const file = join(folder, "report.json")
  try {
    const { status } = spawnSync(
      "vitest",
      ["run", "--reporter=json", `--outputFile=${file}`, "telephony.contract", "telephonyContract.self"],
      { stdio: ["ignore", "ignore", "inherit"], shell: process.platform === "win32" }
    )
    return { report: JSON.parse(readFileSync(file, "utf8")) as Report, succeeded: status === 0 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const cell = (results: ReadonlyArray<Result>): string => {
  const count = (status: Result["status"]) => results.filter((result) => result.status === status).length
  const failed = count("failed")
  const skipped = results.length - count("passed") - failed
  return [
    `${count("passed")} passed`,
    ...(skipped === 0 ? [] : [`${skipped} skipped`]),
    ...(failed === 0 ? [] : [`${failed} FAILED`])
  ].join(", ")
}

const table = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column]!))
        .join("  ")
        .trimEnd()
    )
    .join("\n")
}

const { report, succeeded } = runTests()
const results = report.testResults.flatMap(({ assertionResults }) => assertionResults)
const inSuites = results.filter(({ ancestorTitles }) => ancestorTitles[0]?.endsWith(SUITE))
const providerOf = ({ ancestorTitles }: Result) => ancestorTitles[0]!.slice(0, -SUITE.length)
const providers = [...new Set(inSuites.map(providerOf))].sort()
const chapters = [...new Set(inSuites.map(({ ancestorTitles }) => ancestorTitles[1]!))]

console.log(
  table([
    ["chapter", ...providers],
    ...chapters.map((chapter) => [
      chapter,
      ...providers.map((provider) =>
        cell(inSuites.filter((one) => providerOf(one) === provider && one.ancestorTitles[1] === chapter))
      )
    ])
  ])
)

console.log("\nLeft out, and the declared capability that says why:")
for (const provider of providers) {
  const reasons = inSuites
    .filter((one) => providerOf(one) === provider)
    .flatMap(({ title }) => REASON.exec(title)?.[1] ?? [])
  const counts = [...new Set(reasons)].map((reason) => `${reason} (${reasons.filter((one) => one === reason).length})`)
  console.log(`  ${provider}: ${counts.length === 0 ? "nothing" : counts.join(", ")}`)
}

const broken = results.filter(({ title }) => NOTICES.test(title))
const caught = broken.filter(({ status }) => status === "passed")
console.log(`\nAdapters with a known fault that were caught: ${caught.length} of ${broken.length}`)
for (const { status, title } of results.filter((result) => result.status === "failed")) {
  console.log(`  ${status}: ${title}`)
}
process.exitCode = succeeded ? 0 : 1
