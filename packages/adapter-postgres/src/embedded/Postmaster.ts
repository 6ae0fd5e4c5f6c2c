/** The server process of a cluster: found, stopped, started. It outlives a host that is killed, and is then taken away. */
import { once } from "node:events"
import { readFile, rm } from "node:fs/promises"
import { type AddressInfo, createServer } from "node:net"
import { join } from "node:path"
import { Effect } from "effect"
import type { Binaries, Cluster } from "./Cluster.ts"
import { run, type RunAs } from "./Command.ts"
import { failed, io } from "./EmbeddedPostgresError.ts"

/** How long the server may take to come up, or to go down before it is made to, in seconds. */
const START_SECONDS = 60
const FAST_STOP_SECONDS = 20
const IMMEDIATE_STOP_SECONDS = 20

/** The command line of a process, its arguments apart by spaces; `""` where the system does not tell it. */
const commandOf = (pid: number): Effect.Effect<string> =>
  process.platform === "linux"
    ? Effect.promise(() =>
        readFile(`/proc/${pid}/cmdline`, "utf8").then(
          (text) => text.replaceAll("\0", " "),
          () => ""
        )
      )
    : run("ps", ["-o", "args=", "-p", String(pid)]).pipe(
        Effect.map(({ output }) => `${output.trim()} `),
        Effect.orElseSucceed(() => "")
      )

const isAlive = (pid: number) =>
  Effect.try({ try: () => process.kill(pid, 0), catch: (cause) => cause as NodeJS.ErrnoException }).pipe(
    Effect.catch(({ code }) => Effect.succeed(code !== "ESRCH"))
  )

/**
 * The pid in `postmaster.pid`, if that process is indeed this cluster's server: pids are used again.
 *
 * The file of a process that is gone stays: PostgreSQL finds in it whether a session of the dead server still lives.
 */
const runningPid = Effect.fnUntraced(function* ({ pgdata }: Cluster) {
  const pidFile = join(pgdata, "postmaster.pid")
  const text = yield* Effect.promise(() => readFile(pidFile, "utf8").catch(() => ""))
  const pid = Number.parseInt(text, 10)
  if (!(pid > 0)) return null
  const command = yield* commandOf(pid)
  if (/^\S*postgres/.test(command) && command.includes(` ${pgdata} `)) return pid
  if (yield* isAlive(pid)) yield* Effect.promise(() => rm(pidFile, { force: true }))
  return null
})

/** Stops the cluster's server, at once if it does not go by itself. */
export const stop = Effect.fnUntraced(function* (cluster: Cluster, binaries: Binaries, runAs: RunAs | undefined) {
  if ((yield* runningPid(cluster)) === null) return
  const control = (mode: "fast" | "immediate", seconds: number) =>
    run(binaries.pg_ctl, ["stop", "-D", cluster.pgdata, "-m", mode, "-w", "-t", String(seconds)], {
      runAs,
      cwd: cluster.pgdata
    })
  if ((yield* control("fast", FAST_STOP_SECONDS)).code === 0) return
  const stopped = yield* control("immediate", IMMEDIATE_STOP_SECONDS)
  if (stopped.code !== 0) return yield* failed(`PostgreSQL does not stop: ${stopped.output}`)
})

export const freePort = io(async () => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  server.close()
  return port
})

export const start = Effect.fnUntraced(function* (
  cluster: Cluster,
  binaries: Binaries,
  runAs: RunAs | undefined,
  port: number,
  settings: Readonly<Record<string, string>>
) {
  const flags = Object.entries({
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "100",
    timezone: "UTC",
    log_timezone: "UTC",
    ...settings
  }).map(([name, value]) => `-c ${name}='${value}'`)
  const log = join(cluster.pgdata, "server.log")
  const started = yield* run(
    binaries.pg_ctl,
    [
      "start",
      "-D",
      cluster.pgdata,
      "-l",
      log,
      "-w",
      "-t",
      String(START_SECONDS),
      "-o",
      [`-p ${port}`, ...flags].join(" ")
    ],
    { runAs, cwd: cluster.pgdata }
  )
  if (started.code !== 0) {
    const logged = yield* Effect.promise(() => readFile(log, "utf8").catch(() => ""))
    return yield* failed(`PostgreSQL does not start: ${started.output}${logged.slice(-2000)}`)
  }
})
