/** Twilio's error codes in our words. Source: twilio.com/docs/api/errors. */
import type { SendOutcome } from "@careline/domain"

const reasons: Readonly<Record<string, SendOutcome.RejectionReason>> = {
  20003: "unauthorised",
  21211: "invalid_recipient",
  21217: "invalid_recipient",
  21408: "region_not_allowed",
  21602: "content_rejected",
  21606: "sender_not_allowed",
  21608: "region_not_allowed",
  21610: "recipient_opted_out",
  21611: "sender_not_allowed",
  21612: "invalid_recipient",
  21614: "not_text_capable",
  21617: "content_rejected",
  21619: "content_rejected",
  21635: "not_text_capable",
  30002: "account_suspended",
  30003: "other",
  30004: "content_rejected",
  30005: "invalid_recipient",
  30006: "not_text_capable",
  30007: "content_rejected",
  30034: "sender_not_allowed"
}

export const toReason = (code: string | null): SendOutcome.RejectionReason =>
  (code === null ? undefined : reasons[code]) ?? "other"
