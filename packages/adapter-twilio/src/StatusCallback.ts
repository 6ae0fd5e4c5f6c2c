/** The callback on an outbound message. Source: twilio.com/docs/messaging/guides/track-outbound-message-status. */
import type { AttemptId } from "@careline/domain"
import { type DeliveryReported, TelephonyError } from "@careline/ports"
import * as ErrorCode from "./ErrorCode.ts"
import { isMessageSid } from "./MessageSid.ts"
import * as Status from "./Status.ts"

/** The query parameter of the callback URL that carries our attempt. */
export const ATTEMPT_PARAMETER = "attempt"

/** An attempt's id is whatever the host made it, up to this length. */
const MAX_ATTEMPT = 128

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
  const attempt = query.get(ATTEMPT_PARAMETER) ?? ""
  const errorCode = form.get("ErrorCode") || null
  return {
    _tag: "DeliveryReported",
    providerMessageId,
    attemptId: attempt !== "" && attempt.length <= MAX_ATTEMPT ? (attempt as AttemptId) : null,
    status,
    failureReason: status === "failed" || status === "undelivered" ? ErrorCode.toReason(errorCode) : null,
    errorCode
  }
}
