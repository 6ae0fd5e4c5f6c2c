/**
 * One host at a time for a data directory. The lock is a socket that the host listens on: it dies with the host, however
 * the host dies, and what is left of it in the file system answers nobody.
 */
import { createHash } from "node:crypto"
import { rm } from "node:fs/promises"
import { createConnection, createServer, type Server } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, type Scope } from "effect"
import { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"

const socketPath = (directory: string): string => {
  const hash = createHash("sha256").update(directory).digest("hex").slice(0, 24)
  // Socket paths are short (107 bytes on Linux), directories need not be.
  return process.platform === "win32" ? `\\\\.\\pipe\\careline-${hash}` : join(tmpdir(), `careline-${hash}.sock`)
}

const isAnswered = (path: string): Effect.Effect<boolean> =>
  Effect.callback((resume) => {
    const socket = createConnection(path)
    socket.once("connect", () => {
      socket.destroy()
      resume(Effect.succeed(true))
    })
    socket.once("error", () => resume(Effect.succeed(false)))
  })

const listen = (path: string): Effect.Effect<Server, EmbeddedPostgresError> =>
  Effect.callback((resume) => {
    const server = createServer((socket) => socket.destroy())
    server.unref()
    server.once("error", (cause) =>
      resume(Effect.fail(new EmbeddedPostgresError({ reason: "in_use", message: `The host lock is taken: ${cause.message}` })))
    )
    server.listen(path, () => resume(Effect.succeed(server)))
  })

/** Holds the directory until the scope closes. */
export const acquire = (directory: string): Effect.Effect<void, EmbeddedPostgresError, Scope.Scope> =>
  Effect.gen(function* () {
    const path = socketPath(directory)
    if (yield* isAnswered(path)) {
      return yield* new EmbeddedPostgresError({
        reason: "in_use",
        message: `Another Careline host has ${directory} open. Stop it, or give this one a DATA_DIR of its own.`
      })
    }
    if (process.platform !== "win32") yield* Effect.promise(() => rm(path, { force: true }))
    yield* Effect.acquireRelease(listen(path), (server) =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
      })
    )
  })
