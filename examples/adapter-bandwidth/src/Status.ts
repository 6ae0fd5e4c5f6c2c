/** Bandwidth's reports as statuses, on the safe side. */
import type { DeliveryStatus } from "@careline/domain"
import type { ReportType } from "./Callback.ts"

/** Reported as failures of which nobody can say that the text did not arrive. */
const uncertain: ReadonlyMap<string, DeliveryStatus.DeliveryStatus> = new Map([
  // No receipt within two hours: "does not indicate that the message was not received".
  ["9902", "sent"],
  // The carrier did not acknowledge it.
  ["5630", "accepted"]
])

/** The second digit says who refused: 6 and 7 the carrier, others Bandwidth. 9999 is a carrier's unknown code. */
const OF_CARRIER = /^(?:[45][67]|9)/

export const ofReport = (
  type: ReportType,
  description: string,
  errorCode: string | null
): DeliveryStatus.DeliveryStatus => {
  switch (type) {
    case "message-sending":
      return "accepted"
    case "message-sent":
      return "sent"
    case "message-delivered":
      // Of a text "ok"; of a message without receipts "Message delivered to carrier", which is no handset.
      return /\bto carrier\b/i.test(description) ? "sent" : "delivered"
    case "message-failed":
      return uncertain.get(errorCode ?? "") ?? (OF_CARRIER.test(errorCode ?? "") ? "undelivered" : "failed")
  }
}
