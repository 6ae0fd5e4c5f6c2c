/** Checks the messages of the commits since the rule holds. A clone without that history has nothing to check. */
import { spawnSync } from "node:child_process"

/** The last commit before the rule. */
const SINCE = "0259a983fc02ccde4c3d7c8e20bdea6e2939de2d"

const git = (...args: ReadonlyArray<string>) => spawnSync("git", args, { encoding: "utf8" })

const isKnown = git("cat-file", "-e", `${SINCE}^{commit}`).status === 0
if (isKnown) {
  const lint = spawnSync("commitlint", ["--from", SINCE], { stdio: "inherit", shell: process.platform === "win32" })
  process.exitCode = lint.status ?? 1
} else {
  console.log("The history before the rule is not here: no commit is known to be new.")
}
