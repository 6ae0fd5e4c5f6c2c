/**
 * No input is answered with a 500: every parameter, header, cursor and field of a body in the OpenAPI document is given what
 * nobody means to send, on a real PostgreSQL. What is refused is refused with problem details, in words.
 */
import { BreakGlassAllowed } from "@careline/application"
import { Effect, Layer } from "effect"
import type { Hono } from "hono"
import { assert, beforeAll, describe, it } from "vitest"
import { defaultHttpOptions, openApiDocument } from "../src/index.ts"
import { openOnPostgres } from "./postgresLine.ts"
import { addLine, ask, tokenOf } from "./twilioLine.ts"

type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json }

interface JsonSchema {
  readonly $ref?: string
  readonly type?: string
  readonly enum?: ReadonlyArray<Json>
  readonly anyOf?: ReadonlyArray<JsonSchema>
  readonly allOf?: ReadonlyArray<JsonSchema>
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly items?: JsonSchema
}

interface Operation {
  readonly operationId: string
  readonly parameters?: ReadonlyArray<{ readonly name: string; readonly in: "path" | "query" | "header" }>
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: JsonSchema }>> }
  readonly responses: Readonly<Record<string, unknown>>
}

const { components, paths } = openApiDocument as unknown as {
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation }))
)

/** Streams and files are not asked for in JSON: they have tests of their own below. */
const apart = new Set(["listenToEvents", "uploadMedia", "importPatients"])

const base64 = (text: string) => Buffer.from(text).toString("base64url")

const TEXTS: ReadonlyArray<string> = [
  "",
  " ",
  "\u0000",
  "a\u0000b",
  "\ud800",
  "x\udfff",
  "\u202Eevil",
  "\u200B",
  "👩🏽‍⚕️ é",
  "a".repeat(300),
  "a".repeat(20_000),
  "__proto__",
  "constructor",
  "toString",
  "null",
  "true",
  "0",
  "-1",
  "1.5",
  "1e309",
  "9007199254740993",
  "99999999999999999999",
  "NaN",
  "2026-02-30",
  "0000-00-00T00:00:00Z",
  "+999999-12-31T00:00:00Z",
  "../../etc/passwd",
  "'; drop table messages; --",
  "%",
  "%00",
  "{}",
  "+12025550100",
  "north",
  base64("null"),
  base64("{}"),
  base64('["\\u0000",1]'),
  base64('{"at":"x","id":"\\u0000"}'),
  base64('{"at":1e308,"id":1}')
]

const nested = (depth: number): Json => (depth === 0 ? [] : [nested(depth - 1)])

const VALUES: ReadonlyArray<Json> = [
  ...TEXTS,
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  1e308,
  [],
  [null],
  ["\u0000"],
  [[]],
  Array<string>(2_000).fill("a"),
  {},
  JSON.parse('{"__proto__":1,"constructor":{"prototype":1}}') as Json,
  nested(500)
]

const resolved = (schema: JsonSchema): JsonSchema =>
  schema.$ref === undefined ? schema : resolved(components.schemas[schema.$ref.split("/").at(-1)!]!)

/** What a request of the clinic would say. */
const usual: Readonly<Record<string, Json>> = {
  number: "+12025550177",
  externalContact: "+13035550188",
  siteGroupingId: "north",
  clinicianNumber: "+13035550177",
  reason: "a reason in so many words",
  overrideReason: "a reason in so many words",
  content: "Good morning",
  name: "North",
  label: "Front desk",
  status: "assigned",
  areaCode: "303",
  language: "en-US",
  phone: "(303) 555-0188",
  timeZone: "America/Denver"
}

/** A value that the schema describes, as well as that can be said of any. */
const exampleOf = (schema: JsonSchema, name = ""): Json => {
  if (usual[name] !== undefined) return usual[name]
  const { allOf, anyOf, enum: values, items, properties, type } = resolved(schema)
  if (values !== undefined) return values[0]!
  if (anyOf !== undefined) return exampleOf(anyOf[0]!, name)
  if (properties !== undefined) {
    return Object.fromEntries(Object.entries(properties).map(([key, property]) => [key, exampleOf(property, key)]))
  }
  if (type === "array") return items === undefined ? [] : [exampleOf(items, name)]
  if (type === "boolean") return true
  if (type === "integer" || type === "number") return 1
  if (type === "null") return null
  return allOf?.[0] === undefined ? "a" : exampleOf(allOf[0], name)
}

/** The value with another one at each of its places in turn, and with a key that nobody knows. */
const mutations = (value: Json): ReadonlyArray<Json> => {
  const here: ReadonlyArray<Json> = VALUES
  if (Array.isArray(value)) {
    const items = value as ReadonlyArray<Json>
    return [...here, ...items.flatMap((item, index) => mutations(item).map((next) => items.with(index, next)))]
  }
  if (typeof value === "object" && value !== null) {
    return [
      ...here,
      ...["Unknown", "\u0000", "\ud800"].map((key) => ({ ...value, [key]: 1 })),
      ...Object.entries(value).flatMap(([key, item]) => {
        const { [key]: _, ...rest } = value as Record<string, Json>
        return [rest, ...mutations(item).map((next) => ({ ...value, [key]: next }))]
      })
    ]
  }
  return here
}

