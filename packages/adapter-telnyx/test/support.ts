/** What the tests of calls share: an adapter, and webhooks as Telnyx signs them. */
import type { Telephony } from "@careline/ports"
import { newTelnyxKey, signTelnyxWebhook } from "@careline/testkit/simulators"
import { Clock, Effect, Redacted } from "effect"
import { type TelnyxOptions, TelnyxTelephony } from "../src/index.ts"

export const key = newTelnyxKey()
export const messagingProfileId = "740572b6-099c-44a1-89b9-6c92163bc68d"
export const connectionId = "2811212257810187875"
const accountSid = "cb6cfbbc-eb00-41af-a3f3-0d7b32009e4b"
export const publicUrl = "https://clinic.example.com"

export const optionsFor = (change: Partial<TelnyxOptions> = {}): TelnyxOptions => ({
  apiKey: Redacted.make("KEYcanary"),
  publicKeys: [key.publicKey],
  messagingProfileId,
  connectionId,
  accountSid,
  baseUrl: "http://127.0.0.1:1/v2",
  publicUrl,
  timeoutMillis: 5_000,
  ...change
})

/** A webhook of a call, with the query that its URL carries. */
export const receive = Effect.fnUntraced(function* (
  kind: Telephony.WebhookKind,
  form: Readonly<Record<string, string>>,
  query = "",
  change: Partial<Telephony.RawRequest> = {}
) {
  const { webhooks } = yield* TelnyxTelephony.make(optionsFor())
  const body = new URLSearchParams(form).toString()
  const seconds = Math.floor((yield* Clock.currentTimeMillis) / 1_000)
  return yield* webhooks.receive(kind, {
    method: "POST",
    target: `/api/v1/webhooks/telnyx/${kind}${query}`,
    body: new TextEncoder().encode(body),
    ...change,
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      ...signTelnyxWebhook(key, body, seconds),
      ...change.headers
    }
  })
})
