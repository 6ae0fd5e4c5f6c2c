/** Telnyx's webhooks: verified over the bytes as they came, and only then read. */
import { type Telephony, TelephonyError, type TelephonyEvent } from "@careline/ports"
import { Clock, Effect, Option, Schema } from "effect"
import * as Inbound from "./Inbound.ts"
import * as Signature from "./Signature.ts"
import * as StatusReport from "./StatusReport.ts"
import type { TelnyxOptions } from "./TelnyxOptions.ts"

/** The envelope of the webhook API version 2. Others have no `data`, and are not guessed at. */
const Envelope = Schema.Struct({
  data: Schema.Struct({
    event_type: Schema.String,
    payload: Schema.StructWithRest(
      Schema.Struct({ organization_id: Schema.optionalKey(Schema.NullOr(Schema.String)) }),
      [Schema.Record(Schema.String, Schema.Unknown)]
    )
  })
})
const decodeEnvelope = Schema.decodeUnknownOption(Schema.fromJsonString(Envelope))

const decoder = new TextDecoder()

/** Telnyx reads only the status. */
const taken: Telephony.HttpReply = { status: 200, headers: {}, body: "" }

/** One URL gets all kinds of events, so the event says what it is, not the path. */
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

export const make = (
  options: Pick<TelnyxOptions, "messagingProfileId" | "publicKeys">,
  fail: (reason: TelephonyError.TelephonyErrorReason) => TelephonyError.TelephonyError
): Telephony.Webhooks => {
  const keys = options.publicKeys.map(Signature.toKey)

  return {
    receive: (_kind, { body, headers }) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const signed = { signature: headers["telnyx-signature-ed25519"], timestamp: headers["telnyx-timestamp"], body }
        if (!Signature.verify(keys, signed, now)) {
          return Effect.fail(fail(new TelephonyError.InvalidSignature({ message: "The signature does not match" })))
        }
        const envelope = Option.getOrNull(decodeEnvelope(decoder.decode(body)))
        if (envelope === null) {
          return Effect.fail(
            fail(new TelephonyError.MalformedWebhook({ message: "Not an event of the API version 2" }))
          )
        }
        const { event_type: eventType, payload } = envelope.data
        const event = decode(eventType, payload)
        if (event instanceof TelephonyError.MalformedWebhook) return Effect.fail(fail(event))
        return Effect.succeed({
          account: payload.organization_id ?? options.messagingProfileId,
          events: event === null ? [] : [event]
        })
      }),
    reply: () => taken
  }
}
