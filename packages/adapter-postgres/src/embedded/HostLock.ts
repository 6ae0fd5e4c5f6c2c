/**
 * One host at a time for a data directory. A host listens on a socket of its own name there: the socket dies with the
 * host, however the host dies, and what is left of it in the file system answers nobody.
 *
 * Names are never used twice, so that removing a dead one cannot take a live one away. Every contender listens first and
 * looks around afterwards: of two, at least one sees the other. A contender gives way to a holder and to a contender
 * with a smaller name, and waits for one with a larger name to do so.
 */
import { createHash, randomBytes } from "node:crypto"
import { readdir, rm, stat } from "node:fs/promises"
import { createConnection, createServer, type Server } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Duration, Effect, Schedule, type Scope } from "effect"
import { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"

/** What fits in `sockaddr_un` everywhere: 107 bytes on Linux, 103 on macOS. */
const MAX_SOCKET_PATH_BYTES = 103
/** A host that accepts and says nothing for so long is busy or stopped, and holds. */
const ANSWER_TIMEOUT = Duration.seconds(2)
const RETRY_EVERY = Duration.millis(20)

const HOLDS = "holds"
const CONTENDS = "contends"

type Answer = "holds" | "contends" | "dead"

const failed = (cause: unknown) =>
  new EmbeddedPostgresError({
    reason: "failed",
    message: `The host lock: ${cause instanceof Error ? cause.message : String(cause)}`
  })

const inUse = (directory: string) =>
  new EmbeddedPostgresError({
    reason: "in_use",
    message: `Another Careline host has ${directory} open. Stop it, or give this one a DATA_DIR of its own.`
  })

const io = <A>(work: () => Promise<A>) => Effect.tryPromise({ try: work, catch: failed })

const hashOf = (directory: string) => createHash("sha256").update(directory).digest("hex").slice(0, 24)

/** Where the sockets are, and how their names begin: in the directory itself, unless that makes too long a path. */
const socketsOf = (directory: string) => {
  const near = { parent: directory, prefix: "host-" }
  return Buffer.byteLength(join(near.parent, nameIn(near.prefix))) <= MAX_SOCKET_PATH_BYTES
    ? near
    : { parent: tmpdir(), prefix: `careline-${hashOf(directory)}-` }
}

const nameIn = (prefix: string) => `${prefix}${randomBytes(8).toString("hex")}.sock`

const ask = (path: string): Effect.Effect<Answer> =>
  Effect.callback<Answer>((resume) => {
    const socket = createConnection(path)
    socket.once("data", (word) => resume(Effect.succeed(word.toString() === CONTENDS ? CONTENDS : HOLDS)))
    socket.once("end", () => resume(Effect.succeed("dead")))
    // Whoever may not connect cannot know that the host is dead.
    socket.once("error", ({ code }: NodeJS.ErrnoException) =>
      resume(Effect.succeed(code === "ECONNREFUSED" || code === "ENOENT" || code === "ECONNRESET" ? "dead" : HOLDS))
    )
    return Effect.sync(() => socket.destroy())
  }).pipe(Effect.timeoutOrElse({ duration: ANSWER_TIMEOUT, orElse: () => Effect.succeed<Answer>(HOLDS) }))

const listen = (path: string, answer: () => string) =>
  Effect.acquireRelease(
    Effect.callback<Server, NodeJS.ErrnoException>((resume) => {
      const server = createServer((socket) => {
        socket.on("error", () => socket.destroy())
        socket.end(answer())
      })
      server.unref()
      server.once("error", (cause) => resume(Effect.fail(cause)))
      server.listen(path, () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
      })
  )

/** A named pipe has one owner, and goes with it. */
const acquirePipe = (directory: string) =>
  listen(`\\\\.\\pipe\\careline-${hashOf(directory)}`, () => HOLDS).pipe(
    Effect.mapError((cause) => (cause.code === "EADDRINUSE" ? inUse(directory) : failed(cause)))
  )

const acquireSocket = Effect.fnUntraced(function* (directory: string) {
  const { parent, prefix } = socketsOf(directory)
  const name = nameIn(prefix)
  let answer = CONTENDS
  yield* Effect.mapError(
    listen(join(parent, name), () => answer),
    failed
  )

  /** Fails with `in_use` to give way, with `wait` as long as another has yet to give way to us. */
  const lookAround = Effect.gen(function* () {
    let waiting = false
    for (const other of yield* io(() => readdir(parent))) {
      if (!other.startsWith(prefix) || !other.endsWith(".sock") || other === name) continue
      const path = join(parent, other)
      const theirs = yield* ask(path)
      if (theirs === "dead") yield* Effect.ignore(io(() => rm(path, { force: true })))
      else if (theirs === HOLDS || other < name) return yield* inUse(directory)
      else waiting = true
    }
    // A contender that asked us between bind and listen took us for dead. It is here, so it holds.
    const own = yield* io(() =>
      stat(join(parent, name)).then(
        () => true,
        () => false
      )
    )
    if (!own) return yield* inUse(directory)
    if (waiting) return yield* Effect.fail("wait" as const)
  })

  yield* lookAround.pipe(
    Effect.retry({ while: (error) => error === "wait", schedule: Schedule.spaced(RETRY_EVERY) }),
    Effect.catch((error) => (error === "wait" ? Effect.fail(inUse(directory)) : Effect.fail(error)))
  )
  answer = HOLDS
})

/** Holds the directory until the scope closes. */
export const acquire = (directory: string): Effect.Effect<void, EmbeddedPostgresError, Scope.Scope> =>
  process.platform === "win32" ? Effect.asVoid(acquirePipe(directory)) : acquireSocket(directory)
