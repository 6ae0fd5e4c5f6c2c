/**
 * What Telnyx received for us, as the webhooks would have told it. Sources: developers.telnyx.com/docs/reporting/detail-records,
 * /api-reference/messages/retrieve-a-message, /texml-rest-commands/fetch-multiple-call-resources and /call-recordings.
 */
import type { CallReport } from "@careline/domain"
import { HistoryParts } from "@careline/adapter-kit"
import { CallStatuses, CallWebhooks } from "@careline/adapter-kit/twiml"
import { type Telephony, type TelephonyEvent } from "@careline/ports"
import { DateTime, Effect } from "effect"
import * as Request from "../client/Request.ts"
import { isCallSid, isRecordingSid } from "../calls/CallSid.ts"
import { dialect } from "../calls/Texml.ts"
import * as Inbound from "../webhooks/Inbound.ts"
import { isMessageId } from "../messages/MessageId.ts"
import type { TelnyxSettings } from "../client/TelnyxOptions.ts"

/** How many texts, calls and recordings of one time are read, each the newest. */
const LISTED_HISTORY = 5_000
/** Detail records come 50 at once; of the others no bound is published. */
const RECORDS_AT_ONCE = 50
const LISTED_AT_ONCE = 100
/** Texts that are looked up at once: their records do not hold the words. */
const LOOKUPS_AT_ONCE = 8

const OPERATION = "history.between"
const DAY_MILLIS = 24 * 60 * 60 * 1000

/** A time of Telnyx's, in either of the forms that it writes. */
const timeOf = (written: unknown): DateTime.Utc | null => {
  const millis = typeof written === "string" ? Date.parse(written) : Number.NaN
  return Number.isNaN(millis) ? null : DateTime.makeUnsafe(millis)
}

interface Span {
  readonly from: DateTime.Utc
  readonly to: DateTime.Utc
}

/** Whole seconds are listed of some. */
const isBefore = ({ from }: Span, at: DateTime.Utc): boolean =>
  DateTime.toEpochMillis(at) < Math.floor(DateTime.toEpochMillis(from) / 1000) * 1000

const isWithin = (span: Span, at: DateTime.Utc): boolean =>
  !isBefore(span, at) && DateTime.toEpochMillis(at) <= DateTime.toEpochMillis(span.to)

/** Those that came then, with when it was. */
const dated = <A>(span: Span, all: ReadonlyArray<A>, timed: (one: A) => unknown) =>
  all.flatMap((one) => {
    const at = timeOf(timed(one))
    return at !== null && isWithin(span, at) ? [{ at, one }] : []
  })

interface TextRecord {
  readonly uuid?: unknown
  readonly created_at?: unknown
}

const texts = Effect.fnUntraced(function* (ask: Request.Requester, span: Span) {
  const now = yield* DateTime.now
  const days = Math.ceil((DateTime.toEpochMillis(now) - DateTime.toEpochMillis(span.from)) / DAY_MILLIS) + 1
  const records = yield* Request.pages<TextRecord>(ask, OPERATION, {
    limit: LISTED_HISTORY,
    size: RECORDS_AT_ONCE,
    beyond: ({ created_at: written }) => {
      const at = timeOf(written)
      return at !== null && isBefore(span, at)
    },
    read: (sdk, query, bounds) =>
      sdk.detailRecords.list(
        {
          filter: {
            record_type: "messaging",
            // A name of its own, because the type knows only some of the ranges.
            ["date_range" as string]: `last_${Math.max(1, days)}_days`,
            direction: "inbound"
          },
          sort: ["-created_at"],
          ...query
        } as Parameters<typeof sdk.detailRecords.list>[0],
        bounds
      ) as Promise<Request.Page<TextRecord>>
  })
  const found = yield* Effect.forEach(
    dated(span, records, ({ created_at: at }) => at),
    Effect.fnUntraced(function* ({ at, one: { uuid } }) {
      if (!isMessageId(uuid)) return []
      const answer = yield* Request.unlessGone(ask.ask(OPERATION, (sdk, bounds) => sdk.messages.retrieve(uuid, bounds)))
      const event = Inbound.decode(answer?.data)
      return "_tag" in event && event._tag === "MessageReceived" ? [{ at, event }] : []
    }),
    { concurrency: LOOKUPS_AT_ONCE }
  )
  return found.flat()
})

const eventsOf = (decoded: ReturnType<typeof CallWebhooks.decode>): ReadonlyArray<TelephonyEvent> =>
  "events" in decoded ? decoded.events : []

const nowhere = new URLSearchParams()

