/** Maps Vonage's error codes to ours. Source: developer.vonage.com/api-errors/messages. */
import type { SendOutcome } from "@careline/domain"

const reasons: ReadonlyMap<string, SendOutcome.RejectionReason> = new Map<string, SendOutcome.RejectionReason>([
  // Of the whole account, in the answer to a request. The first is Vonage's own spelling.
  ["unathorized", "unauthorised"],
  ["unauthorized", "unauthorised"],
  ["unprovisioned", "unauthorised"],
  ["account-suspended", "account_suspended"],
  ["low-balance", "account_suspended"],
  ["1060", "account_suspended"],
  ["1070", "account_suspended"],
  ["1080", "account_refused"],
  // In the answer to a request, or later in a status webhook.
  ["1040", "content_rejected"],
  ["1120", "sender_not_allowed"],
  ["1170", "invalid_recipient"],
  ["1190", "invalid_recipient"],
  ["1210", "content_rejected"],
  ["1240", "recipient_opted_out"],
  ["1250", "invalid_recipient"],
  ["1260", "invalid_recipient"],
  ["1280", "content_rejected"],
  ["1282", "content_rejected"],
  ["1381", "content_rejected"],
  ["1382", "content_rejected"],
  ["1420", "sender_not_allowed"],
  ["1430", "invalid_recipient"],
  // Fraud Defender.
  ["1470", "content_rejected"],
  ["1471", "content_rejected"],
  ["1472", "content_rejected"],
  ["1473", "content_rejected"],
  ["1474", "content_rejected"],
  ["1475", "content_rejected"],
  ["1476", "content_rejected"],
  ["1484", "content_rejected"]
  // What is not here (1000 throttled, 1050 barred, 1180 and 1230 temporary, 1310 handset, 1360 expired, 1380 media not
  // fetched, 1460 daily limit) may be different next time, or says nothing of the recipient.
])

export const toReason = (code: string | null): SendOutcome.RejectionReason =>
  (code === null ? undefined : reasons.get(code)) ?? "other"
