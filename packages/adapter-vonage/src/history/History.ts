/**
 * Calls that Vonage received for us, as their webhooks would have told them. Recordings it does not list, and of texts its
 * Reports know neither pictures nor how soon they show one.
 */
import { CallStatus } from "@careline/domain"
import { type Telephony, TelephonyError, type TelephonyEvent } from "@careline/ports"
import { DateTime, Effect, Option } from "effect"
import type * as Request from "../client/Request.ts"
import * as CallList from "../calls/CallList.ts"
import * as CallStatuses from "../calls/CallStatuses.ts"
import * as CallWebhooks from "../calls/CallWebhooks.ts"
import * as Field from "../client/Field.ts"

/** How many legs of one time are read, the newest. */
const LISTED_HISTORY = 5_000

/** The longest that a call may last: one that began so long before is over within. */
const LONGEST_CALL = { hours: 24 }

const OPERATION = "history.between"

/** ISO 8601, or without its `T` and its zone: then in UTC. */
const timeOf = (written: unknown): DateTime.Utc | null => {
  const text = Field.textOf(written)
  const iso = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text) ? `${text.replace(" ", "T")}Z` : text
  return Option.getOrNull(Option.map(DateTime.make(iso), DateTime.toUtc))
}

const numberOf = (endpoint: unknown): unknown => Field.of(endpoint, "number") ?? endpoint

/** A call that came in and is over; none for any other leg. */
const recordsOf = (leg: CallList.Leg, from: DateTime.Utc, to: DateTime.Utc): ReadonlyArray<Telephony.HistoryRecord> => {
  const progress = CallStatuses.toProgress(leg)
  if (leg.direction !== "inbound" || progress === null || !CallStatus.isOver(progress.status)) return []
  const end = timeOf(leg.end_time)
  const at = timeOf(leg.start_time) ?? end
  if (at === null || !DateTime.between(end ?? at, { minimum: from, maximum: to })) return []
  const begun = CallWebhooks.begins({
    conversation_uuid: leg.conversation_uuid,
    from: numberOf(leg.from),
    to: numberOf(leg.to)
  })
  if (begun instanceof TelephonyError.MalformedWebhook) return []
  const ended: TelephonyEvent = {
    _tag: "CallReported",
    providerCallId: leg.conversation_uuid,
    callId: null,
    report: { _tag: "Progressed", leg: "own", ...progress }
  }
  return [...begun.events, ended].map((event) => ({ at, event }))
}

export const make = (account: string, access: Request.Access, fail: Request.Fail): Telephony.History => {
  const page = CallList.page(access, fail)
  return {
    /** Of up to `LISTED_HISTORY` legs, the newest. */
    between: Effect.fn("Vonage.history.between")(function* (from, to) {
      // Whole seconds are listed, and the end is not part of it.
      const earliest = DateTime.subtract(from, LONGEST_CALL)
      const dates = {
        dateStart: DateTime.formatIso(earliest),
        dateEnd: DateTime.formatIso(DateTime.add(to, { seconds: 1 }))
      }
      const records: Array<Telephony.HistoryRecord> = []
      for (let recordIndex = 0; recordIndex < LISTED_HISTORY; recordIndex += CallList.LISTED_AT_ONCE) {
        const { count, legs } = yield* page(OPERATION, {
          ...dates,
          order: "desc",
          pageSize: CallList.LISTED_AT_ONCE,
          recordIndex
        })
        records.push(...legs.flatMap((leg) => recordsOf(leg, from, to)))
        if (legs.length === 0 || recordIndex + legs.length >= count) break
      }
      return { account, records }
    })
  }
}
