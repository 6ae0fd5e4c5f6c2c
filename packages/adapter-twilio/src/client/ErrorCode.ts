/** Maps Twilio's error codes to ours. Source: twilio.com/docs/api/errors. */
import type { SendOutcome } from "@careline/domain"

const reasons: ReadonlyMap<string, SendOutcome.RejectionReason> = new Map<string, SendOutcome.RejectionReason>([
  // Of the whole account, in the answer to a request.
  ["10001", "account_suspended"],
  ["20003", "unauthorised"],
  ["20005", "account_suspended"],
  ["90010", "account_suspended"],
  // In the answer to a request.
  ["21201", "invalid_recipient"],
  ["21210", "sender_not_allowed"],
  ["21211", "invalid_recipient"],
  ["21212", "sender_not_allowed"],
  ["21213", "sender_not_allowed"],
  ["21214", "invalid_recipient"],
  ["21215", "region_not_allowed"],
  ["21216", "invalid_recipient"],
  ["21217", "invalid_recipient"],
  ["21408", "region_not_allowed"],
  ["21602", "content_rejected"],
  ["21603", "sender_not_allowed"],
  ["21604", "invalid_recipient"],
  ["21606", "sender_not_allowed"],
  // A trial account calls and texts only numbers that it has verified.
  ["21219", "sender_not_allowed"],
  ["21608", "sender_not_allowed"],
  ["21610", "recipient_opted_out"],
  ["21611", "sender_not_allowed"],
  ["21612", "invalid_recipient"],
  ["21614", "not_text_capable"],
  ["21617", "content_rejected"],
  ["21618", "content_rejected"],
  ["21619", "content_rejected"],
  ["21635", "not_text_capable"],
  // The sender is no number of Twilio's, or not one of this account's.
  ["21659", "sender_not_allowed"],
  ["21660", "sender_not_allowed"],
  // In a status callback. What is not here (30001 queue overflow, 30003 unreachable, 30008 unknown, 30036 expired) may
  // be different next time, and says nothing of the recipient.
  ["30002", "account_suspended"],
  ["30004", "content_rejected"],
  ["30005", "invalid_recipient"],
  ["30006", "not_text_capable"],
  ["30007", "content_rejected"],
  // The sender is not registered with the recipient's carrier, nor as a toll-free number, nor for 10DLC.
  ["30018", "sender_not_allowed"],
  ["30024", "sender_not_allowed"],
  ["30032", "sender_not_allowed"],
  ["30034", "sender_not_allowed"]
])

export const toReason = (code: string | null): SendOutcome.RejectionReason =>
  (code === null ? undefined : reasons.get(code)) ?? "other"
