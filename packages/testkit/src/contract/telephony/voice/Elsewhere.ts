/** A machine that is none of the provider's: whatever is asked of it is one request too many. */
import { createServer } from "node:http"
import { Effect, type Scope } from "effect"

export interface Elsewhere {
  readonly url: string
  /** The credentials of each request that came. */
  readonly asked: ReadonlyArray<string | null>
}

export const elsewhere: Effect.Effect<Elsewhere, never, Scope.Scope> = Effect.gen(function* () {
  const asked: Array<string | null> = []
  const server = yield* Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const made = createServer((request, response) => {
        asked.push(request.headers.authorization ?? null)
        response.end("a secret of this network")
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
  return { url: `http://127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`, asked }
})
