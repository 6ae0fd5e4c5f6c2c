/** A directory of its own for each test, and the store's links over HTTP. */
import { KeyEncryption } from "@careline/ports"
import { Clock, Effect, Redacted } from "effect"
import { createHash } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DEFAULT_PATH, type FileBlobOptions, type FileBlobStore } from "../src/index.ts"

export const SECRET = "canary-signing-secret-of-32-letters"

export const optionsFor = (directory: string, publicUrl = "https://media.example.com"): FileBlobOptions => ({
  directory,
  publicUrl,
  path: DEFAULT_PATH,
  signingSecrets: [Redacted.make(SECRET)]
})

/** Keys of the given names, the first of which wraps. The same name is the same key. */
export const keysOf = (first: string, ...others: ReadonlyArray<string>): KeyEncryption.KeyEncryption => {
  const named = (id: string) => ({ id, key: Redacted.make(createHash("sha256").update(id).digest()) })
  return KeyEncryption.make([named(first), ...others.map(named)])
}

export const freshDirectory = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "careline-blobs-"))),
  (directory) => Effect.promise(() => rm(directory, { recursive: true, force: true }))
)

type Serve = FileBlobStore.FileBlobs["serve"]

/** A host that mounts the links and nothing else, by the clock of the test. */
export const listening = Effect.gen(function* () {
  let serve: Serve | null = null
  const clock = yield* Clock.Clock
  const server = yield* Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const made = createServer((request, response) => {
        if (serve === null) return response.writeHead(404).end()
        const headers = request.headers as Readonly<Record<string, string | undefined>>
        const asked = serve({ method: request.method ?? "", target: request.url ?? "", headers })
        Effect.runFork(
          Effect.map(Effect.provideService(asked, Clock.Clock, clock), (answer) => {
            response.writeHead(answer.status, answer.headers)
            response.end(answer.body ?? undefined)
          })
        )
      })
      made.listen(0, "127.0.0.1", () => resume(Effect.succeed(made)))
    }),
    (running) =>
      Effect.callback<void>((resume) => {
        running.close(() => resume(Effect.void))
        running.closeAllConnections()
      })
  )
  const address = server.address()
  return {
    url: `http://127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`,
    serve: (served: Serve) => {
      serve = served
    }
  }
})
