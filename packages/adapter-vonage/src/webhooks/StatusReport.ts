/** The webhook on an outbound message. Source: developer.vonage.com/api/messages, "Message Status". */
import { CallbackUrl } from "@careline/adapter-kit"
import { type DeliveryReported, TelephonyError } from "@careline/ports"
import { Predicate } from "effect"
import type * as Payload from "./Payload.ts"
import * as Problem from "../client/Problem.ts"
import * as Status from "../messages/Status.ts"

/** The event; `null` for a channel or a status that says nothing to us; or what is wrong with the payload. */
export const decode = (
  payload: Payload.Payload,
  query: URLSearchParams
): DeliveryReported | TelephonyError.MalformedWebhook | null => {
  const { channel, client_ref: clientRef, error, message_uuid: providerMessageId, status } = payload
  if (channel !== "sms" && channel !== "mms") return null
  if (!Predicate.isString(status)) return new TelephonyError.MalformedWebhook({ message: "status is missing" })
  const known = Status.toKnown(status, Problem.toCode(error))
  if (known === null) return null
  return {
    _tag: "DeliveryReported",
    providerMessageId,
    attemptId: CallbackUrl.toAttemptId(clientRef) ?? CallbackUrl.attemptOf(query),
    ...known
  }
}
