/** Maps Telnyx's error codes to ours. Source: developers.telnyx.com/docs/messaging/messages/error-codes. */
import type { SendOutcome } from "@careline/domain"

/** An entry of `errors`, in an answer and in a webhook. */
export interface TelnyxError {
  readonly code: string
  readonly title?: string | null | undefined
  readonly detail?: string | null | undefined
}

const reasons: ReadonlyMap<string, SendOutcome.RejectionReason> = new Map<string, SendOutcome.RejectionReason>([
  // Of the whole account: 20001 to 20017 are of the key, of two-factor login and of the account's verification.
  ["10009", "unauthorised"],
  ["10010", "unauthorised"],
  ...Array.from({ length: 17 }, (_, place) => [String(20_001 + place), "unauthorised"] as const),
  ["20012", "account_suspended"],
  ["20100", "account_suspended"],
  ["40312", "account_refused"],
  ["40314", "account_refused"],
  ["40333", "account_suspended"],
  // Of the text, its sender or its recipient.
  ["10016", "invalid_recipient"],
  ["40001", "not_text_capable"],
  ["40003", "content_rejected"],
  ["40009", "content_rejected"],
  ["40010", "sender_not_allowed"],
  ["40012", "invalid_recipient"],
  ["40013", "sender_not_allowed"],
  ["40015", "content_rejected"],
  ["40017", "content_rejected"],
  ["40019", "content_rejected"],
  ["40301", "not_text_capable"],
  ["40302", "content_rejected"],
  ["40304", "content_rejected"],
  ["40305", "sender_not_allowed"],
  ["40306", "sender_not_allowed"],
  ["40307", "sender_not_allowed"],
  ["40308", "sender_not_allowed"],
  ["40309", "region_not_allowed"],
  ["40310", "invalid_recipient"],
  ["40315", "sender_not_allowed"],
  ["40316", "content_rejected"],
  ["40317", "content_rejected"],
  ["40319", "not_text_capable"],
  ["40320", "sender_not_allowed"],
  ["40321", "sender_not_allowed"],
  ["40322", "content_rejected"],
  ["40328", "content_rejected"],
  ["40329", "sender_not_allowed"],
  ["40330", "sender_not_allowed"],
  ["40331", "sender_not_allowed"]
  // What is not here (40002 spam for now, 40006 carrier down, 40008 undeliverable, 40011 and 40016 to 40018 rates) may be
  // different next time, and says nothing of the recipient.
])

/** "Blocked due to STOP message" in the answer to a send; in a report it may as well be "destination unreachable". */
const BLOCKED = "40300"

/** The kind of message is not supported by the recipient's number, or by ours. */
const UNSUPPORTED = "40301"

/** Of an answer to a send. */
export const toReason = (code: string | null): SendOutcome.RejectionReason => {
  if (code === BLOCKED) return "recipient_opted_out"
  return (code === null ? undefined : reasons.get(code)) ?? "other"
}

/** Of a report: 40300 is an opt-out only where the words say so, and 40301 may be about the sender. */
export const ofReport = ({ code, detail, title }: TelnyxError): SendOutcome.RejectionReason => {
  const words = `${title ?? ""} ${detail ?? ""}`
  if (code === BLOCKED) return /\bstop\b|opt(ed)?[ -]?out/i.test(words) ? "recipient_opted_out" : "other"
  if (code === UNSUPPORTED && /\bfrom\b|sender|source/i.test(words)) return "sender_not_allowed"
  return toReason(code)
}
