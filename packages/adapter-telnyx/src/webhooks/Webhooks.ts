/** Verifies Telnyx's webhooks over the bytes as they came, and only then decodes them. */
import { CallbackUrl, WebhookForm } from "@careline/adapter-kit"
import { CallWebhooks, render } from "@careline/adapter-kit/twiml"
import { type Telephony, TelephonyError, type TelephonyEvent } from "@careline/ports"
import { Clock, Effect, Option, Schema } from "effect"
import * as Inbound from "./Inbound.ts"
import * as Signature from "./Signature.ts"
import * as StatusReport from "./StatusReport.ts"
import type { TelnyxSettings } from "../client/TelnyxOptions.ts"
import { dialect } from "../calls/Texml.ts"

/** The envelope of the webhook API version 2. Others have no `data`, and are not guessed at. */
const Envelope = Schema.Struct({
  data: Schema.Struct({
    event_type: Schema.String,
    payload: Schema.Record(Schema.String, Schema.Unknown)
  })
})
const decodeEnvelope = Schema.decodeUnknownOption(Schema.fromJsonString(Envelope))

const decoder = new TextDecoder()

/** Of a report Telnyx reads only the status. */
const taken: Telephony.HttpReply = { status: 200, headers: {}, body: "" }
const XML = { "content-type": "application/xml; charset=utf-8" }
const hangup = '<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>'

const malformed = (message: string) => new TelephonyError.MalformedWebhook({ message })

/** One URL gets all kinds of events about texts, so the event says what it is, not the path. */
const decode = (eventType: string, payload: unknown): TelephonyEvent | TelephonyError.MalformedWebhook | null => {
  switch (eventType) {
    case "message.received":
      return Inbound.decode(payload)
    case "message.sent":
    case "message.finalized":
      return StatusReport.decode(payload)
    default:
      return null
  }
}

const readText = (body: string): CallWebhooks.DecodedWebhook | TelephonyError.MalformedWebhook => {
  const envelope = Option.getOrNull(decodeEnvelope(body))
  if (envelope === null) return malformed("Not an event of the API version 2")
  const event = decode(envelope.data.event_type, envelope.data.payload)
  if (event instanceof TelephonyError.MalformedWebhook) return event
  return { events: event === null ? [] : [event] }
}

/** What a verified webhook tells, by its kind. */
const read = (
  kind: Telephony.WebhookKind,
  { body, headers, method, target }: Telephony.RawRequest
): CallWebhooks.DecodedWebhook | TelephonyError.MalformedWebhook => {
  if (kind === "sms" || kind === "status") return readText(decoder.decode(body))
  // Of a GET nothing is signed but the time.
  if (method !== "POST" || !WebhookForm.isForm(headers["content-type"])) return malformed("Not a POST of a form")
  const form = WebhookForm.read(body)
  if (form === null) return malformed("There are more parameters than Telnyx sends")
  return CallWebhooks.decode(dialect, kind, form, CallbackUrl.queryOf(target))
}

export const make = (
  options: Pick<TelnyxSettings, "messagingProfileId" | "publicKeys" | "publicUrl">,
  fail: (reason: TelephonyError.TelephonyErrorReason) => TelephonyError.TelephonyError
): Telephony.Webhooks => {
  const keys = options.publicKeys.map(Signature.toKey)

  return {
    receive: (kind, request) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const { body, headers } = request
        const signed = { signature: headers["telnyx-signature-ed25519"], timestamp: headers["telnyx-timestamp"], body }
        if (!Signature.verify(keys, signed, now)) {
          return Effect.fail(fail(new TelephonyError.InvalidSignature({ message: "The signature does not match" })))
        }
        const decoded = read(kind, request)
        if (decoded instanceof TelephonyError.MalformedWebhook) return Effect.fail(fail(decoded))
        // Webhooks of texts and of calls name accounts of two kinds, and lists name none: the profile is known of all.
        return Effect.succeed({ account: options.messagingProfileId, ...decoded })
      }),
    reply: (kind, step) => {
      if (step !== undefined) return { status: 200, headers: XML, body: render(dialect, options.publicUrl, step) }
      return kind === "call" || kind === "fallback" ? { status: 200, headers: XML, body: hangup } : taken
    }
  }
}
