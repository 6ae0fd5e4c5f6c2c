/**
 * Looks for a text whose answer was lost, in Vonage's Reports by our own reference. Reports says nothing of how soon it
 * shows a message, so what it does not show may still be on its way. Source: developer.vonage.com/api/reports.
 */
import type { Telephony } from "@careline/ports"
import { DateTime, type Option, Schema } from "effect"
import * as Digits from "../client/Digits.ts"
import * as Field from "../client/Field.ts"
import { isMessageUuid } from "./MessageUuid.ts"
import * as Status from "./Status.ts"

const MINUTE_MILLIS = 60_000
/** Vonage's clock may be behind ours by this much. */
const SLACK_MILLIS = 5 * MINUTE_MILLIS
/** And ahead by this much: `date_end` is exclusive. */
const AHEAD_MILLIS = 60 * MINUTE_MILLIS
/** The longest window that Reports takes. */
const WINDOW_MILLIS = 24 * 60 * MINUTE_MILLIS

/** How many pages of a report are read, of 1000 messages each. */
export const MAX_PAGES = 5

/** Fields may be absent, or of another type than documented: what cannot be read is as good as not there. */
const Report = Schema.Struct({
  requestStatus: Schema.optionalKey(Schema.Unknown),
  cursor: Schema.optionalKey(Schema.Unknown),
  iv: Schema.optionalKey(Schema.Unknown),
  records: Schema.Array(
    Schema.Struct({
      messageId: Schema.optionalKey(Schema.Unknown),
      clientRef: Schema.optionalKey(Schema.Unknown),
      status: Schema.optionalKey(Schema.Unknown),
      errorCode: Schema.optionalKey(Schema.Unknown)
    })
  )
})
export type Report = typeof Report.Type
export type Entry = Report["records"][number]

/** `none` for an answer that is no report. */
export const decode: (answer: unknown) => Option.Option<Report> = Schema.decodeUnknownOption(Report)

/** The parameters that every report needs. */
export const base = (apiKey: string) => ({ product: "MESSAGES", accountId: apiKey, direction: "outbound" })

/** ISO 8601 without milliseconds. */
const written = (millis: number): string => DateTime.formatIso(DateTime.makeUnsafe(millis)).replace(/\.\d{3}Z$/, "Z")

/** Where an attempt would be. Reports has no filter on our reference. */
export const window = (attempt: Pick<Telephony.SentAttempt, "startedAt" | "to">, askedAtMillis: number) => {
  const start = DateTime.toEpochMillis(attempt.startedAt) - SLACK_MILLIS
  return {
    to: Digits.ofE164(attempt.to),
    dateStart: written(start),
    dateEnd: written(Math.min(start + WINDOW_MILLIS, askedAtMillis + AHEAD_MILLIS))
  }
}

/** What leads to the next page; `null` after the last one. */
export const nextPage = ({ cursor, iv, requestStatus }: Report) =>
  requestStatus === "TRUNCATED" && typeof cursor === "string" && typeof iv === "string" ? { cursor, iv } : null

/** What a record tells of its message. Its status is not documented: without one Vonage has at least accepted it. */
export const statusOf = ({ errorCode, status }: Entry): Telephony.MessageStatus => {
  const code = /^[1-9]\d{0,9}$/.exec(Field.textOf(errorCode))?.[0] ?? null
  const known = Status.toKnown(Field.textOf(status).toLowerCase(), code)
  return known ?? { status: "accepted", failureReason: null, errorCode: code }
}

/** The attempt's message among these records. */
export const find = (attemptId: string, records: ReadonlyArray<Entry>): Telephony.FindResult | null => {
  for (const record of records) {
    if (record.clientRef === attemptId && isMessageUuid(record.messageId)) {
      return { _tag: "Found", providerMessageId: record.messageId, status: statusOf(record).status }
    }
  }
  return null
}

export const notShown: Telephony.FindResult = {
  _tag: "CannotTell",
  detail: "Reports does not show it; its silence proves nothing"
}
