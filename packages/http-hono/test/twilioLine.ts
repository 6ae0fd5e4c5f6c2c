/** A line whose provider is Twilio, as requests meet it, at an address where nobody listens: whatever it sends does not leave. */
import { TwilioTelephony } from "@careline/adapter-twilio"
import { TelephonyProviders } from "@careline/ports"
import { Effect, Exit, Layer, Redacted, Scope } from "effect"
import type { Hono } from "hono"
import { issueToken, makeApp, makeAuthenticate, type Role } from "../src/index.ts"
import type { Services } from "../src/Services.ts"

export const accountSid = `AC${"3d".repeat(16)}`
export const authToken = "http-test-auth-token"
export const publicUrl = "https://clinic.example.com"
export const secret = Redacted.make("a-test-secret-of-at-least-32-bytes!")

export const twilio = TelephonyProviders.layer.pipe(
  Layer.provide(
    TwilioTelephony.layer({
      accountSid,
      authTokens: [Redacted.make(authToken)],
      apiKey: null,
      messagingServiceSid: null,
      baseUrl: "http://127.0.0.1:9",
      publicUrl,
      // What is refused is refused at once; a busy machine must not make it something that hangs.
      timeoutMillis: 10_000
    })
  )
)

export const authenticate = makeAuthenticate({ source: { _tag: "Secret", secret }, issuer: null, audience: null })

/** A token that works for an hour. */
export const tokenOf = (sub: string, roles: ReadonlyArray<Role>, siteGroupingIds: ReadonlyArray<string> = []) =>
  issueToken(secret, { sub, roles, siteGroupingIds }, { expiresIn: "1h" })

/** An app over a world, which lives until it is closed. */
export const openApp = async (world: Layer.Layer<Services, unknown>) => {
  const scope = await Effect.runPromise(Scope.make())
  const context = await Effect.runPromise(Layer.buildWithScope(world, scope))
  const app = makeApp(
    {
      runPromiseExit: (effect, options) => Effect.runPromiseExitWith(context)(effect, options),
      closing: new AbortController().signal
    },
    authenticate
  )
  return { app, close: () => Effect.runPromise(Scope.close(scope, Exit.void)) }
}

/** An answer of the API, its body read. */
export interface Answer<Body = Record<string, any>> {
  readonly status: number
  readonly type: string
  readonly headers: Headers
  /** `{}` where there is none. */
  readonly body: Body
}

/** Asks the API, or an alias by its whole path: a body that is text goes as it is, any other as JSON. */
export const ask = async <Body = Record<string, any>>(
  app: Hono,
  bearer: string | null,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {}
): Promise<Answer<Body>> => {
  const response = await app.request(path.startsWith("/api/") ? path : `/api/v1${path}`, {
    method,
    headers: {
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) })
  })
  const text = await response.text()
  return {
    status: response.status,
    type: response.headers.get("content-type") ?? "",
    headers: response.headers,
    body: (text === "" ? {} : JSON.parse(text)) as Body
  }
}

/** Somebody of a role, and the tenants that are theirs. */
export type Who = readonly [role: Role, tenants: ReadonlyArray<string>]

/** Asks the API as somebody. */
export const askAs = async (app: Hono, [role, tenants]: Who, method: string, path: string, body?: unknown) =>
  ask(app, await Effect.runPromise(tokenOf(`${role}-1`, [role], tenants)), method, path, body)

/** Why a number is ours where nobody listens who could tell. */
export const overrideReason = "the provider of these tests tells nothing"

/** Puts a tenant on record, and gives it a number. */
export const addLine = async (
  app: Hono,
  root: string,
  number: string,
  siteGroupingId: string,
  label: string | null
) => {
  await ask(app, root, "POST", "/site-groupings", { id: siteGroupingId, name: siteGroupingId })
  return ask(app, root, "POST", "/phone-numbers", { number, siteGroupingId, label, overrideReason })
}
