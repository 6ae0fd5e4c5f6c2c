/** Verifies Vonage's webhooks over the bytes as they came, and only then decodes them. */
import { CallbackUrl } from "@careline/adapter-kit"
import { type Telephony, TelephonyError } from "@careline/ports"
import { Clock, Effect, Redacted } from "effect"
import * as CallWebhooks from "../calls/CallWebhooks.ts"
import * as Inbound from "./Inbound.ts"
import * as Ncco from "../calls/Ncco.ts"
import * as Payload from "./Payload.ts"
import * as Signature from "./Signature.ts"
import * as StatusReport from "./StatusReport.ts"
import type { VonageSettings } from "../client/VonageOptions.ts"

const JSON_TYPE = /^application\/json\s*(;|$)/i

const taken: Telephony.HttpReply = { status: 200, headers: {}, body: "" }
const NCCO = { "content-type": "application/json" }

/** The kinds that Vonage may ask for by GET, and does where it is not told otherwise. */
const asks: ReadonlySet<Telephony.WebhookKind> = new Set<Telephony.WebhookKind>(["call", "fallback"])

const isAskedByGet = (kind: Telephony.WebhookKind, method: string): boolean => method === "GET" && asks.has(kind)

type Read = CallWebhooks.DecodedWebhook | TelephonyError.MalformedWebhook

const malformed = (message: string) => new TelephonyError.MalformedWebhook({ message })

const readText = (kind: Telephony.WebhookKind, body: Uint8Array, query: URLSearchParams): Read => {
  const payload = Payload.decode(body)
  if (payload === null) return malformed("The body is not of a message")
  const event = kind === "sms" ? Inbound.decode(payload) : StatusReport.decode(payload, query)
  if (event instanceof TelephonyError.MalformedWebhook) return event
  return { events: event === null ? [] : [event] }
}

const readCall = (kind: Telephony.WebhookKind, fields: CallWebhooks.Fields, query: URLSearchParams): Read => {
  switch (kind) {
    case "call-status":
      return CallWebhooks.decodeStatus(fields, query)
    case "recording":
      return CallWebhooks.decodeRecording(fields, query)
    // None is asked for.
    case "transcription":
      return { events: [] }
    default:
      return CallWebhooks.decodeCall(fields, query)
  }
}

/** What a verified webhook tells, by its kind. */
const read = (kind: Telephony.WebhookKind, { body, headers, method }: Telephony.RawRequest, query: URLSearchParams) => {
  if (isAskedByGet(kind, method)) return readCall(kind, Object.fromEntries(query), query)
  if (method !== "POST") return malformed("The method is not POST")
  if (!JSON_TYPE.test(headers["content-type"] ?? "")) return malformed("The content type is not JSON's")
  if (kind === "sms" || kind === "status") return readText(kind, body, query)
  const fields = CallWebhooks.fieldsOf(body)
  return fields === null ? malformed("The body is not of a call") : readCall(kind, fields, query)
}

export const make = (
  options: Pick<VonageSettings, "apiKey" | "applicationId" | "publicUrl" | "signatureSecrets">,
  fail: (reason: TelephonyError.TelephonyErrorReason) => TelephonyError.TelephonyError
): Telephony.Webhooks => {
  const { apiKey, applicationId, publicUrl } = options
  const keys = { apiKey, applicationId, secrets: options.signatureSecrets.map((secret) => Redacted.value(secret)) }

  return {
    receive: (kind, request) =>
      Effect.flatMap(Clock.currentTimeMillis, (nowMillis) => {
        const { body, headers, method, target } = request
        // Never the body of a GET: it could have been another webhook's, with parameters that nobody signed.
        const covered = () => (isAskedByGet(kind, method) ? Signature.contentOf(CallbackUrl.queryOf(target)) : body)
        const fault = Signature.verify(keys, headers.authorization, covered, nowMillis)
        if (fault !== null) return Effect.fail(fail(fault))
        const decoded = read(kind, request, CallbackUrl.queryOf(target))
        if (decoded instanceof TelephonyError.MalformedWebhook) return Effect.fail(fail(decoded))
        return Effect.succeed({ account: apiKey, ...decoded })
      }),
    reply: (_, step) =>
      step === undefined ? taken : { status: 200, headers: NCCO, body: JSON.stringify(Ncco.render(publicUrl, step)) }
  }
}
