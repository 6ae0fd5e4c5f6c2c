/** The EHR as it was before Careline: the patch that added it taken back, and nothing of Careline beside it. */
import { execFileSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { dirname, join } from "node:path"
import type { startEhr } from "../src/ehr/server.ts"
import { PATCH } from "../scripts/count.ts"

const root = join(import.meta.dirname, "..")

export interface Before {
  readonly folder: string
  readonly startEhr: typeof startEhr
  readonly remove: () => void
}

export const restoreBefore = async (): Promise<Before> => {
  // Beside the EHR, where its packages are found.
  const folder = mkdtempSync(join(root, ".before-"))
  for (const path of ["migrations/001_ehr.sql", "src/ehr", "src/main.ts", "package.json"]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    cpSync(join(root, path), join(folder, path), { recursive: true })
  }
  execFileSync("git", ["apply", "--reverse", "-p3", join(root, PATCH)], {
    cwd: folder,
    // Inside a repository git would look for the files at its root.
    env: { ...process.env, GIT_CEILING_DIRECTORIES: dirname(folder) },
    stdio: ["ignore", "ignore", "inherit"]
  })
  const server = (await import(join(folder, "src/ehr/server.ts"))) as { readonly startEhr: typeof startEhr }
  return { folder, startEhr: server.startEhr, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
