/** Vonage's webhooks: verified over the bytes as they came, and only then read. */
import { CallbackUrl, type Telephony, TelephonyError } from "@careline/ports"
import { Clock, Effect, Redacted } from "effect"
import * as Inbound from "./Inbound.ts"
import * as Payload from "./Payload.ts"
import * as Signature from "./Signature.ts"
import * as StatusReport from "./StatusReport.ts"
import type { VonageOptions } from "./VonageOptions.ts"

const JSON_TYPE = /^application\/json\s*(;|$)/i

const taken: Telephony.HttpReply = { status: 200, headers: {}, body: "" }

export const make = (
  options: Pick<VonageOptions, "apiKey" | "applicationId" | "signatureSecrets">,
  fail: (reason: TelephonyError.TelephonyErrorReason) => TelephonyError.TelephonyError
): Telephony.Webhooks => {
  const { apiKey, applicationId } = options
  const keys = { apiKey, applicationId, secrets: options.signatureSecrets.map((secret) => Redacted.value(secret)) }
  const malformed = (message: string) => Effect.fail(fail(new TelephonyError.MalformedWebhook({ message })))

  return {
    receive: (kind, request) =>
      Effect.flatMap(Clock.currentTimeMillis, (nowMillis) => {
        const fault = Signature.verify(keys, request.headers.authorization, request.body, nowMillis)
        if (fault !== null) return Effect.fail(fail(fault))
        if (request.method !== "POST") return malformed("The method is not POST")
        if (!JSON_TYPE.test(request.headers["content-type"] ?? "")) return malformed("The content type is not JSON's")
        const payload = Payload.decode(request.body)
        if (payload === null) return malformed("The body is not of a message")
        const event =
          kind === "sms" ? Inbound.decode(payload) : StatusReport.decode(payload, CallbackUrl.queryOf(request.target))
        if (event instanceof TelephonyError.MalformedWebhook) return Effect.fail(fail(event))
        return Effect.succeed({ account: apiKey, events: event === null ? [] : [event] })
      }),
    reply: () => taken
  }
}
