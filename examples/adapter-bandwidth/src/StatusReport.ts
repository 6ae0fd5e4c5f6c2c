/** A report on one of our texts as Careline's event. */
import { CallbackUrl } from "@careline/adapter-kit"
import { type DeliveryReported, TelephonyEvent } from "@careline/ports"
import type { Report } from "./Callback.ts"
import * as ErrorCode from "./ErrorCode.ts"
import * as Status from "./Status.ts"

export const toEvent = ({ description, errorCode, message, type }: Report): DeliveryReported => {
  const code = type === "message-failed" && errorCode != null ? String(errorCode) : null
  const status = Status.ofReport(type, description ?? "", code)
  return TelephonyEvent.cases.DeliveryReported.make({
    providerMessageId: message.id,
    attemptId: CallbackUrl.toAttemptId(message.tag),
    status,
    failureReason: status === "failed" || status === "undelivered" ? ErrorCode.toReason(code) : null,
    errorCode: code
  })
}
