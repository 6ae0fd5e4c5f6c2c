/**
 * `message.sent` and `message.finalized`: what became of a text of ours. Source:
 * developers.telnyx.com/docs/messaging/messages/receiving-webhooks. They come in any order and more than once.
 */
import { CallbackUrl } from "@careline/adapter-kit"
import { type DeliveryReported, TelephonyError } from "@careline/ports"
import { Option, Schema } from "effect"
import * as ErrorCode from "../client/ErrorCode.ts"
import { isMessageId } from "../messages/MessageId.ts"
import * as Status from "../messages/Status.ts"

const Payload = Schema.Struct({
  id: Schema.String,
  to: Schema.NonEmptyArray(Schema.Struct({ status: Schema.String })),
  errors: Schema.optionalKey(
    Schema.NullOr(
      Schema.Array(
        Schema.Struct({
          code: Schema.String,
          title: Schema.optionalKey(Schema.NullOr(Schema.String)),
          detail: Schema.optionalKey(Schema.NullOr(Schema.String))
        })
      )
    )
  ),
  webhook_url: Schema.optionalKey(Schema.NullOr(Schema.String))
})
const decodePayload = Schema.decodeUnknownOption(Payload)

/** The event; `null` for a status that says nothing to us; or what is wrong with the payload. */
export const decode = (payload: unknown): DeliveryReported | TelephonyError.MalformedWebhook | null => {
  const known = Option.getOrNull(decodePayload(payload))
  if (known === null || !isMessageId(known.id)) {
    return new TelephonyError.MalformedWebhook({ message: "The payload is not a sent message" })
  }
  const status = Status.toDeliveryStatus(known.to[0].status)
  if (status === null) return null
  const error = known.errors?.[0]
  const hasFailed = status === "failed" || status === "undelivered"
  return {
    _tag: "DeliveryReported",
    providerMessageId: known.id,
    // From the signed body. The request's own target, which anybody on the way could change, is not read.
    attemptId: CallbackUrl.attemptOf(CallbackUrl.queryOf(known.webhook_url ?? "")),
    status,
    failureReason: hasFailed ? (error === undefined ? "other" : ErrorCode.ofReport(error)) : null,
    errorCode: error?.code ?? null
  }
}
