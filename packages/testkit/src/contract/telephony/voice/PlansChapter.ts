/** What callers hear, and what happens to them: every node of a plan, by the plan and by nothing else. */
import type { CallPlan } from "@careline/domain"
import { Effect } from "effect"
import { assert } from "vitest"
import { type Chapter, test } from "../Chapter.ts"
import { ProviderUnderTest } from "../Subject.ts"
import {
  call,
  type Called,
  caller,
  connect,
  gather,
  hangup,
  heardIn,
  joined,
  other,
  say,
  shown,
  spanish,
  violationsIn,
  voice,
  voicemail
} from "./GivenCall.ts"

const LONG = "We are open from eight to five, and on Saturdays until noon. ".repeat(17).slice(0, 1_000).trim()

const texts: ReadonlyArray<readonly [what: string, text: string]> = [
  ["has a meaning in XML and in JSON", `Press <1> & say "hello" or 'hi' \\ {"a": [1]} </Say> &amp;`],
  ["is of other scripts", "您好。 مرحبا Здравствуйте ¿Señora?"],
  ["has emoji", "Thank you 👩🏽‍⚕️ and goodbye 👍🏿"],
  ["is 1,000 characters long", LONG]
]

const oneSpace = (text: string): string => text.replace(/\s+/g, " ").trim()

/** All that was said, in one: a provider may need a long text in parts. */
const saidIn = (called: Called): string =>
  oneSpace(
    heardIn(called)
      .map((heard) => heard.replace(/^say [^:]*: /, ""))
      .join(" ")
  )

const languages = gather(
  "For English press 1. Para español, oprima 2.",
  [
    { digits: "1", leadsTo: voicemail() },
    { digits: "2", leadsTo: voicemail({ say: [say("Deje su mensaje.", spanish)], language: spanish, after: [] }) }
  ],
  voicemail({ say: [say("No key was pressed.")] })
)

const PIN = "402718"
const ask = (question: string, otherwise: CallPlan.CallPlan): CallPlan.CallPlan =>
  gather(question, [{ digits: PIN, leadsTo: connect() }], otherwise, PIN.length)
const threeTries = ask("Your PIN?", ask("Again?", ask("A last time?", hangup(say("Goodbye.")))))

const assertSound = (called: Called): void => assert.deepStrictEqual(violationsIn(called), [])

