/**
 * Reads a request's path, query and body by their schemas. What it names and nobody knows is refused: left out, the client would
 * take it for done.
 */
import { faultsOf, STRICT, WebhookHttp } from "@careline/application"
import { Effect, Schema } from "effect"
import type { Context } from "hono"
import {
  BodyTooLarge,
  InvalidBody,
  InvalidQuery,
  MalformedRequest,
  NothingHere,
  UnsupportedMediaType
} from "../http/Errors.ts"

/** Largest JSON body, in bytes: a text of 1600 characters and ten media URLs need a fraction of it. */
const MAX_JSON_BYTES = 64 * 1024

/** Longest part of a path that names something, in UTF-16 code units. */
const MAX_PARAMETER = 256

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

const decodeParams = Schema.decodeUnknownEffect(
  Schema.Record(
    Schema.String,
    Schema.String.check(Schema.isMaxLength(MAX_PARAMETER), Schema.isPattern(/^[^\p{Cc}\p{Cs}]+$/u))
  )
)

/** What the path names: an id, a field, a phone number. Nothing has a name with controls, or a longer one. */
export const readParams = (context: Context): Effect.Effect<Readonly<Record<string, string>>, NothingHere> =>
  Effect.mapError(decodeParams(context.req.param()), () => new NothingHere({}))

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

/** Fails with `InvalidQuery` that names the parameters that do not fit. */
export const readQuery = <A>(schema: Schema.Codec<A, unknown>, context: Context): Effect.Effect<A, InvalidQuery> =>
  Effect.mapError(
    Schema.decodeUnknownEffect(Schema.toCodecStringTree(schema), STRICT)(queryOf(context)),
    ({ issue }) => new InvalidQuery({ faults: faultsOf(issue) })
  )

/** Fails with `InvalidBody` that names the fields that do not fit. A body that may be left out is read as an empty object then. */
export const readBody = Effect.fnUntraced(function* <A>(
  schema: Schema.Codec<A, unknown>,
  context: Context,
  isOptional: boolean
) {
  const json = yield* readJson(context, isOptional)
  return yield* Effect.mapError(
    Schema.decodeUnknownEffect(Schema.toCodecJson(schema), STRICT)(json),
    ({ issue }) => new InvalidBody({ faults: faultsOf(issue) })
  )
})
