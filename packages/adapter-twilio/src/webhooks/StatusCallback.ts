/** The callback on an outbound message. Source: twilio.com/docs/messaging/guides/track-outbound-message-status. */
import { CallbackUrl } from "@careline/adapter-kit"
import { type DeliveryReported, TelephonyError } from "@careline/ports"
import * as ErrorCode from "../client/ErrorCode.ts"
import { isMessageSid } from "../messages/MessageSid.ts"
import * as Status from "../messages/Status.ts"

/** The event; `null` for a status that says nothing to us; or what is wrong with the form. */
export const decode = (
  form: URLSearchParams,
  query: URLSearchParams
): DeliveryReported | TelephonyError.MalformedWebhook | null => {
  const providerMessageId = form.get("MessageSid") ?? form.get("SmsSid") ?? ""
  if (!isMessageSid(providerMessageId)) {
    return new TelephonyError.MalformedWebhook({ message: "MessageSid is missing or malformed" })
  }
  const status = Status.toDeliveryStatus(form.get("MessageStatus") ?? form.get("SmsStatus") ?? "")
  if (status === null) return null
  const errorCode = form.get("ErrorCode") || null
  return {
    _tag: "DeliveryReported",
    providerMessageId,
    attemptId: CallbackUrl.attemptOf(query),
    status,
    failureReason: status === "failed" || status === "undelivered" ? ErrorCode.toReason(errorCode) : null,
    errorCode
  }
}
