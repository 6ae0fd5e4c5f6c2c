/**
 * Looks for a text whose answer was lost. Telnyx keeps the callback URL of a message, which carries our attempt, in its
 * detail records (developers.telnyx.com/docs/reporting/detail-records).
 */
import { CallbackUrl } from "@careline/adapter-kit"
import { type Telephony } from "@careline/ports"
import { DateTime } from "effect"
import { isMessageId } from "./MessageId.ts"
import * as Status from "./Status.ts"

/**
 * How long Telnyx may be silent about a message: it is in no record while it waits in the queue, where it may wait for four
 * hours. The rest is for the record to be written.
 */
export const FIND_AFTER_MILLIS = 5 * 60 * 60 * 1000

/** What a detail record must have to be told apart. */
export interface DetailRecord {
  readonly uuid?: unknown
  readonly status?: unknown
  readonly delivery_status_webhook_url?: unknown
}

export interface Records {
  readonly records: ReadonlyArray<DetailRecord>
  /** Whether there are no more than these. */
  readonly isComplete: boolean
  /** By our clock, when they were asked for. */
  readonly askedAtMillis: number
}

const carries =
  (attemptId: string) =>
  ({ delivery_status_webhook_url: url }: DetailRecord): boolean =>
    typeof url === "string" && CallbackUrl.attemptOf(CallbackUrl.queryOf(url)) === attemptId

export const conclude = (
  attempt: Telephony.SentAttempt,
  { askedAtMillis, isComplete, records }: Records
): Telephony.FindResult => {
  const found = records.filter(carries(attempt.attemptId)).find(({ uuid }) => isMessageId(uuid))
  if (found !== undefined && isMessageId(found.uuid)) {
    const status = Status.ofRecord(String(found.status)) ?? "accepted"
    return { _tag: "Found", providerMessageId: found.uuid, status }
  }
  if (!isComplete) return { _tag: "CannotTell", detail: "more records than are read" }
  return askedAtMillis - DateTime.toEpochMillis(attempt.startedAt) < FIND_AFTER_MILLIS
    ? { _tag: "CannotTell", detail: "it may still be queued there" }
    : { _tag: "Absent" }
}
