/** A contact who may be in danger: somebody is called at once, whatever the hour and the timer, and the contact told what to do, once. */
import type { PhoneNumber, VoipSettings } from "@careline/domain"
import { Messages, Threads, TelephonyProviders } from "@careline/ports"
import * as Memory from "@careline/testkit"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as Application from "../src/index.ts"
import { addLine, contact, line, north, nurse, receive, sent, settle } from "./support/lineWorld.ts"

const onCall = "+12025550187" as PhoneNumber.E164
const world = TelephonyProviders.layer.pipe(Layer.provideMerge(Memory.layer))
const play = <E>(effect: Effect.Effect<void, E, Layer.Success<typeof world>>) => Effect.provide(effect, world)

/** 2:00 at the contact, in Denver. */
const night = Date.UTC(2026, 2, 3, 9)

const setUp = Effect.fnUntraced(function* (change: Partial<VoipSettings.VoipSettings> = {}) {
  yield* TestClock.setTime(night)
  yield* addLine
  yield* settle({
    autoReplyMessage: "We will answer soon.",
    escalationTimerMinutes: 20,
    escalationPhoneNumbers: [onCall],
    quietHours: { start: "21:00", end: "08:00" },
    ...change
  })
})

const work = Effect.all([Application.escalate(), Application.dispatchSends()], { discard: true })

const texts = Effect.map(sent, (all) => all.map(({ body, to }) => [to, body] as const))
const to = (phone: string) =>
  Effect.map(texts, (all) => all.filter(([number]) => number === phone).map(([, body]) => body))

const theThread = Effect.gen(function* () {
  const query = { scope: [north], view: "all", userId: nurse.userId, limit: 10, cursor: null } as const
  return (yield* (yield* Threads).list(query)).items[0]!.thread
})
const history = Effect.flatMap(theThread, (thread) =>
  Effect.flatMap(Messages, (port) =>
    Effect.map(port.list({ siteGroupingId: north, threadId: thread.id, limit: 50, cursor: null }), ({ items }) =>
      items.toReversed()
    )
  )
)

const ANSWER_EN = /call 911 now/
const ANSWER_ES = /llame al 911/

