/** The adapter with the real SDK, and a tiny server in Vonage's place that it talks to over real HTTP. */
import type { AttemptId, PhoneNumber } from "@careline/domain"
import type { Telephony } from "@careline/ports"
import { DateTime, Effect, Redacted } from "effect"
import { createHash, createHmac, generateKeyPairSync } from "node:crypto"
import { createServer, type ServerResponse } from "node:http"
import { type VonageOptions, VonageTelephony } from "../src/index.ts"

export const apiKey = "a1b2c3d4"
export const apiSecret = "canary-api-secret-9c1e"
export const applicationId = "aaaaaaaa-bbbb-cccc-dddd-0123456789ab"
export const signatureSecret = "secret-key-0123456789abcdef0123456789ab"
export const publicUrl = "https://clinic.example.com"
export const messageUuid = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"
export const line = "+12025550100" as PhoneNumber.E164
/** The patience of the adapter in tests, in milliseconds: a limit on real I/O. */
export const TIMEOUT_MILLIS = 300

export const keys = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" }
})

export const options = (apiBaseUrl: string, change: Partial<VonageOptions> = {}): VonageOptions => ({
  apiKey,
  apiSecret: Redacted.make(apiSecret),
  applicationId,
  privateKey: Redacted.make(keys.privateKey),
  signatureSecrets: [Redacted.make(signatureSecret)],
  apiBaseUrl,
  restBaseUrl: null,
  reportsLookup: true,
  publicUrl,
  timeoutMillis: TIMEOUT_MILLIS,
  ...change
})

export const adapter = (apiBaseUrl: string, change: Partial<VonageOptions> = {}) =>
  VonageTelephony.make(options(apiBaseUrl, change))

/** A request as the server got it. */
export interface Heard {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

/** Answers every request in the same way, and keeps them all. */
export const server = (answer: (response: ServerResponse, heard: Heard) => void) =>
  Effect.acquireRelease(
    Effect.callback<{
      readonly url: string
      readonly heard: ReadonlyArray<Heard>
      readonly close: Effect.Effect<void>
    }>((resume) => {
      const heard: Array<Heard> = []
      const http = createServer((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => {
          const url = new URL(request.url ?? "", "http://localhost")
          const one = {
            method: request.method ?? "",
            path: url.pathname,
            query: url.searchParams,
            headers: request.headers as Heard["headers"],
            body: Buffer.concat(chunks).toString("utf8")
          }
          heard.push(one)
          answer(response, one)
        })
      })
      http.listen(0, "127.0.0.1", () => {
        const { port } = http.address() as { readonly port: number }
        const close = Effect.callback<void>((done) => {
          http.closeAllConnections()
          http.close(() => done(Effect.void))
        })
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, heard, close }))
      })
    }),
    ({ close }) => close
  )

/** Where nobody listens. `fetch` refuses the ports that are known for it. */
export const deserted = Effect.scoped(
  Effect.map(
    server(() => null),
    ({ url }) => url
  )
)

export const json =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  (response: ServerResponse) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body))

export const accepting = json(202, { message_uuid: messageUuid })

export const problem = (type: string, title: string | number = "Title", detail = "canary detail") => ({
  type: `https://developer.vonage.com/api-errors/${type}`,
  title,
  detail,
  instance: "bf0ca0bf927b3b52e3cb03217e1a1ddf"
})

let count = 0
/** A text of an attempt that no other test makes. */
export const outbound = (change: Partial<Telephony.OutboundMessage> = {}): Telephony.OutboundMessage => ({
  attemptId: `attempt-${++count}` as AttemptId,
  from: line,
  to: "+13035550199" as PhoneNumber.E164,
  body: "Canary text: your results are in 😀",
  mediaUrls: [],
  ...change
})

export const lost = (
  message: Telephony.OutboundMessage,
  startedAt: DateTime.Utc = DateTime.makeUnsafe(Date.now())
): Telephony.SentAttempt => ({ ...message, startedAt, claimedProviderMessageIds: [] })

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")

/** A token over claims, as Vonage signs them. */
export const tokenOf = (claims: unknown, secret = signatureSecret, header: unknown = { alg: "HS256", typ: "JWT" }) => {
  const signed = `${encode(header)}.${encode(claims)}`
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`
}

export const claimsOf = (body: Uint8Array, issuedAtMillis: number, change: Readonly<Record<string, unknown>> = {}) => ({
  iat: Math.floor(issuedAtMillis / 1000),
  jti: "c5ba8f24-1a14-4c10-bfdf-3fbe8ce511b5",
  iss: "Vonage",
  payload_hash: createHash("sha256").update(body).digest("hex"),
  api_key: apiKey,
  application_id: applicationId,
  ...change
})

/** A webhook as Vonage posts it. */
export const webhook = (
  payload: unknown,
  issuedAtMillis: number,
  change: Partial<Telephony.RawRequest> = {}
): Telephony.RawRequest => {
  const body = new TextEncoder().encode(typeof payload === "string" ? payload : JSON.stringify(payload))
  return {
    method: "POST",
    target: "/api/v1/webhooks/vonage/sms",
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${tokenOf(claimsOf(body, issuedAtMillis))}`
    },
    body,
    ...change
  }
}
