/** The callback on an outbound message. Source: twilio.com/docs/messaging/guides/track-outbound-message-status. */
import type { MessageStatus, SimulatedMessage } from "../core/Ledger.ts"
import * as SimulatedTime from "../core/SimulatedTime.ts"
import type { Form } from "../core/WebhookRequest.ts"
import * as Wire from "./Wire.ts"

export const formOf = (
  accountSid: string,
  { errorCode, from, id, service, to }: Pick<SimulatedMessage, "errorCode" | "from" | "id" | "service" | "to">,
  status: MessageStatus | (string & {})
): Form => {
  const hasFailed = status === "undelivered" || status === "failed"
  const hasReceipt = status === "undelivered" || status === "delivered"
  return [
    ["AccountSid", accountSid],
    ["ApiVersion", "2010-04-01"],
    ["From", from],
    ["MessageSid", id],
    ["MessageStatus", status],
    ["SmsSid", id],
    ["SmsStatus", status],
    ["To", to],
    ...(service === null ? [] : [["MessagingServiceSid", service] as const]),
    ...(hasFailed ? [["ErrorCode", String(errorCode)] as const] : []),
    ...(hasReceipt ? [["RawDlrDoneDate", Wire.receiptDate(SimulatedTime.now())] as const] : [])
  ]
}
