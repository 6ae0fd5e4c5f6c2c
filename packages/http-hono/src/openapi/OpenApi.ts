/** The OpenAPI 3.1 document, from the routes and from the schemas that validate them. */
import { Schema } from "effect"
import { headers } from "../auth/Identify.ts"
import type { Route } from "./Route.ts"

const ProblemSchema = {
  type: "object",
  required: ["type", "title", "status"],
  properties: {
    type: { type: "string", format: "uri" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    instance: { type: "string" },
    reason: { type: "string" },
    until: { type: "string", format: "date-time" }
  }
}

const UploadedMediaSchema = {
  type: "object",
  required: ["url", "type", "mimeType", "size"],
  properties: {
    url: { type: "string" },
    type: { enum: ["image", "audio", "video", "file"] },
    mimeType: { type: "string" },
    size: { type: "integer" }
  }
}

const PatientImportSchema = {
  type: "object",
  required: ["created", "updated", "unchanged", "errors"],
  properties: {
    created: { type: "integer" },
    updated: { type: "integer" },
    unchanged: { type: "integer" },
    errors: {
      type: "array",
      items: {
        type: "object",
        required: ["line", "column", "detail"],
        properties: {
          line: { type: "integer" },
          column: { type: ["string", "null"] },
          detail: { type: "string" }
        }
      }
    }
  }
}

const everywhere: Readonly<Record<number, string>> = {
  400: "The request cannot be read",
  401: "No valid bearer token",
  403: "Not allowed",
  429: "Too many requests of one address or one user (`Retry-After`)",
  500: "Internal server error",
  503: "The store is not available"
}

const problemResponse = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } }
})

/** The problems that an operation may answer with: those of every one, and its own. */
const problemResponses = (own: Readonly<Record<number, string>>) =>
  Object.fromEntries(
    Object.entries({ ...everywhere, ...own }).map(([status, description]) => [status, problemResponse(description)])
  )

/** Of a schema its values but `null`: no parameter of a query has that. */
const withoutNull = (schema: unknown): unknown => {
  const { anyOf } = schema as { readonly anyOf?: ReadonlyArray<{ readonly type?: string }> }
  const [only, ...more] = anyOf?.filter(({ type }) => type !== "null") ?? []
  return only === undefined || more.length > 0 ? schema : only
}

