/** Checks the messages of the commits since the rule holds. A shallow clone is checked as far as it reaches. */
import { spawnSync } from "node:child_process"

/** The last commit before the rule. */
const SINCE = "0259a983fc02ccde4c3d7c8e20bdea6e2939de2d"

const git = (...args: ReadonlyArray<string>) => spawnSync("git", args, { encoding: "utf8" })

const isKnown = git("cat-file", "-e", `${SINCE}^{commit}`).status === 0
const range = isKnown ? ["--from", SINCE] : ["--last"]
process.exitCode = spawnSync("commitlint", range, { stdio: "inherit", shell: process.platform === "win32" }).status ?? 1
