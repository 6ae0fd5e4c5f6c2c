/** Nothing that comes out of the adapter holds a credential, a number or a word of a text. */
import type { CallId, PhoneNumber } from "@careline/domain"
import { DateTime, Effect } from "effect"
import { assert } from "vitest"
import * as Scenario from "../../simulators/core/Scenario.ts"
import { shownAs, watched } from "../Redaction.ts"
import { type Chapter, test } from "./Chapter.ts"
import { outbound } from "./Given.ts"
import { neededBy } from "./Need.ts"
import * as Receiver from "./Receiver.ts"
import { receive } from "./Given.ts"
import { ProviderUnderTest } from "./Subject.ts"
import { bought, justNow } from "./numbers/GivenNumbers.ts"
import { call, shown, voicemail } from "./voice/GivenCall.ts"

const DIGITS = "3035550199"
const WORDS = "Canary"

const assertSilent = (seen: ReadonlyArray<unknown>, secrets: ReadonlyArray<string>): void => {
  for (const one of seen) {
    const shown = shownAs(one)
    // Not with `include`, which would print what must not be seen.
    assert.isFalse(
      secrets.some((secret) => shown.includes(secret)),
      "a secret, a number or a word came out"
    )
  }
}

/** All that could be seen of it. */
const seenOf = <A, E>(effect: Effect.Effect<A, E>) => Effect.map(watched(effect), ({ exit, seen }) => [exit, ...seen])

/** What no one may see. */
const hidden = Effect.map(ProviderUnderTest, ({ line, secrets }) => [...secrets, DIGITS, WORDS, line.slice(1)])

export const redactionChapter: Chapter = {
  chapter: "Redaction",
  tests: [
    ...Scenario.requestFaults.map((scenario) =>
      test(`MUST NOT let out a secret, a number or a word after ${scenario}`, [scenario], function* () {
        const { simulator, telephony } = yield* ProviderUnderTest
        const secrets = yield* hidden
        const to = `+1${DIGITS}` as PhoneNumber.E164
        const message = yield* outbound({ to, body: `${WORDS} text: your results are in` })
        simulator.faults.everySend(scenario)
        simulator.faults.everyRead(scenario)
        const startedAt = yield* DateTime.now
        assertSilent(yield* seenOf(telephony.messages.send(message)), secrets)
        const attempt = { ...message, startedAt, claimedProviderMessageIds: [] }
        assertSilent(yield* seenOf(telephony.messages.find(attempt)), secrets)
        assertSilent(yield* seenOf(telephony.messages.status("another")), secrets)
      })
    ),

    ...Scenario.requestFaults.map((scenario) =>
      test(
        `MUST NOT let out a secret, a number or a URL of a call or a recording after ${scenario}`,
        [scenario],
        function* () {
          const { simulator, telephony } = yield* ProviderUnderTest
          const secrets = [...(yield* hidden), simulator.url]
          const from = shown
          const to = `+1${DIGITS}` as PhoneNumber.E164
          const callId = "call" as CallId
          const { reported, trace } = yield* call(voicemail(), { from: to, speaks: 5, says: WORDS })
          const recording =
            reported.flatMap(({ report }) => (report._tag === "Recorded" ? [report.recording] : []))[0] ?? ""
          simulator.faults.everySend(scenario)
          simulator.faults.everyRead(scenario)
          const placed = telephony.calls.place({ callId, from, to, ringSeconds: 20, maxSeconds: 60 })
          assertSilent(yield* seenOf(placed), [...secrets, from.slice(1)])
          assertSilent(yield* seenOf(telephony.calls.status(trace.id)), secrets)
          assertSilent(yield* seenOf(telephony.recordings.fetch(recording, 1024 * 1024)), secrets)
          assertSilent(yield* seenOf(telephony.recordings.transcript(recording)), secrets)
          assertSilent(yield* seenOf(telephony.recordings.delete(recording)), secrets)
        },
        ["voice"]
      )
    ),

    test(
      "MUST NOT let out a number or a word of what it lists and cannot list",
      ["inboundText", "serverError"],
      function* () {
        const { simulator, telephony } = yield* ProviderUnderTest
        yield* receive({ body: WORDS, from: `+1${DIGITS}` })
        const now = yield* DateTime.now
        const listed = telephony.history.between(DateTime.subtract(now, { minutes: 1 }), now)
        // What it answers with are numbers and words; what is seen of its work is not.
        const { seen } = yield* watched(listed)
        assertSilent(
          seen.filter((one) => !shownAs(one).includes("MessageReceived")),
          yield* hidden
        )
        simulator.faults.everyRead("serverError")
        assertSilent(yield* seenOf(listed), yield* hidden)
      },
      ["message history"]
    ),

    test(
      "MUST NOT let out the URL of a picture that it cannot fetch",
      ["emptyBodyMms", "serverError"],
      function* () {
        const { simulator, telephony } = yield* ProviderUnderTest
        const url = simulator.hostMedia({ bytes: new Uint8Array(10), contentType: "image/png" })
        const secrets = [...(yield* hidden), url, simulator.url]
        simulator.faults.everyRead("serverError")
        assertSilent(yield* seenOf(telephony.media.fetch(url, 1024)), secrets)
        assertSilent(yield* seenOf(telephony.media.delete(url)), secrets)
        assertSilent(yield* seenOf(telephony.media.fetch("https://elsewhere.example.com/Canary", 1024)), secrets)
      },
      ["media"]
    ),

    test(
      "MUST NOT let out a secret or a number of what it buys, looks for and sets up",
      ["serverError", "badGateway", "resets", "garbageBody", "unauthorised"],
      function* () {
        const { simulator, telephony } = yield* ProviderUnderTest
        const { numbers } = telephony
        const order = yield* justNow(yield* bought)
        const secrets = [...(yield* hidden), order.number.slice(1), simulator.url]
        for (const fault of ["serverError", "badGateway", "resets", "garbageBody", "unauthorised"] as const) {
          simulator.faults.everySend(fault)
          simulator.faults.everyRead(fault)
          assertSilent(yield* seenOf(numbers.buy(order)), secrets)
          assertSilent(yield* seenOf(numbers.find(order)), secrets)
          assertSilent(yield* seenOf(numbers.configure(order.number)), secrets)
          assertSilent(yield* seenOf(numbers.release(order.number)), secrets)
          assertSilent(yield* seenOf(numbers.owns(order.number)), secrets)
          assertSilent(yield* seenOf(numbers.list()), secrets)
        }
      },
      ["numbers"]
    ),

    ...(["wrongKey", "tamperedBody"] as const).map((signing) =>
      test(
        `MUST NOT let anything out of a webhook that it refuses for ${signing}`,
        [signing],
        function* () {
          const { simulator } = yield* ProviderUnderTest
          simulator.faults.everySigning(signing)
          const { webhooks } = yield* receive({ body: WORDS, from: `+1${DIGITS}` })
          assertSilent(
            webhooks.map(({ result }) => result),
            yield* hidden
          )
        },
        neededBy(signing)
      )
    ),

    test("MUST NOT let anything out of a webhook that it cannot read", ["unreadableEvent"], function* () {
      const { line, simulator } = yield* ProviderUnderTest
      yield* Effect.promise(() => simulator.deliver("unreadableEvent", line))
      const { delivered } = yield* Receiver.Receiver
      assertSilent(
        delivered.map(({ result }) => result),
        yield* hidden
      )
    }),

    test("MUST NOT show its credentials when it is shown itself", ["accepted"], function* () {
      const { secrets, telephony } = yield* ProviderUnderTest
      assertSilent([telephony], secrets)
    })
  ]
}