/** A document of these routes. */
export const document = <R>(routes: ReadonlyArray<Route<R>>, version: string) => {
  const schemas: Record<string, unknown> = { Problem: ProblemSchema }

  /** The JSON Schema of a schema; what it names goes among the components. */
  const describe = (
    schema: Schema.Constraint,
    onExcessProperty: "error" | "ignore" = "ignore"
  ): Record<string, unknown> => {
    const { definitions, schema: root } = Schema.toJsonSchemaDocument(schema, { onExcessProperty })
    const moved = (json: unknown): unknown =>
      JSON.parse(JSON.stringify(json).replaceAll('"#/$defs/', '"#/components/schemas/')) as unknown
    for (const [name, definition] of Object.entries(definitions)) schemas[name] = moved(definition)
    return moved(root) as Record<string, unknown>
  }

  /** What is said of the fields of a body or of a query. */
  const propertiesOf = (schema: Schema.Constraint): Record<string, unknown> => {
    const { $ref, properties = {} } = describe(schema, "error") as {
      readonly $ref?: string
      readonly properties?: Record<string, unknown>
    }
    const named = $ref === undefined ? undefined : schemas[$ref.split("/").at(-1)!]
    return (named as { readonly properties?: Record<string, unknown> } | undefined)?.properties ?? properties
  }

  const queryParameters = (schema: Schema.Constraint | null) => {
    if (schema === null) return []
    const { properties = {}, required = [] } = describe(schema) as {
      readonly properties?: Record<string, unknown>
      readonly required?: ReadonlyArray<string>
    }
    return Object.entries(properties).map(([name, property]) => ({
      name,
      in: "query",
      required: required.includes(name),
      schema: withoutNull(property)
    }))
  }

  /** Whether a request names what may not be there, or may be somebody else's. */
  const namesSomething = ({ body, path, query }: Route<R>): boolean => {
    const fields = [body, query].flatMap((schema) => (schema === null ? [] : Object.keys(propertiesOf(schema))))
    return path.includes("{") || fields.some((field) => field === "siteGroupingId" || field === "externalThreadId")
  }

  const operation = (route: Route<R>) => ({
    operationId: route.operationId,
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    parameters: [
      ...[...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
        name,
        in: "path",
        required: true,
        schema: { type: "string" }
      })),
      ...queryParameters(route.query),
      ...[...route.headers, ...headers].map(({ description, name }) => ({
        name,
        in: "header",
        description,
        schema: { type: "string" }
      }))
    ],
    ...(route.body === null
      ? {}
      : {
          requestBody: {
            required: !route.isBodyOptional,
            content: { "application/json": { schema: describe(route.body, "error") } }
          }
        }),
    responses: {
      [route.success.status]: {
        description: "Success",
        ...(route.success.schema === null
          ? {}
          : { content: { "application/json": { schema: describe(route.success.schema) } } })
      },
      ...(route.alternative === null
        ? {}
        : {
            [route.alternative.status]: {
              description: route.alternative.description,
              content: { "application/json": { schema: describe(route.alternative.schema) } }
            }
          }),
      ...problemResponses({
        ...(namesSomething(route) ? { 404: "Not found, or not visible to the caller" } : {}),
        ...(route.method === "get" ? {} : { 413: "The body is too large", 415: "The body is not JSON" }),
        ...(route.method !== "get" || /\{(?!id\})/.test(route.path) ? { 422: "The request is not valid" } : {}),
        ...route.problems
      })
    }
  })

  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) (paths[route.path] ??= {})[route.method] = operation(route)
  paths["/api/v1/events"] = {
    get: {
      operationId: "listenToEvents",
      summary: "Listen to events",
      description:
        "The stream sends server-sent events: `thread.updated`, `message.created`, `message.updated`, and `pending_assignment.updated` for the number that a site grouping waits for. `Last-Event-ID` resumes it without a gap.",
      parameters: [{ name: "Last-Event-ID", in: "header", schema: { type: "string" } }],
      responses: {
        200: { description: "The event stream", content: { "text/event-stream": {} } },
        401: problemResponse(everywhere[401]!)
      }
    }
  }
  schemas.Media = UploadedMediaSchema
  paths["/api/v1/media"] = {
    post: {
      operationId: "uploadMedia",
      summary: "Upload a file for messages",
      description:
        "The file is a picture, audio, video, PDF, contact card or text file. Careline keeps it for messages of the site grouping. The `url` of the answer goes into the `mediaUrls` of a message.",
      parameters: [{ name: "siteGroupingId", in: "query", schema: { type: "string" } }],
      requestBody: { required: true, content: { "*/*": {} } },
      responses: {
        201: {
          description: "The file is stored",
          content: { "application/json": { schema: { $ref: "#/components/schemas/Media" } } }
        },
        ...problemResponses({
          404: "Not found, or not visible to the caller",
          413: "The file is too large",
          422: "The file type may not be sent"
        })
      }
    }
  }
  schemas.PatientImport = PatientImportSchema
  paths["/api/v1/patients/import"] = {
    post: {
      operationId: "importPatients",
      summary: "Import patients from a CSV file",
      description:
        "The header names the columns: `id` and `name`, and as needed `phone`, `phone2`, `phone3`, `proxy_phone`, `proxy_phone2`, `language` and `time_zone`, between commas, semicolons or tabs. A line makes a patient, or replaces the one of its `id`. Lines that cannot be read are told in `errors`, and the others kept.",
      parameters: [{ name: "siteGroupingId", in: "query", schema: { type: "string" } }],
      requestBody: { required: true, content: { "text/csv": { schema: { type: "string" } } } },
      responses: {
        200: {
          description: "What became of the lines",
          content: { "application/json": { schema: { $ref: "#/components/schemas/PatientImport" } } }
        },
        ...problemResponses({
          404: "Not found, or not visible to the caller",
          413: "The file is too large",
          415: "The body is not CSV in UTF-8",
          422: "The file has no header that can be read, or too many lines"
        })
      }
    }
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Careline",
      version,
      description: "The phone and text line of a care team.",
      license: { name: "MIT", identifier: "MIT" }
    },
    servers: [{ url: "/" }],
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
      schemas
    }
  }
}
