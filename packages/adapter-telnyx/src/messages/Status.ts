/** Maps Telnyx's statuses of a recipient to ours. Source: developers.telnyx.com/docs/messaging/messages/message-statuses. */
import type { DeliveryStatus } from "@careline/domain"

const statuses: ReadonlyMap<string, DeliveryStatus.DeliveryStatus> = new Map<string, DeliveryStatus.DeliveryStatus>([
  ["scheduled", "accepted"],
  ["queued", "accepted"],
  ["sending", "accepted"],
  ["sent", "sent"],
  // No receipt came from the carrier, which is neither success nor failure: it left, and that is all.
  ["delivery_unconfirmed", "sent"],
  ["delivered", "delivered"],
  ["delivery_failed", "undelivered"],
  ["sending_failed", "failed"],
  ["expired", "failed"],
  ["cancelled", "failed"]
])

/** The words that detail records use for the same. */
const recordStatuses: ReadonlyMap<string, DeliveryStatus.DeliveryStatus> = new Map<
  string,
  DeliveryStatus.DeliveryStatus
>([
  ["delivered", "delivered"],
  ["dlr_unconfirmed", "sent"],
  ["dlr_timeout", "sent"],
  ["gw_timeout", "accepted"],
  ["gw_reject", "failed"],
  ["failed", "failed"]
])

export const ofRecord = (status: string): DeliveryStatus.DeliveryStatus | null => recordStatuses.get(status) ?? null

/** `null` for a status that we do not know. A look-up by id may answer in the words of the detail records. */
export const toDeliveryStatus = (status: string): DeliveryStatus.DeliveryStatus | null =>
  statuses.get(status) ?? ofRecord(status)