let app: Hono
let root: string
const ids: Record<string, string> = {}

/** What stands in a path, so that a request gets as far as it can. */
const idFor = (path: string): string =>
  path.includes("external-threads")
    ? ids.thread!
    : path.includes("/messages/")
      ? ids.message!
      : path.includes("site-groupings")
        ? "north"
        : path.includes("phone-numbers")
          ? ids.number!
          : path.includes("templates")
            ? ids.template!
            : path.includes("notifications")
              ? ids.notification!
              : path.includes("/patients/") || path.includes("/facilities/") || path.includes("/users/")
                ? "kept"
                : "1"

const pathOf = (path: string, change: Readonly<Record<string, string>> = {}) =>
  path.replace("/api/v1", "").replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const usualName = name === "field" ? "voipEnabled" : name === "e164" ? "+13035550123" : idFor(path)
    return change[name] ?? encodeURIComponent(usualName)
  })

const bodyOf = ({ requestBody }: Operation): Json | undefined => {
  const schema = requestBody?.content["application/json"]?.schema
  return schema === undefined ? undefined : exampleOf(schema)
}

/** A name that is taken once: each request has another one in its place. */
const WELCOME = "Welcome"
const withFreshName = (body: Json): string => JSON.stringify(body).replace(`"${WELCOME}"`, `"${WELCOME} ${asked}"`)

/** Beside a body by the schema: what the schema's own example says nothing of, such as the values of a template. */
const furtherBodies = (operationId: string): ReadonlyArray<Json> => {
  const variables = [
    { path: "patient.firstName", sample: "Ana" },
    { path: "visit.room", type: "text", required: false, sample: "4" }
  ]
  const data = { patient: { firstName: "Ana" }, "visit.room": "4" }
  const contents = [
    { language: "en-US", bodies: { sms: "Hi {{patient.firstName}}{{#visit.room}} {{visit.room}}{{/visit.room}}" } }
  ]
  switch (operationId) {
    case "createTemplate":
      return [{ siteGroupingId: "north", name: WELCOME, category: "general", variables, contents }]
    case "putTemplate":
      return [{ variables, contents }]
    case "previewTemplate":
      return [{ data }]
    case "scheduleMessage":
      return [{ siteGroupingId: "north", to: "+13035550123", templateId: ids.published!, data }]
    case "editNotification":
      return [{ templateId: ids.published!, data }]
    default:
      return []
  }
}

/** How a text gets into a URL: escaped, and where that can be read otherwise also as it is. */
const escaped = (text: string): string => encodeURIComponent(text.toWellFormed())

let asked = 0

