/** Maps Twilio's message statuses to ours. Source: twilio.com/docs/messaging/api/message-resource. */
import type { DeliveryStatus } from "@careline/domain"

const statuses: ReadonlyMap<string, DeliveryStatus.DeliveryStatus> = new Map<string, DeliveryStatus.DeliveryStatus>([
  ["accepted", "accepted"],
  ["scheduled", "accepted"],
  ["queued", "accepted"],
  // Being handed to the carrier, which for us is only that Twilio has it.
  ["sending", "accepted"],
  ["sent", "sent"],
  ["partially_delivered", "sent"],
  ["delivered", "delivered"],
  ["read", "read"],
  ["undelivered", "undelivered"],
  ["failed", "failed"],
  ["canceled", "failed"]
])

/** `null` for a status that we do not know or that is not of an outbound message. */
export const toDeliveryStatus = (status: string): DeliveryStatus.DeliveryStatus | null => statuses.get(status) ?? null
