/** Listens. Going down takes no new requests, lets those under way end, and then closes what streams. */
import { serve, type ServerType } from "@hono/node-server"
import { Effect, Schema, type Scope } from "effect"
import type { Hono } from "hono"

/** How long requests under way may take once the host goes down, in milliseconds. */
const DRAIN = 10_000

/** The port cannot be listened on. */
export class ListenError extends Schema.TaggedError<ListenError>()("ListenError", { message: Schema.String }) {}

export interface Listening {
  readonly port: number
}

const open = (app: Hono, port: number, hostname: string) =>
  Effect.callback<{ readonly server: ServerType; readonly port: number }, ListenError>((resume) => {
    const server = serve({ fetch: app.fetch, port, hostname }, (info) =>
      resume(Effect.succeed({ server, port: info.port }))
    )
    server.once("error", (error: Error) => resume(Effect.fail(new ListenError({ message: error.message }))))
  })

const close = (server: ServerType): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const force = setTimeout(() => "closeAllConnections" in server && server.closeAllConnections(), DRAIN)
    server.close(() => {
      clearTimeout(force)
      resume(Effect.void)
    })
    if ("closeIdleConnections" in server) server.closeIdleConnections()
  })

export const listen = (app: Hono, port: number, hostname: string): Effect.Effect<Listening, ListenError, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(open(app, port, hostname), ({ server }) => close(server)),
    (opened) => ({ port: opened.port })
  )
