/** The host's HTTP surface, mounted on Hono. Everything that it does is a use case. */
import { activeActor, lineSettings, Problem } from "@careline/application"
import type { UserId } from "@careline/domain"
import { Optional, Spool } from "@careline/ports"
import { DateTime, Effect, Exit } from "effect"
import { Hono } from "hono"
import type { Authenticate } from "./auth/Auth.ts"
import type { HostRuntime } from "./http/HostRuntime.ts"
import type { ServeLink } from "./http/ServeLink.ts"
import * as OpenApi from "./openapi/OpenApi.ts"
import { defaultHttpOptions, type HttpOptions } from "./http/HttpOptions.ts"
import { noteRefusals } from "./openapi/Refused.ts"
import { requestId } from "./http/RequestId.ts"
import { limitAddresses, limitUsers } from "./openapi/RequestRates.ts"
import { problemResponse } from "./openapi/Respond.ts"
import { mountMethodNotAllowed } from "./openapi/MethodNotAllowed.ts"
import { mount, type Route } from "./openapi/Route.ts"
import { access } from "./routes/access.ts"
import { aliases } from "./routes/aliases.ts"
import { calls } from "./routes/calls.ts"
import { directory } from "./routes/directory.ts"
import { mountDocs } from "./routes/docs.ts"
import { mountEvents } from "./routes/events.ts"
import { line } from "./routes/line.ts"
import { mountLinks, mountUploads } from "./routes/media.ts"
import { messages } from "./routes/messages.ts"
import { notifications } from "./routes/notifications.ts"
import { numberPool } from "./routes/numberPool.ts"
import { numbers } from "./routes/numbers.ts"
import { mountPatientImport } from "./routes/patientImport.ts"
import { siteGroupings } from "./routes/siteGroupings.ts"
import { templates } from "./routes/templates.ts"
import { threads } from "./routes/threads.ts"
import { mountMetrics } from "./routes/metrics.ts"
import { mountWebhooks } from "./routes/webhooks.ts"
import { mountSecurityHeaders } from "./http/SecurityHeaders.ts"
import type { Services } from "./Services.ts"

export const VERSION = "0.1.0"

const STORE_ANSWERS_WITHIN = "2 seconds"

/** Who looks whether the store answers. */
const probe = { userId: "readyz" as UserId, scope: "all" as const }

/** Without its store a host takes webhooks in still, where it has a spool: to send them elsewhere would be to lose them. */
const status = Effect.timeout(lineSettings(probe, null), STORE_ANSWERS_WITHIN).pipe(
  Effect.as("ready"),
  Effect.catch(
    Effect.fnUntraced(function* (error) {
      const spool = yield* Optional.of(Spool)
      return spool === undefined || (yield* spool.state) === "full" ? yield* Effect.fail(error) : "spooling"
    })
  )
)

/** What gives patient data, or tells who has seen some. */
const ofPatients = [...threads, ...messages, ...notifications, ...calls, ...directory, ...access] as ReadonlyArray<
  Route<Services>
>

const aliased = new Set(aliases.filter(({ of }) => ofPatients.includes(of)).map(({ route }) => route))

const routes: ReadonlyArray<Route<Services>> = [
  ...ofPatients,
  ...line,
  // What has a name of its own stands before what has an id in its place.
  ...numberPool,
  ...numbers,
  ...siteGroupings,
  ...templates,
  ...aliases.map(({ route }) => route)
]

export const openApiDocument = OpenApi.document(routes, VERSION)

export const makeApp = (
  runtime: HostRuntime<Services>,
  authenticateCaller: Authenticate,
  links: ServeLink | null = null,
  http: HttpOptions = defaultHttpOptions
): Hono => {
  const app = new Hono()
  const limited = limitUsers(authenticateCaller, http.requestsPerUser)
  // Whoever works in a site grouping that is deactivated finds nothing there any more.
  const authenticate: Authenticate = (header) =>
    Effect.flatMap(limited(header), (caller) =>
      Effect.flatten(Effect.promise(() => runtime.runPromiseExit(activeActor(caller))))
    )
  // First, and without anything around them: webhooks are what comes in masses.
  mountWebhooks(app, runtime, http)
  app.use(requestId)
  app.use(noteRefusals(runtime, http.proxies))
  const limit = limitAddresses(http.requestsPerAddress, http.proxies)
  // Links answer with headers of their own.
  if (links !== null) {
    app.use(`${links.path}/*`, limit)
    mountLinks(app, runtime, links)
  }
  mountSecurityHeaders(app, http)
  app.use(limit)
  app.get("/healthz", async (context) => {
    const now = await runtime.runPromiseExit(DateTime.now)
    return context.json({ status: "ok", ...(Exit.isSuccess(now) ? { now: DateTime.formatIso(now.value) } : {}) })
  })
  app.get("/readyz", async (context) => {
    const ready = await runtime.runPromiseExit(status)
    return Exit.isSuccess(ready)
      ? context.json({ status: ready.value })
      : problemResponse(context, Problem.problem("not-ready", 503, "The store is not available"))
  })
  mount(app, routes, runtime, authenticate, (route) => ofPatients.includes(route) || aliased.has(route))
  mountUploads(app, runtime, authenticate)
  mountPatientImport(app, runtime, authenticate)
  mountEvents(app, runtime, authenticate)
  mountDocs(app, openApiDocument)
  if (http.metricsToken !== null) mountMetrics(app, runtime, http.metricsToken)
  mountMethodNotAllowed(app)
  app.notFound((context) =>
    problemResponse(context, Problem.problem("not-found", 404, "There is nothing at this path"))
  )
  app.onError((_error, context) => problemResponse(context, Problem.problem("internal", 500, "Internal server error")))
  return app
}
