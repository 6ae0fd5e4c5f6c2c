/**
 * Takes away what a test run leaves behind, also when the run is killed. It runs beside the tests, with the run's directory as
 * its argument, until its standard input ends. Then it kills every process that names the directory in its arguments or
 * its environment, and removes the directory.
 */
import { readdirSync, readFileSync, rmSync } from "node:fs"
import { setTimeout as pause } from "node:timers/promises"

const directory = process.argv[2]
if (directory === undefined) throw new Error("Which directory?")

const LOOK_EVERY_MILLIS = 50
const LOOKS = 200

const readOr = (path: string): string => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    // It is gone, or not ours.
    return ""
  }
}

/** The processes of the run, where the system lists them in `/proc`. */
const processes = (): ReadonlyArray<number> => {
  try {
    return readdirSync("/proc")
      .map(Number)
      .filter((pid) => pid > 0 && pid !== process.pid)
      .filter((pid) => `${readOr(`/proc/${pid}/cmdline`)}\0${readOr(`/proc/${pid}/environ`)}`.includes(directory))
  } catch {
    return []
  }
}

const kill = (pid: number): void => {
  try {
    process.kill(pid, "SIGKILL")
  } catch {
    // It went by itself.
  }
}

const untilTheEnd = async (): Promise<void> => {
  for await (const _ of process.stdin) continue
}

// Whoever interrupts the run from a terminal interrupts the whole group: this one has to stay for a moment.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined)

await untilTheEnd()
for (let look = 0; look < LOOKS; look++) {
  const left = processes()
  if (left.length === 0) break
  for (const pid of left) kill(pid)
  await pause(LOOK_EVERY_MILLIS)
}
rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
