/** Verifies Twilio's webhooks over the bytes as they came, and only then decodes them. */
import { CallbackUrl, WebhookForm } from "@careline/adapter-kit"
import { CallWebhooks, render } from "@careline/adapter-kit/twiml"
import { type Telephony, TelephonyError } from "@careline/ports"
import { Effect, Redacted } from "effect"
import * as Inbound from "./Inbound.ts"
import * as Signature from "./Signature.ts"
import * as StatusCallback from "./StatusCallback.ts"
import { dialect } from "../calls/Twiml.ts"
import type { TwilioSettings } from "../client/TwilioOptions.ts"

const SIGNATURE_HEADER = "x-twilio-signature"

const nothing = new URLSearchParams()

/** Text of any other kind would be sent to the contact (twilio.com/docs/messaging/twiml). */
const emptyResponse: Telephony.HttpReply = {
  status: 200,
  headers: { "content-type": "text/xml; charset=utf-8" },
  body: '<?xml version="1.0" encoding="UTF-8"?><Response/>'
}
const XML = emptyResponse.headers
const noted: Telephony.HttpReply = { status: 204, headers: {}, body: "" }

/** What a verified webhook tells, by its kind. */
const read = (
  kind: Telephony.WebhookKind,
  parameters: URLSearchParams,
  query: URLSearchParams
): CallWebhooks.DecodedWebhook | TelephonyError.MalformedWebhook => {
  if (kind !== "sms" && kind !== "status") return CallWebhooks.decode(dialect, kind, parameters, query)
  const event = kind === "sms" ? Inbound.decode(parameters) : StatusCallback.decode(parameters, query)
  if (event instanceof TelephonyError.MalformedWebhook) return event
  return { events: event === null ? [] : [event] }
}

/** The kinds that are answered with TwiML. */
const asks: ReadonlySet<Telephony.WebhookKind> = new Set<Telephony.WebhookKind>(["sms", "call", "fallback"])

export const make = (
  options: Pick<TwilioSettings, "accountSid" | "authTokens" | "publicUrl">,
  fail: (reason: TelephonyError.TelephonyErrorReason) => TelephonyError.TelephonyError
): Telephony.Webhooks => {
  const { accountSid, publicUrl } = options
  const tokens = options.authTokens.map((token) => Redacted.value(token))
  const malformed = (message: string) => Effect.fail(fail(new TelephonyError.MalformedWebhook({ message })))
  const forged = (message: string) => Effect.fail(fail(new TelephonyError.InvalidSignature({ message })))

  return {
    receive: (kind, request) =>
      Effect.suspend(() => {
        const signature = request.headers[SIGNATURE_HEADER]
        if (!Signature.isSigned(signature)) return forged("There is no signature")
        const isForm = WebhookForm.isForm(request.headers["content-type"])
        const form = request.method === "POST" && isForm ? WebhookForm.read(request.body) : nothing
        if (form === null) return forged("There are more parameters than Twilio sends")
        // Never made from a `Host` or `X-Forwarded-*` header, which anybody can set.
        const url = CallbackUrl.origin(publicUrl) + request.target
        if (!Signature.verify(tokens, signature, url, form)) return forged("The signature does not match")
        const query = CallbackUrl.queryOf(request.target)
        // Twilio calls by GET when it is told to; the parameters are in the URL then.
        const isGet = request.method === "GET"
        if (!isGet && !isForm) return malformed("The content type is not a form's")
        const parameters = isGet ? query : form
        if (parameters.get("AccountSid") !== accountSid) return malformed("AccountSid is not ours")
        const decoded = read(kind, parameters, query)
        if (decoded instanceof TelephonyError.MalformedWebhook) return Effect.fail(fail(decoded))
        return Effect.succeed({ account: accountSid, ...decoded })
      }),
    reply: (kind, step) => {
      if (step !== undefined) return { status: 200, headers: XML, body: render(dialect, publicUrl, step) }
      return asks.has(kind) ? emptyResponse : noted
    }
  }
}
