/**
 * Looks for a text whose answer was lost. Twilio knows no reference of ours, so the text is found by what it says, from
 * whom, to whom and when. Source: twilio.com/docs/messaging/guides/outbound-message-logging.
 */
import type { Telephony } from "@careline/ports"
import { DateTime } from "effect"
import * as Status from "./Status.ts"

/** Twilio keeps whole seconds, by its own clock. */
const CLOCK_SLACK_MILLIS = 5_000

/**
 * How long Twilio may still be silent about a message: it may go on for some 26 s after its client gave up
 * (github.com/twilio/twilio-ruby/issues/519).
 */
export const FIND_AFTER_MILLIS = 30_000

/** What a listed message must have for the comparison. */
export interface ListedMessage {
  readonly sid: string
  readonly body: string
  readonly direction: string
  readonly numMedia: string
  readonly status: string
  readonly dateCreated: Date | null
}

/** The messages between two numbers as Twilio listed them. */
export interface Listing {
  readonly messages: ReadonlyArray<ListedMessage>
  /** Whether there are no more than these. */
  readonly isComplete: boolean
  /** By our clock, when they were asked for. */
  readonly askedAtMillis: number
}

const createdAt = (message: ListedMessage): number => message.dateCreated?.getTime() ?? Number.NEGATIVE_INFINITY

/**
 * The oldest message that is this attempt's and nobody else's. `Absent` only when Twilio would have shown it by the time
 * that it was asked, and showed all it has: a wrong `Absent` is a second text.
 */
export const conclude = (attempt: Telephony.SentAttempt, listing: Listing): Telephony.FindResult => {
  const startedAt = DateTime.toEpochMillis(attempt.startedAt)
  const [found] = listing.messages
    .filter(
      (message) =>
        message.direction === "outbound-api" &&
        message.body === attempt.body &&
        Number(message.numMedia) === attempt.mediaUrls.length &&
        createdAt(message) >= startedAt - CLOCK_SLACK_MILLIS &&
        !attempt.claimedProviderMessageIds.includes(message.sid)
    )
    .sort((left, right) => createdAt(left) - createdAt(right))
  if (found !== undefined) {
    return { _tag: "Found", providerMessageId: found.sid, status: Status.toDeliveryStatus(found.status) ?? "accepted" }
  }
  if (!listing.isComplete) return { _tag: "CannotTell", detail: "more messages than are read" }
  return listing.askedAtMillis - startedAt < FIND_AFTER_MILLIS
    ? { _tag: "CannotTell", detail: "too early to tell" }
    : { _tag: "Absent" }
}
