/** The EHR as one process. Several may run on one database. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { createRequestListener } from "@remix-run/node-fetch-server"
import type { Careline } from "careline"
import express, { type Express } from "express"
import { Pool } from "pg"
import { type LineOptions, openLine } from "../careline/line.ts"
import { carelineProblems, externalThreadRoutes } from "../careline/routes.ts"
import { ChatGateway, type ChatOptions } from "./chatGateway.ts"
import { inboxRoutes } from "./inbox.ts"
import { type JobOptions, JobRunner } from "./jobs.ts"
import { logError } from "./log.ts"
import { migrate, type MigrateOptions } from "./migrate.ts"
import { patientRoutes } from "./patients.ts"
import { problemDetails, unknownRoute } from "./problems.ts"
import type { Services } from "./services.ts"
import { requireUser, sessionRoutes, sweepSessions } from "./sessions.ts"
import { threadRoutes } from "./threads.ts"
import { remindOfUnread, UNREAD_REMINDER } from "./unreadReminder.ts"

export interface EhrOptions {
  readonly databaseUrl: string
  /** 0 takes a free one. */
  readonly port: number
  readonly hostname?: string
  readonly migrations?: MigrateOptions
  readonly jobs?: JobOptions
  readonly chat?: ChatOptions
  /** The phone and text line; without it there are no external threads. */
  readonly line?: LineOptions | undefined
}

export interface Ehr extends Services {
  readonly url: string
  readonly close: () => Promise<void>
}

const HOUR_MILLIS = 60 * 60 * 1000
/** How long a request may still take while the process closes. */
const GRACE_MILLIS = 5_000

const mountRoutes = (app: Express, services: Services, line: Careline | null): void => {
  const { pool } = services
  app.disable("x-powered-by")
  // TLS ends at a proxy in the same network: it says whether a cookie may be `Secure`.
  app.set("trust proxy", ["loopback", "uniquelocal"])
  app.get("/healthz", async (_req, res) => {
    await pool.query("select 1")
    res.json({ status: "ok" })
  })
  // Before anything reads the body: the provider's signature is over its bytes.
  if (line !== null) app.all("/api/v1/webhooks/{*path}", createRequestListener(line.handleWebhook))
  app.use(express.json())
  app.use(sessionRoutes(services))
  app.use(requireUser(pool))
  app.use(patientRoutes(services))
  app.use(threadRoutes(services))
  app.use(inboxRoutes(services))
  if (line !== null) app.use(externalThreadRoutes(line), carelineProblems)
  app.use(unknownRoute)
  app.use(problemDetails)
}

const addJobs = (services: Services): void => {
  const { chat, jobs, pool } = services
  jobs.handle<{ threadId: string }>(UNREAD_REMINDER, (payload) => remindOfUnread(services, payload))
  jobs.handle("sessions.sweep", () => sweepSessions(pool))
  jobs.every("sessions.sweep", HOUR_MILLIS)
  jobs.handle("chat.prune", () => chat.prune())
  jobs.every("chat.prune", HOUR_MILLIS)
}

export const startEhr = async (options: EhrOptions): Promise<Ehr> => {
  const { databaseUrl, hostname = "127.0.0.1", port } = options
  const pool = new Pool({ connectionString: databaseUrl })
  // The pool replaces an idle connection that was lost.
  pool.on("error", (error) => logError("idle connection", error))
  await migrate(pool, options.migrations)

  const app = express()
  const server = createServer(app)
  const services: Services = {
    pool,
    chat: new ChatGateway(pool, server, options.chat),
    jobs: new JobRunner(pool, options.jobs)
  }
  const line = options.line === undefined ? null : await openLine(services, options.line)
  mountRoutes(app, services, line)
  addJobs(services)

  await services.chat.start()
  await services.jobs.start()
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, hostname, resolve))

  return {
    ...services,
    url: `http://${hostname}:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const impatience = setTimeout(() => server.closeAllConnections(), GRACE_MILLIS)
      await Promise.all([services.chat.close(), services.jobs.stop()])
      clearTimeout(impatience)
      await line?.dispose()
      await pool.end()
    }
  }
}
