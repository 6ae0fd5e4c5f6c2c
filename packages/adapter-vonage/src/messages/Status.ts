/** Maps Vonage's message statuses to ours. Source: developer.vonage.com/api/messages, "Message Status". */
import type { DeliveryStatus, SendOutcome } from "@careline/domain"
import * as ErrorCode from "../client/ErrorCode.ts"

/**
 * Codes that are no proof of non-delivery: a segment's receipt that did not come (1490), and a carrier that says
 * "unknown" (1330). Source: developer.vonage.com/messaging/sms/guides/multisegment-sms-handling.
 */
const undecided: ReadonlySet<string> = new Set(["1330", "1490"])

/** Codes with which Vonage refuses by itself, before any carrier: limits, parameters, sender, media, opt-out, fraud. */
const OWN_REFUSAL = /^1(0\d\d|1[0-7]\d|240|38[012]|420|430|450|460|47\d|484)$/

export interface Known {
  readonly status: DeliveryStatus.DeliveryStatus
  readonly failureReason: SendOutcome.RejectionReason | null
  readonly errorCode: string | null
}

const statusOf = (status: string, errorCode: string | null): DeliveryStatus.DeliveryStatus | null => {
  switch (status) {
    case "submitted":
      return "sent"
    case "delivered":
    case "read":
      return status
    case "rejected":
    case "undeliverable":
      if (errorCode !== null && undecided.has(errorCode)) return "sent"
      return status === "rejected" && errorCode !== null && OWN_REFUSAL.test(errorCode) ? "failed" : "undelivered"
    default:
      return null
  }
}

/** What a status and the code beside it tell; `null` for a status that we do not know. */
export const toKnown = (status: string, errorCode: string | null): Known | null => {
  const known = statusOf(status, errorCode)
  if (known === null) return null
  const failureReason = known === "failed" || known === "undelivered" ? ErrorCode.toReason(errorCode) : null
  return { status: known, failureReason, errorCode }
}
