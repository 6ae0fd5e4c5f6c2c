/**
 * A route as data: what it takes, what it gives and what it does. The host mounts it, the OpenAPI document describes it,
 * and both read the same schemas.
 */
import { faultsOf, Problem, STRICT, WebhookHttp } from "@careline/application"
import type { AuditLog, BreakGlasses, SiteGroupings, Transaction } from "@careline/ports"
import { Effect, Schema, type SchemaIssue } from "effect"
import type { Context, Hono } from "hono"
import type { Allowed, Authenticate, Caller } from "../auth/Auth.ts"
import {
  BodyTooLarge,
  InvalidBody,
  InvalidQuery,
  MalformedRequest,
  NothingHere,
  UnsupportedMediaType
} from "../http/Errors.ts"
import type { HostRuntime } from "../http/HostRuntime.ts"
import { identify } from "../auth/Identify.ts"
import { asking, audited } from "./Refused.ts"
import { problemResponse, respond, type RouteResponse } from "./Respond.ts"

/** Largest JSON body, in bytes: a text of 1600 characters and ten media URLs need a fraction of it. */
const MAX_JSON_BYTES = 64 * 1024

/** Longest part of a path that names something, in UTF-16 code units. */
const MAX_PARAMETER = 256

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

/** JSON is UTF-8 (RFC 8259, 8.1): a type that says something else is not ours. */
const JSON_TYPE = /^application\/json(?:\s*;\s*charset="?utf-8"?)?\s*$/i

/** Whether the request says that it has a body. */
const hasBody = (context: Context): boolean =>
  context.req.header("transfer-encoding") !== undefined || Number(context.req.header("content-length") ?? 0) > 0

/** Of a request that may come without a body and does, an empty object. */
const readJson = Effect.fnUntraced(function* (context: Context, isOptional: boolean) {
  if (isOptional && context.req.header("content-type") === undefined && !hasBody(context)) return {}
  if (!JSON_TYPE.test(context.req.header("content-type") ?? "")) {
    return yield* new UnsupportedMediaType({ message: "The body must be application/json" })
  }
  const bytes = yield* Effect.tryPromise({
    try: () => WebhookHttp.readBody(context.req.raw, MAX_JSON_BYTES),
    catch: () => new MalformedRequest({ message: "The body cannot be read" })
  })
  if (bytes === null) return yield* new BodyTooLarge({ message: `The body may have ${MAX_JSON_BYTES} bytes` })
  if (isOptional && bytes.length === 0) return {}
  return yield* Effect.try({
    try: (): unknown => JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)),
    catch: () => new MalformedRequest({ message: "The body is not JSON in UTF-8" })
  })
})

/** The parameters of the query; of one that is given twice, all values. */
const queryOf = (context: Context): Record<string, unknown> => {
  const given = new URL(context.req.url).searchParams
  return Object.fromEntries(
    [...new Set(given.keys())].map((name) => [
      name,
      given.getAll(name).length === 1 ? given.get(name) : given.getAll(name)
    ])
  )
}

/** What a path names: an id, a field, a phone number. Nothing has a name with controls, or a longer one. */
const decodeParams = Schema.decodeUnknownEffect(
  Schema.Record(
    Schema.String,
    Schema.String.check(Schema.isMaxLength(MAX_PARAMETER), Schema.isPattern(/^[^\p{Cc}\p{Cs}]+$/u))
  )
)

const Nothing = Schema.Struct({})

interface Refused {
  readonly issue: SchemaIssue.Issue
}

/** Decodes and runs one request. What it names and nobody knows is refused: left out, the client would take it for done. */
const serve = <R>(one: Route<R>, context: Context, authenticate: Authenticate) => {
  const decodeQuery = Schema.decodeUnknownEffect(Schema.toCodecStringTree(one.query ?? Nothing), STRICT)
  const decodeBody = Schema.decodeUnknownEffect(Schema.toCodecJson(one.body ?? Nothing), STRICT)
  return Effect.gen(function* () {
    const known = asking(context, one.operationId)
    const caller = yield* identify((name) => context.req.header(name), authenticate, one.allow, known)
    const params = yield* Effect.mapError(decodeParams(context.req.param()), () => new NothingHere({}))
    const query = yield* decodeQuery(queryOf(context)).pipe(
      Effect.mapError(({ issue }: Refused) => new InvalidQuery({ faults: faultsOf(issue) }))
    )
    const given = one.method === "get" ? {} : yield* readJson(context, one.body === null || one.isBodyOptional)
    const body = yield* decodeBody(given).pipe(
      Effect.mapError(({ issue }: Refused) => new InvalidBody({ faults: faultsOf(issue) }))
    )
    return yield* one.handle({ caller, params, query, body, header: (name) => context.req.header(name) })
  }).pipe(Effect.withSpan(one.operationId))
}

/** Answers what comes to a known path with another method: with those that it takes (RFC 9110, 15.5.6). */
export const mountMethodNotAllowed = (app: Hono): void => {
  const methods = new Map<string, Set<string>>()
  for (const { method, path } of app.routes) {
    if (method === "ALL" || path.endsWith("*")) continue
    methods.set(path, (methods.get(path) ?? new Set()).add(method))
  }
  for (const [path, known] of methods) {
    const allow = [...known, ...(known.has("GET") ? ["HEAD"] : [])].toSorted().join(", ")
    app.all(path, (context) => {
      const response = problemResponse(
        context,
        Problem.problem("method-not-allowed", 405, "The method is not allowed here", { detail: `Allowed: ${allow}` })
      )
      response.headers.set("allow", allow)
      return response
    })
  }
}

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
