/**
 * Looking for a text whose answer was lost. Twilio knows no reference of ours, so the text is found by what it says, from
 * whom, to whom and when. Source: twilio.com/docs/messaging/guides/outbound-message-logging.
 */
import type { Telephony } from "@careline/ports"
import { DateTime } from "effect"
import * as Status from "./Status.ts"

/** Twilio keeps whole seconds, by its own clock. */
const CLOCK_SLACK_MILLIS = 5_000

/** What a listed message must have for the comparison. */
export interface ListedMessage {
  readonly sid: string
  readonly body: string
  readonly direction: string
  readonly numMedia: string
  readonly status: string
  readonly dateCreated: Date | null
}

/** The oldest message that is this attempt's and nobody else's. */
export const match = (
  attempt: Telephony.SentAttempt,
  listed: ReadonlyArray<ListedMessage>
): Telephony.FindResult | null => {
  const earliest = DateTime.toEpochMillis(attempt.startedAt) - CLOCK_SLACK_MILLIS
  const [found] = listed
    .filter(
      (message) =>
        message.direction.startsWith("outbound-api") &&
        message.body === attempt.body &&
        Number(message.numMedia) === attempt.mediaUrls.length &&
        message.dateCreated !== null &&
        message.dateCreated.getTime() >= earliest &&
        !attempt.claimedProviderMessageIds.includes(message.sid)
    )
    .sort((left, right) => (left.dateCreated?.getTime() ?? 0) - (right.dateCreated?.getTime() ?? 0))
  return found === undefined
    ? null
    : { _tag: "Found", providerMessageId: found.sid, status: Status.toDeliveryStatus(found.status) ?? "accepted" }
}
