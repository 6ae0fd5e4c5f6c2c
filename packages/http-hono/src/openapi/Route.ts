/**
 * A route as data: what it takes, what it gives and what it does. The host mounts it, the OpenAPI document describes it,
 * and both read the same schemas.
 */
import type { AuditLog, BreakGlasses, SiteGroupings, Transaction } from "@careline/ports"
import { Effect, Schema } from "effect"
import type { Context, Hono } from "hono"
import type { Allowed, Authenticate, Caller } from "../auth/Auth.ts"
import type { HostRuntime } from "../http/HostRuntime.ts"
import { identify } from "../auth/Identify.ts"
import { readBody, readParams, readQuery } from "./ReadHttp.ts"
import { asking, audited } from "./Refused.ts"
import { respond, type RouteResponse } from "./Respond.ts"

type AnySchema = Schema.Codec<unknown, unknown>

/** What every request brings. */
export interface Request<Query, Body> {
  readonly caller: Caller
  readonly params: Readonly<Record<string, string>>
  readonly query: Query
  readonly body: Body
  readonly header: (name: string) => string | undefined
}

/** A second way in which a request may succeed. */
export interface Alternative {
  readonly status: RouteResponse["status"]
  readonly schema: AnySchema
  readonly description: string
}

export interface Route<R> {
  readonly method: "get" | "post" | "put" | "patch" | "delete"
  /** With OpenAPI's `{parameters}`. */
  readonly path: string
  readonly operationId: string
  /** What the operation does: imperative, at most ten words, no full stop. */
  readonly summary: string
  /** What else a client needs to know, in sentences. */
  readonly description?: string
  /** Who may call it. Everybody else is refused before anything of the request is read. */
  readonly allow: Allowed
  readonly query: AnySchema | null
  readonly body: AnySchema | null
  /** Whether a request may come without its body: it is read as an empty object then. */
  readonly isBodyOptional: boolean
  readonly success: { readonly status: RouteResponse["status"]; readonly schema: AnySchema | null }
  /** Another answer that is no problem. */
  readonly alternative: Alternative | null
  /** The statuses of its problems, and what they mean here. */
  readonly problems: Readonly<Record<number, string>>
  readonly headers: ReadonlyArray<{ readonly name: string; readonly description: string }>
  readonly handle: (request: Request<unknown, unknown>) => Effect.Effect<RouteResponse, unknown, R>
}

/** Ties a handler to the schemas of what it takes. */
export const route = <R, Query = null, Body = null>(options: {
  readonly method: Route<R>["method"]
  readonly path: string
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly allow: Allowed
  readonly query?: Schema.Codec<Query, unknown>
  readonly body?: Schema.Codec<Body, unknown>
  readonly isBodyOptional?: boolean
  readonly alternative?: Alternative
  readonly success: { readonly status: RouteResponse["status"]; readonly schema: AnySchema | null }
  readonly problems?: Readonly<Record<number, string>>
  readonly headers?: Route<R>["headers"]
  readonly handle: (request: Request<Query, Body>) => Effect.Effect<RouteResponse, unknown, R>
}): Route<R> => ({
  ...options,
  query: options.query ?? null,
  body: options.body ?? null,
  isBodyOptional: options.isBodyOptional ?? false,
  alternative: options.alternative ?? null,
  problems: options.problems ?? {},
  headers: options.headers ?? [],
  // The kernel below decodes with these very schemas before it calls the handler.
  handle: options.handle as Route<R>["handle"]
})

const Nothing: AnySchema = Schema.Struct({})

/** Decodes and runs one request. */
const serve = <R>(one: Route<R>, context: Context, authenticate: Authenticate) =>
  Effect.gen(function* () {
    const known = asking(context, one.operationId)
    const caller = yield* identify((name) => context.req.header(name), authenticate, one.allow, known)
    const params = yield* readParams(context)
    const query = yield* readQuery(one.query ?? Nothing, context)
    const isOptional = one.body === null || one.isBodyOptional
    const body = one.method === "get" ? null : yield* readBody(one.body ?? Nothing, context, isOptional)
    return yield* one.handle({ caller, params, query, body, header: (name) => context.req.header(name) })
  }).pipe(Effect.withSpan(one.operationId))

/** Mounts routes on an app. Who is refused one of those that `givesPatientData` stands in the audit log. */
export const mount = <R>(
  app: Hono,
  routes: ReadonlyArray<Route<R>>,
  runtime: HostRuntime<NoInfer<R> | BreakGlasses | SiteGroupings | AuditLog | Transaction>,
  authenticate: Authenticate,
  givesPatientData: (route: Route<R>) => boolean
): void => {
  for (const one of routes) {
    const isAudited = givesPatientData(one)
    app.on(one.method.toUpperCase(), one.path.replaceAll(/\{(\w+)\}/g, ":$1"), (context) => {
      const served = serve(one, context, authenticate)
      return respond(context, runtime, isAudited ? audited(context, served) : served)
    })
  }
}
