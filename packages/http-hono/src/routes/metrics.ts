/** The host's metrics in the text format of Prometheus, for whoever has the token of its own that they need. */
import { timingSafeEqual } from "node:crypto"
import { Effect, Exit, Redacted } from "effect"
import { PrometheusMetrics } from "effect/observability"
import type { Hono } from "hono"
import { Unauthenticated } from "../http/Errors.ts"
import type { HostRuntime } from "../http/HostRuntime.ts"
import { ofCause } from "../http/Problem.ts"
import { asking } from "../openapi/Refused.ts"
import { problemResponse } from "../openapi/Respond.ts"

/** Prometheus exposition format 0.0.4. */
const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

const isToken = (header: string | undefined, token: Redacted.Redacted): boolean => {
  const [given, wanted] = [header ?? "", `Bearer ${Redacted.value(token)}`].map((text) => Buffer.from(text))
  return given!.length === wanted!.length && timingSafeEqual(given!, wanted!)
}

/** `GET /metrics`, with the token as bearer. Who scrapes is no user: no other token opens it. */
export const mountMetrics = (app: Hono, runtime: HostRuntime<never>, token: Redacted.Redacted): void => {
  app.get("/metrics", async (context) => {
    asking(context, "scrapeMetrics")
    const exit = await runtime.runPromiseExit(
      isToken(context.req.header("authorization"), token)
        ? PrometheusMetrics.format()
        : Effect.fail(new Unauthenticated({ message: "The token of the metrics is needed" }))
    )
    return Exit.isSuccess(exit)
      ? context.body(exit.value, 200, { "content-type": CONTENT_TYPE })
      : problemResponse(context, ofCause(exit.cause))
  })
}