/** By their end: a call that began before is over within. */
const calls = Effect.fnUntraced(function* (ask: Request.Requester, accountSid: string, span: Span) {
  // Telnyx lists by days: what it lists too much is left out below.
  const since = DateTime.formatIsoDateUtc(DateTime.subtract(span.from, { days: 1 }))
  const listed: Array<{ readonly [name in "sid" | "from" | "to" | "status" | "direction"]?: string } & CallTimes> = []
  for (let pageToken: string | null = null, page = 0; ; page++) {
    const query = {
      EndTime_gt: since,
      Page: page,
      PageSize: LISTED_AT_ONCE,
      ...(pageToken === null ? {} : { PageToken: pageToken })
    }
    const answer = yield* ask.ask(OPERATION, (sdk, bounds) =>
      sdk.texml.accounts.calls.retrieveCalls(accountSid, query, bounds)
    )
    listed.push(...(answer?.calls ?? []))
    pageToken = tokenOf(answer?.next_page_uri)
    if (pageToken === null || listed.length >= LISTED_HISTORY || (answer?.calls ?? []).length === 0) break
  }
  return dated(
    span,
    listed.filter(({ direction }) => direction === "inbound"),
    ({ end_time: ended }) => ended
  ).flatMap(({ at: endedAt, one: call }): ReadonlyArray<Telephony.HistoryRecord> => {
    const { duration, from = "", sid, start_time: started, status, to = "" } = call
    if (!isCallSid(sid)) return []
    const ended = new URLSearchParams({ CallSid: sid, CallStatus: status ?? "", CallDuration: duration ?? "" })
    const events = [
      CallWebhooks.begins(sid, from, to),
      CallWebhooks.decode(dialect, "call-status", ended, nowhere)
    ].flatMap(eventsOf)
    const at = timeOf(started) ?? endedAt
    return events.map((event) => ({ at, event }))
  })
})

interface CallTimes {
  readonly start_time?: string
  readonly end_time?: string
  readonly duration?: string
}

/** Pages are asked for by the token of the one before. */
const tokenOf = (nextPage: string | null | undefined): string | null =>
  new URLSearchParams(nextPage?.split("?")[1] ?? "").get("PageToken")

/** With `isOfCalls`, a recording also tells of its call: where calls are not listed, nothing else would. */
const recordings = Effect.fnUntraced(function* (
  ask: Request.Requester,
  connectionId: string,
  span: Span,
  isOfCalls: boolean
) {
  const listed = yield* Request.pages(ask, OPERATION, {
    limit: LISTED_HISTORY,
    size: LISTED_AT_ONCE,
    beyond: () => false,
    read: (sdk, query, bounds) =>
      sdk.recordings.list(
        {
          filter: {
            connection_id: connectionId,
            created_at: { gte: DateTime.formatIso(span.from), lte: DateTime.formatIso(span.to) }
          },
          ...query
        },
        bounds
      )
  })
  return dated(span, listed, ({ created_at: at }) => at).flatMap(
    ({ at, one }): ReadonlyArray<Telephony.HistoryRecord> => {
      const { call_control_id: providerCallId, duration_millis: millis, from = "", id, status, to = "" } = one
      // What no `<Record>` of ours made is no voicemail: it may be of a call that was put through.
      const isOurs = one.initiated_by === undefined || one.initiated_by === "RecordVerb"
      if (!isOurs || !isRecordingSid(id) || !isCallSid(providerCallId) || status !== "completed") return []
      const report: CallReport = {
        _tag: "Recorded",
        recording: id,
        durationSeconds: typeof millis === "number" ? CallStatuses.secondsOf(String(Math.round(millis / 1000))) : null
      }
      const began = timeOf(one.recording_started_at) ?? at
      return [
        ...(isOfCalls ? eventsOf(CallWebhooks.begins(providerCallId, from, to)) : []),
        { _tag: "CallReported", providerCallId, callId: null, report } as const
      ].map((event) => ({ at: began, event }))
    }
  )
})

export const make = (
  { accountSid = null, connectionId, messagingProfileId }: TelnyxSettings,
  ask: Request.Requester
): Telephony.History => ({
  /** Up to `LISTED_HISTORY` of each, the newest. */
  between: Effect.fn("Telnyx.history.between")(function* (from, to) {
    const span = { from, to }
    const records = yield* HistoryParts.gather([
      texts(ask, span),
      ...(connectionId === null || accountSid === null ? [] : [calls(ask, accountSid, span)]),
      ...(connectionId === null ? [] : [recordings(ask, connectionId, span, accountSid === null)])
    ])
    return { account: messagingProfileId, records }
  })
})