export const plansChapter: Chapter = {
  chapter: "Calls by plan",
  tests: [
    test(
      "MUST say what the plan says, in its order and its languages, and hang up",
      [],
      function* () {
        const url = "https://files.example.com/hello.mp3?for=a&of=b"
        const called = yield* call(hangup(say("Good evening."), { _tag: "Play", url }, say("Buenas noches.", spanish)))
        const [first, second, third = "", ...more] = heardIn(called)
        assert.deepStrictEqual([first, second, more], ["say en-US: Good evening.", `play ${url}`, []])
        assert.match(third, /^say es-[A-Z]{2}: Buenas noches\.$/)
        assert.strictEqual(called.trace.legs[0]?.ended, "completed")
        assertSound(called)
      },
      ["voice"]
    ),

    ...texts.map(([what, text]) =>
      test(
        `MUST say a text that ${what} as it is`,
        [],
        function* () {
          const called = yield* call(hangup(say(text)))
          assertSound(called)
          assert.strictEqual(saidIn(called), oneSpace(text))
        },
        ["voice"]
      )
    ),

    test(
      "MUST speak in some voice a language that the provider does not know",
      [],
      function* () {
        for (const language of ["en-ZZ", "tlh-AA", "xx-XX"]) {
          const called = yield* call(hangup(say("Hello there.", language as typeof spanish)))
          assertSound(called)
          assert.strictEqual(saidIn(called), "Hello there.", language)
        }
      },
      ["voice"]
    ),

    ...(["busy", "rejected"] as const).map((reason) =>
      test(
        `MUST NOT take a call that is refused as ${reason}`,
        [],
        function* () {
          const called = yield* call({ _tag: "Reject", reason })
          assert.deepStrictEqual(heardIn(called), [])
          assert.strictEqual(called.trace.legs[0]?.ended, "rejected")
          assertSound(called)
        },
        ["voice"]
      )
    ),

    test(
      "MUST record after a tone, and say the closing words once they are done",
      [],
      function* () {
        const called = yield* call(voicemail(), { speaks: 9, says: "Please call back." })
        assert.deepStrictEqual(heardIn(called), ["say en-US: Leave a message.", "tone", "say en-US: Thank you."])
        assert.lengthOf(called.trace.recordings, 1)
        assertSound(called)
      },
      ["voice"]
    ),

    test(
      "MUST record no longer than the plan allows",
      [],
      function* () {
        const called = yield* call(voicemail({ maxSeconds: 30 }), { speaks: 300 })
        const [recording] = joined("voicemail", voicemail(), called.reported).recordings
        assert.strictEqual(recording?.durationSeconds, 30)
        assertSound(called)
      },
      ["voice"]
    ),

    test(
      "MUST take a caller who hangs up at the tone, or at once, for one who left nothing",
      [],
      function* () {
        for (const person of [{}, { hangsUpAtOnce: true }]) {
          const called = yield* call(voicemail(), person)
          assert.isEmpty(called.trace.recordings)
          assert.strictEqual(called.trace.legs[0]?.ended, "completed")
          const known = joined("voicemail", voicemail(), called.reported)
          assert.deepStrictEqual([known.own.status, known.recordings], ["completed", []])
        }
      },
      ["voice"]
    ),

    test(
      "MUST put the caller through, and show the other side the caller ID of the plan and nothing of the caller",
      [],
      function* () {
        const called = yield* call(connect({ say: [say("Connecting your call.")] }))
        assert.deepStrictEqual(heardIn(called), ["say en-US: Connecting your call."])
        const [, far] = called.trace.legs
        assert.deepInclude(far, { number: other as string, callerId: shown as string, ended: "completed" })
        const rendered = called.trace.documents.map(({ body }) => body).join("\n")
        // Not with `include`, which would print what must not be seen.
        assert.isFalse(rendered.includes(caller.slice(1)), "the caller's number stands in a document")
        assertSound(called)
      },
      ["voice"]
    ),

    ...(["busy", "no_answer", "failed"] as const).map((answering) =>
      test(
        `MUST say that nobody was reached when the other side is ${answering}, and only then`,
        [],
        function* () {
          const phones = yield* voice
          phones.whenCalled(other, { answering })
          const called = yield* call(connect())
          assert.deepStrictEqual(heardIn(called), ["say en-US: Nobody answered."])
          assert.strictEqual(called.trace.legs[1]?.ended, answering)
          assertSound(called)
          phones.whenCalled(other, { answering: "answers", talks: 31 })
          assert.deepStrictEqual(heardIn(yield* call(connect())), [])
        },
        ["voice"]
      )
    ),

    test(
      "MUST let the other side ring, and talk, as long as the plan says",
      [],
      function* () {
        const phones = yield* voice
        phones.whenCalled(other, { answering: "no_answer" })
        const seconds: Array<number> = []
        for (const ringSeconds of [10, 30]) {
          const { reported } = yield* call(connect({ ringSeconds }))
          seconds.push(joined("bridge", connect(), reported).own.durationSeconds ?? 0)
        }
        assert.strictEqual(seconds[1]! - seconds[0]!, 20)
        phones.whenCalled(other, { answering: "answers", talks: 4_000 })
        const { reported } = yield* call(connect({ maxSeconds: 600 }))
        assert.strictEqual(joined("bridge", connect(), reported).far?.durationSeconds, 600)
      },
      ["voice"]
    ),

    ...(
      [
        ["1", "say en-US: Leave a message."],
        ["2", "say es-"],
        ["7", "say en-US: No key was pressed."],
        [null, "say en-US: No key was pressed."]
      ] as const
    ).map(([key, heard]) =>
      test(
        `MUST go on by the key that is pressed: ${key ?? "none"}`,
        [],
        function* () {
          const called = yield* call(languages, { keys: [key], speaks: 5 })
          const [question, next = "", tone] = heardIn(called)
          assert.match(question ?? "", /^say en-US: For English/)
          assert.isTrue(next.startsWith(heard), next)
          assert.strictEqual(tone, "tone")
          const [turn] = called.turns
          assert.deepStrictEqual(turn?.turn, { _tag: "Pressed", digits: key })
          assertSound(called)
        },
        ["voice"]
      )
    ),

    test(
      "MUST ask for a PIN as often as the plan does, and go where each try leads",
      [],
      function* () {
        const third = yield* call(threeTries, { keys: ["111111", "40271", PIN] })
        assert.deepStrictEqual(heardIn(third), ["say en-US: Your PIN?", "say en-US: Again?", "say en-US: A last time?"])
        assert.strictEqual(third.trace.legs[1]?.number, other as string)
        const never = yield* call(threeTries, { keys: ["111111", null, "222222"] })
        assert.strictEqual(heardIn(never).at(-1), "say en-US: Goodbye.")
        assert.lengthOf(never.trace.legs, 1)
        for (const called of [third, never]) assertSound(called)
      },
      ["voice"]
    ),

    test(
      "MUST answer the fallback like a call that is not kept",
      [],
      function* () {
        const called = yield* call(voicemail(), { speaks: 8 }, ["hostUnreachable"])
        assert.deepStrictEqual(heardIn(called), ["say en-US: Leave a message.", "tone", "say en-US: Thank you."])
        const recorded = called.reported.filter(({ report }) => report._tag === "Recorded")
        assert.isNotEmpty(recorded)
        for (const { callId, providerCallId } of recorded) {
          assert.deepStrictEqual([callId, providerCallId], [null, called.trace.id])
        }
        assertSound(called)
      },
      ["voice"]
    ),

    test(
      "MUST render the same for the same, and ask nobody for it",
      [],
      function* () {
        const { simulator, telephony } = yield* ProviderUnderTest
        yield* Effect.promise(() => simulator.close())
        for (const node of [languages, threeTries, connect(), voicemail(), hangup()]) {
          const render = () => telephony.webhooks.reply("call", { callId: null, at: "", node })
          assert.deepStrictEqual(render(), render())
          assert.strictEqual(render().status, 200)
        }
      },
      ["voice"]
    )
  ]
}
