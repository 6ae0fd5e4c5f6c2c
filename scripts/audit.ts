/**
 * Asks the registry for known vulnerabilities of what is installed, and fails for one that is high or critical. A registry
 * that keeps no advisories, or that cannot be reached, is said so and fails nothing.
 */
import { spawnSync } from "node:child_process"

const LEVELS = ["high", "critical"]

interface Report {
  readonly error?: { readonly code?: string }
  readonly metadata?: { readonly vulnerabilities: Readonly<Record<string, number>> }
}

const { stdout, stderr } = spawnSync("npx", ["-y", "pnpm@12", "audit", "--json"], {
  encoding: "utf8",
  shell: process.platform === "win32"
})

const read = (text: string): Report | null => {
  try {
    return JSON.parse(text.slice(text.indexOf("{"))) as Report
  } catch {
    return null
  }
}

const vulnerabilities = read(stdout)?.metadata?.vulnerabilities
if (vulnerabilities === undefined) {
  const reason = /ERR_PNPM_\w+/.exec(stdout + stderr)?.[0] ?? "no answer"
  console.log(`The registry gave no advisories (${reason}): nothing is known of the dependencies.`)
} else {
  const found = LEVELS.map((level) => `${vulnerabilities[level] ?? 0} ${level}`).join(", ")
  console.log(`Known vulnerabilities: ${found}`)
  process.exitCode = LEVELS.some((level) => (vulnerabilities[level] ?? 0) > 0) ? 1 : 0
}
