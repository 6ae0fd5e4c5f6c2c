/**
 * All that must hold before a change lands: types, declarations, lint, format, arrows, nothing unused, commit messages, known
 * vulnerabilities, then every test. `--extended` instead runs what takes minutes: API pages, packages as they are installed, the
 * demos at every hour. Prints the true counts last, and fails when anything failed; `--report <file>` also writes them as JSON.
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

interface Counts {
  readonly passed: number
  readonly failed: number
}

/** What we read of vitest's JSON report. */
interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: ReadonlyArray<{
    readonly status: string
    readonly assertionResults: ReadonlyArray<{ readonly status: string }>
  }>
}

type Check = readonly [name: string, command: string, ...args: ReadonlyArray<string>]

const isExtended = process.argv.includes("--extended")

/** As `pnpm arrows` has it. */
const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
  readonly scripts: { readonly arrows: string }
}
const arrows = scripts.arrows.split(" ") as [command: string, ...args: ReadonlyArray<string>]

const quick: ReadonlyArray<Check> = [
  ["types", "tsc"],
  ["declarations", "tsc", "--project", "tsconfig.sources.json"],
  ["lint", "oxlint"],
  ["format", "oxfmt", "--check", "."],
  ["arrows", ...arrows],
  ["unused", "knip"],
  ["commits", "node", "scripts/commits.ts"],
  ["dependencies", "node", "scripts/audit.ts"]
]
const extended: ReadonlyArray<Check> = [["API pages", "node", "docs/api/build.ts"]]
const checks = isExtended ? extended : quick

const run = (command: string, args: ReadonlyArray<string>): boolean =>
  spawnSync(command, [...args], { stdio: "inherit", shell: process.platform === "win32" }).status === 0

const runChecks = (): Counts => {
  const results = checks.map(([name, command, ...args]) => {
    const passed = run(command, args)
    console.log(`${passed ? "✓" : "✗"} ${name}`)
    return passed
  })
  return { passed: results.filter(Boolean).length, failed: results.filter((passed) => !passed).length }
}

const runTests = (filters: ReadonlyArray<string>): Counts => {
  const folder = mkdtempSync(join(tmpdir(), "careline-report-"))
  const file = join(folder, "report.json")
  const succeeded = run("vitest", [
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${file}`,
    ...filters
  ])
  try {
    const report = JSON.parse(readFileSync(file, "utf8")) as Report
    // A file that cannot be loaded has no tests that could fail, and is a failure all the same.
    const unloaded = report.testResults.filter(
      ({ assertionResults, status }) =>
        status === "failed" && !assertionResults.some((result) => result.status === "failed")
    ).length
    const failed = report.numFailedTests + unloaded
    return { passed: report.numPassedTests, failed: succeeded ? failed : Math.max(failed, 1) }
  } catch {
    return { passed: 0, failed: 1 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const reportFlag = process.argv.indexOf("--report")
const reportFile = reportFlag === -1 ? null : process.argv[reportFlag + 1]
const filters = process.argv
  .slice(2)
  .filter((argument, index, all) => !["--report", "--extended"].includes(argument) && all[index - 1] !== "--report")
if (isExtended) process.env.CARELINE_TEST_EXTENDED = "1"

const counts = [runChecks(), runTests(isExtended ? ["test/extended", ...filters] : filters)].reduce((sum, one) => ({
  passed: sum.passed + one.passed,
  failed: sum.failed + one.failed
}))
if (reportFile != null) writeFileSync(reportFile, JSON.stringify(counts))
console.log(`${counts.passed} passed, ${counts.failed} failed`)
process.exitCode = counts.failed === 0 ? 0 : 1
