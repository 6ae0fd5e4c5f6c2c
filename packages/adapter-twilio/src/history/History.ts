/**
 * What Twilio received for us, as the webhooks would have told it. Sources: twilio.com/docs/messaging/api/message-resource,
 * /docs/voice/api/call-resource and /docs/voice/api/recording.
 */
import { Attachment, type CallReport } from "@careline/domain"
import { HistoryParts, type ProviderFailure } from "@careline/adapter-kit"
import { CallStatuses, CallWebhooks } from "@careline/adapter-kit/twiml"
import { type Telephony, type TelephonyEvent } from "@careline/ports"
import { DateTime, Effect } from "effect"
import * as Request from "../client/Request.ts"
import { isRecordingSid } from "../calls/CallSid.ts"
import { dialect } from "../calls/Twiml.ts"
import * as Files from "../media/Files.ts"
import * as Inbound from "../webhooks/Inbound.ts"
import type { Client } from "../client/TwilioClient.ts"
import type { TwilioSettings } from "../client/TwilioOptions.ts"

/**
 * How many texts, calls and recordings of one time are read. Where there are more, the newest are, and the older ones have to
 * be asked for with a time of their own. And how many are read at once.
 */
const LISTED_HISTORY = 5_000
const LISTED_AT_ONCE = 1_000
/** Texts whose pictures are looked up at once. */
const LOOKUPS_AT_ONCE = 4
/** Twilio attaches at most ten. */
const MAX_MEDIA = 10

const page = { limit: LISTED_HISTORY, pageSize: LISTED_AT_ONCE }

/** Whole seconds are listed, and asked for. */
const floor = (at: DateTime.Utc): Date => new Date(Math.floor(DateTime.toEpochMillis(at) / 1000) * 1000)

/** Twilio lists by days, or by seconds: what it lists too much is left out here. */
const within = (from: DateTime.Utc, to: DateTime.Utc) => {
  const earliest = floor(from).getTime()
  const latest = DateTime.toEpochMillis(to)
  return (at: Date | null | undefined): boolean =>
    at !== null && at !== undefined && at.getTime() >= earliest && at.getTime() <= latest
}

/** The form of the webhook that a listed text or call had. */
const formOf = (fields: Readonly<Record<string, string | null | undefined>>): URLSearchParams =>
  new URLSearchParams(Object.entries(fields).map(([name, value]): [string, string] => [name, value ?? ""]))

const nowhere = new URLSearchParams()

/** What has no time was not listed for one. */
const recordOf = (at: Date, event: TelephonyEvent): Telephony.HistoryRecord => ({ at: DateTime.makeUnsafe(at), event })

export const make = (
  options: TwilioSettings,
  client: Effect.Effect<Client, ProviderFailure.Failure>,
  fail: Request.Fail
): Telephony.History => {
  const ask = Request.ask(client, fail)
  const OPERATION = "history.between"

  const attachments = Effect.fnUntraced(function* (messageSid: string) {
    const media = yield* ask(OPERATION, (sdk) => sdk.messages(messageSid).media.list({ limit: MAX_MEDIA }))
    return media
      .map(({ contentType, uri }) => ({
        type: Attachment.typeOf(contentType),
        // As the webhook had it: without the ending that asks for the resource in the place of its content.
        url: Files.urlOf(options, uri.replace(/\.json$/, "")),
        mimeType: contentType
      }))
      .toSorted((one, other) => one.url.localeCompare(other.url))
  })

  const texts = Effect.fnUntraced(function* (from: DateTime.Utc, to: DateTime.Utc) {
    const isThen = within(from, to)
    const listed = yield* ask(OPERATION, (sdk) =>
      sdk.messages.list({ dateSentAfter: floor(from), dateSentBefore: DateTime.toDateUtc(to), ...page })
    )
    const received = listed.filter(({ dateSent, direction }) => direction === "inbound" && isThen(dateSent))
    const events = yield* Effect.forEach(
      received,
      Effect.fnUntraced(function* (text) {
        const event = Inbound.decode(
          formOf({ MessageSid: text.sid, From: text.from, To: text.to, Body: text.body, NumMedia: "0" })
        )
        if (!("_tag" in event) || event._tag !== "MessageReceived") return []
        const media = Number(text.numMedia) > 0 ? yield* attachments(text.sid) : []
        return [recordOf(text.dateSent, { ...event, attachments: media })]
      }),
      { concurrency: LOOKUPS_AT_ONCE }
    )
    return events.flat()
  })

  // By their end: a call that began before is over within.
  const calls = Effect.fnUntraced(function* (from: DateTime.Utc, to: DateTime.Utc) {
    const isThen = within(from, to)
    const listed = yield* ask(OPERATION, (sdk) =>
      sdk.calls.list({ endTimeAfter: floor(from), endTimeBefore: DateTime.toDateUtc(to), ...page })
    )
    return listed
      .filter(({ direction, endTime }) => direction === "inbound" && isThen(endTime))
      .flatMap((call): ReadonlyArray<Telephony.HistoryRecord> => {
        const ended = formOf({ CallSid: call.sid, CallStatus: call.status, CallDuration: call.duration })
        return [
          CallWebhooks.begins(call.sid, call.from, call.to),
          CallWebhooks.decode(dialect, "call-status", ended, nowhere)
        ]
          .flatMap((decoded) => ("events" in decoded ? decoded.events : []))
          .map((event) => recordOf(call.startTime ?? call.endTime, event))
      })
  })

  const recordings = Effect.fnUntraced(function* (from: DateTime.Utc, to: DateTime.Utc) {
    const isThen = within(from, to)
    const listed = yield* ask(OPERATION, (sdk) =>
      sdk.recordings.list({ dateCreatedAfter: floor(from), dateCreatedBefore: DateTime.toDateUtc(to), ...page })
    )
    return listed
      .filter(
        ({ dateCreated, sid, source, status }) =>
          // A trunk's, or a supervisor's, of a call that was put through, is no voicemail.
          source === "RecordVerb" && status === "completed" && isRecordingSid(sid) && isThen(dateCreated)
      )
      .map((recording) => {
        const report: CallReport = {
          _tag: "Recorded",
          recording: recording.sid,
          durationSeconds: CallStatuses.durationOf("completed", recording.duration)
        }
        const event: TelephonyEvent = { _tag: "CallReported", providerCallId: recording.callSid, callId: null, report }
        return recordOf(recording.dateCreated, event)
      })
  })

  return {
    between: Effect.fn("Twilio.history.between")(function* (from, to) {
      const records = yield* HistoryParts.gather([texts(from, to), calls(from, to), recordings(from, to)])
      return { account: options.accountSid, records }
    })
  }
}
