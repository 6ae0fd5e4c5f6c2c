/** What the provider received for us, so that a webhook that is lost loses nothing. */
import { identityOf, type TelephonyEvent } from "@careline/ports"
import { DateTime, Effect } from "effect"
import { assert } from "vitest"
import { type Chapter, test } from "../Chapter.ts"
import { contact, outbound, receive, send } from "../Given.ts"
import { Receiver } from "../Receiver.ts"
import { ProviderUnderTest } from "../Subject.ts"
import { call, connect, hangup, say, voicemail } from "./GivenCall.ts"

/** More than any provider lists at once. */
const MANY = 1_050
const MARGIN_MILLIS = 60_000

const identities = (events: ReadonlyArray<TelephonyEvent>): ReadonlyArray<string> =>
  [...new Set(events.map((event) => JSON.stringify([event._tag, identityOf(event)])))].sort()

/** All of the last minute, and of the next. */
const lately = Effect.gen(function* () {
  const { telephony } = yield* ProviderUnderTest
  const now = yield* DateTime.now
  const from = DateTime.subtract(now, { milliseconds: MARGIN_MILLIS })
  const { account, records } = yield* telephony.history.between(
    from,
    DateTime.add(now, { milliseconds: MARGIN_MILLIS })
  )
  return { account, events: records.map(({ event }) => event) }
})

const isText = (event: TelephonyEvent): boolean => event._tag === "MessageReceived"
const isBegin = (event: TelephonyEvent): boolean => event._tag === "CallReceived"
const isRecorded = (event: TelephonyEvent): boolean => event._tag === "CallReported" && event.report._tag === "Recorded"
const isOwnEnd = (event: TelephonyEvent): boolean =>
  event._tag === "CallReported" &&
  event.report._tag === "Progressed" &&
  event.report.leg === "own" &&
  event.report.durationSeconds !== null

const accounts = Effect.map(Receiver, ({ delivered }) => [
  ...new Set(delivered.flatMap(({ result }) => (result?._tag === "Success" ? [result.success.account] : [])))
])

/** Nothing that is delivered from now on is believed: it is as if it had never come. */
const unheard = Effect.map(ProviderUnderTest, ({ simulator }) => simulator.faults.everySigning("wrongKey"))