describe("A text that tells of danger", () => {
  it.effect("calls who is on call at once, at night and without waiting for the timer, and answers once", () =>
    play(
      Effect.gen(function* () {
        yield* setUp()
        yield* receive("tengo dolor de pecho")
        yield* work
        const pages = yield* to(onCall)
        assert.lengthOf(pages, 1)
        assert.match(pages[0]!, /^Careline: URGENT/)
        assert.notInclude(pages[0]!, "pecho")
        const answers = yield* to(contact)
        assert.lengthOf(answers, 1)
        assert.match(answers[0]!, ANSWER_ES)
        const [first, ...rest] = yield* history
        assert.deepInclude(first!.metaData, {
          flag: "urgent",
          urgentPhrase: { phrase: "dolor|dolores pecho", version: "2026-12" }
        })
        assert.include(rest.map(({ content }) => content).join(), "This may be an emergency. Notified:")
        yield* TestClock.adjust("20 minutes")
        yield* work
        assert.lengthOf(yield* to(onCall), 1)
      })
    )
  )

  it.effect("does so once in half an hour, and again after that", () =>
    play(
      Effect.gen(function* () {
        yield* setUp()
        yield* receive("I can't breathe")
        yield* work
        yield* TestClock.adjust("10 minutes")
        yield* receive("chest pain now too")
        yield* work
        assert.lengthOf(yield* to(onCall), 1)
        assert.lengthOf(yield* to(contact), 1)
        yield* TestClock.adjust("21 minutes")
        yield* receive("still chest pain")
        yield* work
        assert.strictEqual((yield* to(contact)).filter((body) => ANSWER_EN.test(body)).length, 2)
        assert.strictEqual((yield* to(onCall)).filter((body) => /URGENT/.test(body)).length, 2)
      })
    )
  )

  it.effect("goes before a timer that runs, and takes its place", () =>
    play(
      Effect.gen(function* () {
        yield* setUp()
        yield* receive("hello?")
        yield* TestClock.adjust("5 minutes")
        yield* receive("my chest hurts")
        yield* work
        assert.lengthOf(yield* to(onCall), 1)
        yield* TestClock.adjust("30 minutes")
        yield* work
        assert.lengthOf(yield* to(onCall), 1)
        assert.strictEqual((yield* theThread).escalation.state, "fired")
      })
    )
  )

  it.effect("calls somebody also where the timer is switched off", () =>
    play(
      Effect.gen(function* () {
        yield* setUp({ escalationTimerMinutes: null })
        yield* receive("Overdose please help")
        yield* work
        assert.lengthOf(yield* to(onCall), 1)
      })
    )
  )

  it.effect("is answered in the clinic's own words where it has some, and not in its usual ones", () =>
    play(
      Effect.gen(function* () {
        yield* setUp({ urgentMessage: "Call 911. Our nurse calls you." })
        yield* receive("I can't breathe")
        yield* work
        assert.deepStrictEqual(yield* to(contact), ["Call 911. Our nurse calls you."])
        yield* receive("thank you")
        yield* work
        assert.deepStrictEqual((yield* to(contact)).slice(1), ["We will answer soon."])
      })
    )
  )

  it.effect("is answered to nobody who has opted out, and still calls", () =>
    play(
      Effect.gen(function* () {
        yield* setUp()
        yield* receive("STOP")
        yield* work
        const before = (yield* to(contact)).length
        yield* receive("I can't breathe")
        yield* work
        assert.strictEqual((yield* to(contact)).length, before)
        assert.lengthOf(yield* to(onCall), 1)
      })
    )
  )

  it.effect("is only shown where the line is switched off", () =>
    play(
      Effect.gen(function* () {
        yield* setUp({ voipEnabled: false })
        yield* receive("I can't breathe")
        yield* work
        assert.deepStrictEqual(yield* texts, [])
        assert.strictEqual((yield* history)[0]!.metaData.flag, "urgent")
      })
    )
  )

  it.effect("that is taken back is flagged, and is a text like any other", () =>
    play(
      Effect.gen(function* () {
        yield* setUp()
        yield* receive("no chest pain today")
        yield* work
        // A person looks at it: nothing answers by itself.
        assert.deepStrictEqual(yield* texts, [])
        assert.strictEqual((yield* history)[0]!.metaData.flag, "possible_urgent")
        yield* TestClock.adjust("20 minutes")
        yield* work
        assert.match((yield* to(onCall))[0]!, /has waited 20 min/)
      })
    )
  )

  it.effect("calls although staff write of something else before the call is out", () =>
    play(
      Effect.gen(function* () {
        yield* setUp()
        yield* receive("hello")
        const { id } = yield* theThread
        yield* receive("I have chest pain")
        yield* Application.sendMessage(nurse, { threadId: id, content: "Your bill is paid." })
        yield* work
        assert.lengthOf(yield* to(onCall), 1)
      })
    )
  )

  it.effect("calls again within the half hour once staff answered the one before", () =>
    play(
      Effect.gen(function* () {
        yield* setUp()
        yield* receive("I have chest pain")
        yield* work
        const { id } = yield* theThread
        yield* Application.sendMessage(nurse, { threadId: id, content: "Please call 911." })
        yield* TestClock.adjust("20 minutes")
        yield* receive("My husband is unconscious")
        yield* work
        assert.lengthOf(yield* to(onCall), 2)
      })
    )
  )

  it.effect("asks staff for an answer that ends it, and rings anew for the next one", () =>
    play(
      Effect.gen(function* () {
        yield* setUp()
        yield* receive("I can't breathe")
        yield* work
        const { id } = yield* theThread
        yield* Application.sendMessage(nurse, { threadId: id, content: "An ambulance is on its way." })
        assert.strictEqual((yield* theThread).escalation.state, "idle")
        yield* TestClock.adjust("1 hour")
        yield* receive("I can't breathe again")
        yield* work
        assert.lengthOf(yield* to(onCall), 2)
        assert.strictEqual(
          (yield* sent).every(({ from }) => from === line),
          true
        )
      })
    )
  )
})
