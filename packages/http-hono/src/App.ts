/** The host's HTTP surface, mounted on Hono. Everything that it does is a use case. */
import { lineSettings, Problem } from "@careline/application"
import type { UserId } from "@careline/domain"
import { Effect, Exit } from "effect"
import { Hono } from "hono"
import type { Authenticate } from "./Auth.ts"
import type { HostRuntime } from "./HostRuntime.ts"
import type { ServeLink } from "./MediaStore.ts"
import * as OpenApi from "./OpenApi.ts"
import { requestId } from "./RequestId.ts"
import { problemResponse } from "./Respond.ts"
import { mount, type Route } from "./Route.ts"
import { access } from "./routes/access.ts"
import { calls } from "./routes/calls.ts"
import { mountDocs } from "./routes/docs.ts"
import { mountEvents } from "./routes/events.ts"
import { line } from "./routes/line.ts"
import { mountLinks, mountUploads } from "./routes/media.ts"
import { messages } from "./routes/messages.ts"
import { threads } from "./routes/threads.ts"
import { mountWebhooks } from "./routes/webhooks.ts"
import type { Services } from "./Services.ts"

export const VERSION = "0.1.0"

/** Who looks whether the store answers. */
const probe = { userId: "readyz" as UserId, scope: "all" as const }

const routes: ReadonlyArray<Route<Services>> = [...threads, ...messages, ...calls, ...line, ...access] as ReadonlyArray<
  Route<Services>
>

export const openApiDocument = OpenApi.document(routes, VERSION)

export const makeApp = (
  runtime: HostRuntime<Services>,
  authenticate: Authenticate,
  links: ServeLink | null = null
): Hono => {
  const app = new Hono()
  // First, and without anything around them: webhooks are what comes in masses.
  mountWebhooks(app, runtime)
  // Links answer with headers of their own.
  if (links !== null) mountLinks(app, links)
  app.use(requestId)
  app.use(async (context, next) => {
    await next()
    context.res.headers.set("x-content-type-options", "nosniff")
    context.res.headers.set("referrer-policy", "no-referrer")
    if (context.req.path.startsWith("/api/")) context.res.headers.set("cache-control", "no-store")
  })
  app.get("/healthz", (context) => context.json({ status: "ok" }))
  app.get("/readyz", async (context) => {
    const ready = await runtime.runPromiseExit(Effect.timeout(lineSettings(probe, null), "2 seconds"))
    return Exit.isSuccess(ready)
      ? context.json({ status: "ready" })
      : problemResponse(context, Problem.problem("not-ready", 503, "The store is not available"))
  })
  mount(app, routes, runtime, authenticate)
  mountUploads(app, runtime, authenticate)
  mountEvents(app, runtime, authenticate)
  mountDocs(app, openApiDocument)
  app.notFound((context) =>
    problemResponse(context, Problem.problem("not-found", 404, "There is nothing at this path"))
  )
  app.onError((_error, context) =>
    problemResponse(context, Problem.problem("internal", 500, "Something went wrong here"))
  )
  return app
}
