/** Twilio's message statuses in our words. Source: twilio.com/docs/messaging/api/message-resource. */
import type { DeliveryStatus } from "@careline/domain"

const statuses: Readonly<Record<string, DeliveryStatus.DeliveryStatus>> = {
  accepted: "accepted",
  scheduled: "accepted",
  queued: "accepted",
  sending: "accepted",
  sent: "sent",
  partially_delivered: "sent",
  delivered: "delivered",
  read: "read",
  undelivered: "undelivered",
  failed: "failed",
  canceled: "failed"
}

/** `null` for a status that we do not know or that is not of an outbound message. */
export const toDeliveryStatus = (status: string): DeliveryStatus.DeliveryStatus | null => statuses[status] ?? null