export const historyChapter: Chapter = {
  chapter: "History",
  tests: [
    test(
      "MUST list the texts that came, under the account and the identity of their webhooks",
      ["inboundText"],
      function* () {
        const { events } = yield* Receiver
        yield* receive({ body: "First" })
        yield* receive({ body: "Second, with <& emoji> 👍🏿" })
        const listed = yield* lately
        assert.deepStrictEqual([listed.account], yield* accounts)
        assert.deepStrictEqual(identities(listed.events.filter(isText)), identities(events().filter(isText)))
        const contents = (all: ReadonlyArray<TelephonyEvent>) =>
          all
            .flatMap((event) => (event._tag === "MessageReceived" ? [`${event.from} ${event.to} ${event.text}`] : []))
            .sort()
        assert.deepStrictEqual(contents(listed.events), contents(events()))
      },
      ["message history"]
    ),

    test(
      "MUST list the texts that never came, with their pictures, and none of ours",
      ["inboundText"],
      function* () {
        const { simulator } = yield* ProviderUnderTest
        yield* unheard
        const url = simulator.hostMedia({ bytes: new Uint8Array([1, 2, 3]), contentType: "image/png" })
        const { id } = yield* receive({ body: "Lost", media: [{ url, contentType: "image/png" }] })
        yield* send(yield* outbound())
        const texts = (yield* lately).events.filter(isText)
        assert.lengthOf(texts, 1)
        const [text] = texts
        assert.isTrue(
          text?._tag === "MessageReceived" && text.providerMessageId === id && (text.from as string) === contact
        )
        if (text?._tag === "MessageReceived") {
          assert.deepStrictEqual(
            text.attachments.map((attachment) => [attachment.type, attachment.url]),
            [["image", url]]
          )
        }
      },
      ["message history", "media"]
    ),

    test(
      "MUST list what does not fit on one page",
      ["inboundText"],
      function* () {
        const { simulator } = yield* ProviderUnderTest
        const { id } = yield* receive({ body: "One of many" })
        const one = simulator.ledger.find(id)!
        for (let index = 1; index < MANY; index++) {
          const end = index.toString(16).padStart(4, "0")
          if (!id.endsWith(end)) simulator.ledger.addMessage({ ...one, id: id.slice(0, -4) + end })
        }
        assert.isAtLeast(identities((yield* lately).events.filter(isText)).length, MANY - 1)
      },
      ["message history"]
    ),

    test(
      "MUST list only what is of the time",
      ["inboundText"],
      function* () {
        const { telephony } = yield* ProviderUnderTest
        yield* receive({ body: "Now" })
        const now = yield* DateTime.now
        const yesterday = yield* telephony.history.between(
          DateTime.subtract(now, { days: 2 }),
          DateTime.subtract(now, { days: 1 })
        )
        assert.deepStrictEqual(yesterday.records, [])
      },
      ["message history"]
    ),

    test(
      "MUST list the calls that are over, under the identity of their webhooks, with how long they were",
      [],
      function* () {
        const { events } = yield* Receiver
        yield* call(hangup(say("Hello.")))
        yield* call(voicemail(), { speaks: 9 })
        yield* call(connect(), { from: null })
        const listed = yield* lately
        assert.deepStrictEqual([listed.account], yield* accounts)
        for (const which of [isBegin, isOwnEnd]) {
          assert.deepStrictEqual(identities(listed.events.filter(which)), identities(events().filter(which)))
        }
        const begins = (all: ReadonlyArray<TelephonyEvent>) =>
          all.flatMap((event) => (event._tag === "CallReceived" ? [JSON.stringify(event)] : [])).sort()
        assert.deepStrictEqual(
          begins(listed.events).map((text) => JSON.parse(text) as object),
          begins(events()).map((text) => JSON.parse(text) as object)
        )
      },
      ["voice", "call history"]
    ),

    test(
      "MUST list the calls that never came, and none of ours",
      [],
      function* () {
        const { telephony } = yield* ProviderUnderTest
        yield* unheard
        const lost = yield* call(voicemail(), { speaks: 9 })
        const unreached = yield* call(voicemail(), {}, ["hostUnreachable"])
        yield* telephony.calls.place({
          callId: "placed" as Parameters<typeof telephony.calls.place>[0]["callId"],
          from: "+12025550142" as Parameters<typeof telephony.calls.place>[0]["from"],
          to: contact,
          ringSeconds: 20,
          maxSeconds: 60
        })
        const { simulator } = yield* ProviderUnderTest
        yield* Effect.promise(() => simulator.idle())
        const { events } = yield* lately
        assert.sameMembers(
          events.filter(isBegin).map((event) => identityOf(event).id),
          [lost.trace.id, unreached.trace.id]
        )
        assert.isTrue(
          events.every(
            (event) =>
              event._tag !== "CallReported" || [lost.trace.id, unreached.trace.id].includes(event.providerCallId)
          )
        )
      },
      ["voice", "call history"]
    ),

    test(
      "MUST list recordings, whether or not they were told of, so that they can be fetched",
      [],
      function* () {
        const { telephony } = yield* ProviderUnderTest
        const { events } = yield* Receiver
        yield* call(voicemail(), { speaks: 9 })
        const quiet = yield* call(voicemail(), { speaks: 21 }, ["callbacksLost"])
        const listed = (yield* lately).events.filter(isRecorded)
        assert.lengthOf(identities(listed), 2)
        assert.includeMembers([...identities(listed)], [...identities(events().filter(isRecorded))])
        const found = listed.find((event) => identityOf(event).id === quiet.trace.id)
        assert.isTrue(found?._tag === "CallReported" && found.report._tag === "Recorded", "it is of its call")
        if (found?._tag === "CallReported" && found.report._tag === "Recorded") {
          assert.strictEqual(found.report.durationSeconds, 21)
          const { bytes } = yield* telephony.recordings.fetch(found.report.recording, 8 * 1024 * 1024)
          assert.isAbove(bytes.length, 1_000)
        }
      },
      ["voice", "recording history"]
    ),

    test(
      "MUST fail, and list nothing, when the provider does not answer",
      ["serverError"],
      function* () {
        const { simulator } = yield* ProviderUnderTest
        simulator.faults.everyRead("serverError")
        assert.strictEqual((yield* Effect.flip(lately)).reason._tag, "Unavailable")
      },
      ["message history"]
    )
  ]
}
