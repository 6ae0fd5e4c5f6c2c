/**
 * Ends what a benchmark started once the benchmark is gone, `kill -9` included. A process of its own, which reads a pipe that
 * closes with the benchmark: it kills the servers, stops PostgreSQL and removes its directory.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { rm } from "node:fs/promises"
import type { Socket } from "node:net"
import { createInterface } from "node:readline"
import { setTimeout as pause } from "node:timers/promises"

type Word = "child" | "ended" | "database"

let guard: ChildProcess | undefined

/** Starts at the first word, and keeps nobody from ending. */
const start = (): ChildProcess => {
  const child = spawn(process.execPath, [import.meta.filename], {
    // An interrupt of the terminal's foreground is not for it: it has to clean up after it.
    detached: true,
    stdio: ["pipe", "ignore", "inherit"]
  })
  child.unref()
  ;(child.stdin as Socket).unref()
  return child
}

const tell = (word: Word, what: string | number): void => {
  guard ??= start()
  guard.stdin?.write(`${word} ${what}\n`)
}

/** A process to be killed. */
export const guardChild = (child: ChildProcess): void => {
  const { pid } = child
  if (pid === undefined) return
  tell("child", pid)
  child.once("exit", () => tell("ended", pid))
}

/** A PostgreSQL's directory, to be stopped and removed. */
export const guardDatabase = (directory: string): void => tell("database", directory)

const signal = (pid: number, name: "SIGKILL" | "SIGQUIT"): void => {
  try {
    process.kill(pid, name)
  } catch {
    // It is gone already.
  }
}

const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8")
  } catch {
    return ""
  }
}

/** The processes whose command names a directory, those of a PostgreSQL that is being made or started included. Linux only. */
export const processesOf = (directory: string): ReadonlyArray<number> =>
  (existsSync("/proc") ? readdirSync("/proc") : [])
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && commandOf(pid).includes(directory))

/** How long PostgreSQL may take to go by itself, which frees the memory that its processes share. */
const QUIT_MILLIS = 10_000
const LOOK_EVERY_MILLIS = 20

const removeDatabase = async (directory: string): Promise<void> => {
  const deadline = performance.now() + QUIT_MILLIS
  for (let left = processesOf(directory); left.length > 0; left = processesOf(directory)) {
    for (const pid of left) signal(pid, performance.now() < deadline ? "SIGQUIT" : "SIGKILL")
    await pause(LOOK_EVERY_MILLIS)
  }
  await rm(directory, { recursive: true, force: true, maxRetries: 3 })
}

const watch = async (): Promise<void> => {
  const children = new Set<number>()
  const databases = new Set<string>()
  for await (const line of createInterface({ input: process.stdin })) {
    const [word, what = ""] = line.split(/ (.*)/s) as [Word, string]
    if (word === "child") children.add(Number(what))
    if (word === "ended") children.delete(Number(what))
    if (word === "database") databases.add(what)
  }
  for (const pid of children) signal(pid, "SIGKILL")
  for (const directory of databases) await removeDatabase(directory)
}

if (import.meta.main) await watch()