/** Asks, and says what is wrong with the answer. */
const check = async (
  method: string,
  path: string,
  known: Readonly<Record<string, unknown>>,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {}
): Promise<ReadonlyArray<string>> => {
  asked++
  const { body: answer, status, type } = await ask(app, root, method, path, body, headers)
  const told = `${method} ${path.slice(0, 120)} ${JSON.stringify(body)?.slice(0, 200)} → ${status} ${JSON.stringify(answer)}`
  if (status >= 500 && status !== 503) return [`fault: ${told}`]
  if (status < 400) return []
  return [
    ...(type === "application/problem+json" ? [] : [`no problem details: ${told}`]),
    ...(known[status] === undefined ? [`not in the document: ${told}`] : []),
    ...(/RegExp|Expected no excess|\^\[/.test(JSON.stringify(answer)) ? [`no words: ${told}`] : []),
    ...(status === 422 && !Array.isArray(answer.errors) && answer.type === "urn:careline:problem:invalid-request"
      ? [`names no field: ${told}`]
      : [])
  ]
}

beforeAll(async () => {
  const world = await openOnPostgres(Layer.succeed(BreakGlassAllowed, true), {
    ...defaultHttpOptions,
    requestsPerAddress: null,
    requestsPerUser: null
  })
  app = world.app
  root = await Effect.runPromise(tokenOf("root", ["SYSTEM_ADMIN"]))
  await addLine(app, root, "+12025550100", "north", "Front desk")
  await world.hear({ from: "+13035550123", to: "+12025550100", text: "Hello" })
  ids.thread = (await ask(app, root, "GET", "/external-threads?view=all")).body.items[0].id
  ids.message = (await ask(app, root, "GET", `/external-threads/${ids.thread}/messages`)).body.items[0].id
  const template = { siteGroupingId: "north", name: "Hello", category: "general" }
  const contents = [{ language: "en-US", bodies: { sms: "Hello" } }]
  ids.template = (await ask(app, root, "POST", "/templates", { ...template, contents })).body.id
  ids.published = (await ask(app, root, "POST", "/templates", furtherBodies("createTemplate")[0])).body.id
  const published = await ask(app, root, "POST", `/templates/${ids.published}/publish`, { version: 1 })
  assert.strictEqual(published.status, 200)
  assert.strictEqual((await ask(app, root, "POST", "/messages", furtherBodies("scheduleMessage")[0])).status, 201)
  const message = { siteGroupingId: "north", to: "+13035550123", body: "Hello" }
  ids.notification = (await ask(app, root, "POST", "/messages", message)).body.id
  for (const kind of ["patients", "facilities", "users"]) {
    await ask(app, root, "POST", `/${kind}`, { id: "kept", name: "Ana", siteGroupingId: "north" })
    await ask(app, root, "POST", `/${kind}`, { id: "kept", name: "Ana", siteGroupingId: null })
  }
  ids.number = (await ask(app, root, "GET", "/phone-numbers")).body.items[0].id
})

/** Faults first, and not a thousand of them. */
const firstOf = (problems: ReadonlyArray<string>) => problems.toSorted().slice(0, 10)

describe("Whatever it is asked, the API answers in words", () => {
  it.each(operations.filter(({ operation }) => !apart.has(operation.operationId)))(
    "$operation.operationId",
    async ({ method, operation, path }) => {
      const problems: Array<string> = []
      const known = operation.responses
      const usualBody = bodyOf(operation)
      for (const { in: place, name } of operation.parameters ?? []) {
        for (const text of TEXTS) {
          if (place === "path") {
            problems.push(...(await check(method, pathOf(path, { [name]: escaped(text) || "%20" }), known, usualBody)))
          } else if (place === "query") {
            problems.push(...(await check(method, `${pathOf(path)}?${name}=${escaped(text)}`, known, usualBody)))
          } else if (/^[\x20-\x7e]*$/.test(text)) {
            problems.push(...(await check(method, pathOf(path), known, usualBody, { [name]: text.trim() })))
          }
        }
        if (place === "query") {
          for (const raw of [`${name}=1&${name}=2`, `${name}[]=1`, `${name}=%ff`, `${name}=%`, name]) {
            problems.push(...(await check(method, `${pathOf(path)}?${raw}`, known, usualBody)))
          }
        }
      }
      for (const query of ["__proto__=1", "constructor=1", "Unknown=1"]) {
        problems.push(...(await check(method, `${pathOf(path)}?${query}`, known, usualBody)))
      }
      if (usualBody !== undefined) {
        for (const body of [usualBody, ...furtherBodies(operation.operationId)].flatMap(mutations)) {
          problems.push(...(await check(method, pathOf(path), known, withFreshName(body))))
        }
        for (const text of ["", "{", "\u0000", '{"a":1,"a":2}', "[".repeat(30_000), "a".repeat(70_000)]) {
          problems.push(...(await check(method, pathOf(path), known, text)))
        }
      }
      assert.deepStrictEqual(firstOf(problems), [], `${problems.length} of ${asked}`)
    }
  )

  it("uploads and streams included", async () => {
    const problems: Array<string> = []
    const media = paths["/api/v1/media"]!.post!.responses
    for (const text of TEXTS) {
      const path = `/media?siteGroupingId=${escaped(text)}`
      problems.push(...(await check("POST", path, media, "hello", { "content-type": "text/plain" })))
    }
    const imports = paths["/api/v1/patients/import"]!.post!.responses
    for (const text of TEXTS) {
      const csv = { "content-type": "text/csv" }
      problems.push(
        ...(await check("POST", `/patients/import?siteGroupingId=${escaped(text)}`, imports, "id,name", csv))
      )
      for (const body of [text, `id,name\n${text},Ana`, `id,name\n1,${text}`, `id;name;phone\n1;"${text};\n`]) {
        problems.push(...(await check("POST", "/patients/import?siteGroupingId=north", imports, body, csv)))
      }
    }
    for (const name of ["__proto__", "constructor", "%00", "a%2Fb", "swagger-ui.css%00"]) {
      const response = await app.request(`/docs/${name}`)
      if (response.status !== 404) problems.push(`/docs/${name} → ${response.status}`)
    }
    assert.deepStrictEqual(firstOf(problems), [], `${problems.length} of ${asked}`)
  })

  it("and takes no method that a path does not have", async () => {
    for (const [path, methods] of Object.entries(paths)) {
      const other = ["PUT", "PATCH", "DELETE", "POST", "GET"].find(
        (method) => methods[method.toLowerCase()] === undefined
      )!
      const { headers, status, type } = await ask(app, root, other, pathOf(path))
      // A path with an id takes what a path with a name of its own does not.
      if (status === 404 || status === 415 || status === 422) continue
      assert.deepStrictEqual([path, other, status, type], [path, other, 405, "application/problem+json"])
      for (const method of Object.keys(methods)) assert.include(headers.get("allow"), method.toUpperCase())
    }
  })
})
