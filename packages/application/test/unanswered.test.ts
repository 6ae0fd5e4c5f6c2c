/** A contact waits until somebody was reached: what asks for a person, and what does not; replies that fail. */
import * as Application from "@careline/application"
import type { Contact, Message, PhoneNumber } from "@careline/domain"
import { Inbox, Messages, SiteGroupings, TelephonyProviders, Threads } from "@careline/ports"
import * as Memory from "@careline/testkit"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as World from "./support/lineWorld.ts"

const onCall = "+12025550187" as PhoneNumber.E164

const world = TelephonyProviders.layer.pipe(Layer.provideMerge(Memory.layer))

const setUp = Effect.gen(function* () {
  yield* TestClock.setTime(World.noon)
  yield* World.addLine
  yield* World.settle({
    autoReplyMessage: "We will answer soon.",
    escalationTimerMinutes: 10,
    escalationPhoneNumbers: [onCall]
  })
})

const play = <E>(effect: Effect.Effect<void, E, Layer.Success<typeof world>>) =>
  Effect.provide(Effect.andThen(setUp, effect), world)

const { north, nurse, receive, sent } = World

const theThread = Effect.gen(function* () {
  const page = yield* (yield* Threads).list({
    scope: "all",
    view: "all",
    userId: nurse.userId,
    limit: 10,
    cursor: null
  })
  return page.items[0]!.thread
})
const history = Effect.gen(function* () {
  const { id: threadId } = yield* theThread
  const page = yield* (yield* Messages).list({ siteGroupingId: north, threadId, limit: 100, cursor: null })
  return page.items.toReversed()
})
const telephony = Memory.MemoryTelephony
const dispatch = Effect.repeat(Application.dispatchSends(), { while: (claimed) => claimed > 0 })
const reply = (content: string) =>
  Effect.flatMap(theThread, ({ id: threadId }) =>
    Application.sendMessage(nurse, { threadId, content, mediaUrls: [], idempotencyKey: null })
  )
const refuses = (reason: "invalid_recipient" | "recipient_opted_out") =>
  Effect.flatMap(telephony, ({ answer }) => answer(() => ({ _tag: "Rejected", reason, code: "21606" })))
const takes = Effect.flatMap(telephony, ({ answer }) =>
  answer((_message, index) => ({ _tag: "Accepted", providerMessageId: `out-${index + 1}`, status: "accepted" }))
)
const reported = Effect.fnUntraced(function* (providerMessageId: string, status: "delivered" | "undelivered") {
  yield* (yield* Inbox).accept([
    {
      provider: "memory",
      account: "memory",
      event: {
        _tag: "DeliveryReported",
        providerMessageId,
        attemptId: null,
        status,
        failureReason: status === "undelivered" ? "not_text_capable" : null,
        errorCode: null
      }
    }
  ])
  yield* Application.applyReports()
})

/** What a text is answered, and whether somebody has to look. */
const isQuiet = Effect.fnUntraced(function* (answers: ReadonlyArray<string>) {
  yield* dispatch
  const thread = yield* theThread
  assert.deepStrictEqual(
    (yield* sent).map(({ body }) => body),
    answers
  )
  assert.strictEqual(thread.escalation.state, "idle")
  assert.isNull(thread.unansweredSince)
})

describe("A reply", () => {
  it.effect("that the provider refuses has the thread in the inbox again, with the reason and its timer", () =>
    play(
      Effect.gen(function* () {
        yield* receive("Can she take it with food?")
        yield* dispatch
        yield* refuses("invalid_recipient")
        const { id } = yield* reply("Yes.")
        assert.isNull((yield* theThread).unansweredSince)
        yield* TestClock.adjust("1 minute")
        yield* dispatch
        const thread = yield* theThread
        assert.deepStrictEqual(thread.replyFailed, { messageId: id, reason: "invalid_recipient" })
        assert.isNotNull(thread.unansweredSince)
        assert.strictEqual(thread.escalation.state, "running")

        yield* takes
        yield* TestClock.adjust("11 minutes")
        yield* Application.escalate()
        yield* dispatch
        const alarm = (yield* sent).at(-1)!
        assert.strictEqual(alarm.to, onCall)
        assert.include(alarm.body, "a reply could not be delivered")
      })
    )
  )

  it.effect("that the carrier gave up after it left does so too", () =>
    play(
      Effect.gen(function* () {
        yield* receive("hello")
        yield* dispatch
        yield* takes
        yield* reply("Yes.")
        yield* dispatch
        const providerMessageId = (yield* history).at(-1)!.metaData.providerMessageId!
        yield* reported(providerMessageId, "undelivered")
        assert.strictEqual((yield* theThread).replyFailed?.reason, "not_text_capable")
        assert.strictEqual((yield* theThread).escalation.state, "running")
        // A handset's receipt outweighs the carrier's doubt.
        yield* reported(providerMessageId, "delivered")
        assert.strictEqual((yield* theThread).escalation.state, "running")
      })
    )
  )

  it.effect("of which nobody knows does so until somebody has it sent again", () =>
    play(
      Effect.gen(function* () {
        yield* receive("hello")
        yield* dispatch
        yield* (yield* telephony).answer(() => ({ _tag: "Unknown", detail: "reset" }))
        const { id } = yield* reply("Yes.")
        yield* dispatch
        for (let look = 0; look < 40; look++) {
          yield* TestClock.adjust("31 seconds")
          yield* Application.reconcileSends()
        }
        assert.strictEqual((yield* theThread).replyFailed?.reason, "outcome_unknown")
        assert.notStrictEqual((yield* theThread).escalation.state, "idle")
        yield* takes
        yield* Application.resendMessage(nurse, id)
        const thread = yield* theThread
        assert.isNull(thread.replyFailed)
        assert.strictEqual(thread.escalation.state, "idle")
      })
    )
  )

  it.effect("that failed is sent again as a new message, once, and stands then", () =>
    play(
      Effect.gen(function* () {
        yield* receive("hello")
        yield* dispatch
        yield* refuses("invalid_recipient")
        const failed = yield* reply("Yes.")
        yield* dispatch
        yield* takes
        const again = yield* Application.resendMessage(nurse, failed.id)
        const twice = yield* Application.resendMessage(nurse, failed.id)
        assert.notStrictEqual(again.id, failed.id)
        assert.strictEqual(twice.id, again.id)
        yield* dispatch
        assert.strictEqual((yield* sent).filter(({ body }) => body === "Yes.").length, 2)
        assert.isNull((yield* theThread).replyFailed)
        assert.strictEqual((yield* theThread).escalation.state, "idle")
      })
    )
  )

  it.effect("to somebody who opted out is not sent again", () =>
    play(
      Effect.gen(function* () {
        yield* receive("hello")
        yield* dispatch
        yield* refuses("recipient_opted_out")
        const failed = yield* reply("Yes.")
        yield* dispatch
        const refused = yield* Effect.flip(Application.resendMessage(nurse, failed.id))
        assert.deepInclude(refused, { _tag: "SendRefused", reason: "recipient_opted_out" })
      })
    )
  )
})

describe("What asks for nobody", () => {
  it.effect.each(["72645", "Amazon"])("is a text from %s, whom no text reaches", (from) =>
    play(
      Effect.gen(function* () {
        yield* receive("Your code is 123456. Please stop texting me.", from)
        yield* isQuiet([])
        assert.isUndefined((yield* history)[0]!.metaData.flag)
      })
    )
  )

  it.effect("is a reaction, which is kept with the message that it is about", () =>
    play(
      Effect.gen(function* () {
        yield* receive("Is the office open?")
        yield* dispatch
        yield* takes
        const answer = yield* reply("Yes, until five.")
        yield* dispatch
        const before = (yield* sent).map(({ body }) => body)
        yield* receive("Loved “Yes, until five.”")
        yield* isQuiet(before)
        const about = (message: Message.Message | undefined) => message?.metaData.reaction
        assert.deepStrictEqual(about((yield* history).at(-1)), { emoji: "❤️", isRemoved: false, messageId: answer.id })
        yield* receive("Removed a heart from “Yes, until five.”")
        yield* isQuiet(before)
        assert.deepStrictEqual(about((yield* history).at(-1)), { emoji: "❤️", isRemoved: true, messageId: answer.id })
        yield* receive("Liked an image")
        yield* isQuiet(before)
        assert.isNull(about((yield* history).at(-1))?.messageId)
      })
    )
  )

  it.effect("is HELP, which is answered with who this is and how to stop, also to somebody who opted out", () =>
    play(
      Effect.gen(function* () {
        const help =
          "Harbor Clinic: call or text (202) 555-0100 to reach us. In an emergency call 911. Reply STOP to opt out."
        const groupings = yield* SiteGroupings
        yield* groupings.save({ id: north, name: "Harbor Clinic", createdAt: yield* DateTime.now, deactivatedAt: null })
        yield* receive("HELP")
        yield* isQuiet([help])
        yield* receive("STOP")
        yield* receive("info")
        yield* dispatch
        assert.strictEqual((yield* sent).at(-1)!.body, help)
      })
    )
  )

  it.effect("is START, which is confirmed", () =>
    play(
      Effect.gen(function* () {
        yield* receive("start")
        yield* isQuiet([
          "Your care team: you will receive texts from this number again. Reply HELP for help, STOP to opt out."
        ])
      })
    )
  )

  it.effect("is STOP; CANCEL, which may mean an appointment, is a task with its alarm", () =>
    play(
      Effect.gen(function* () {
        yield* receive("stop")
        yield* dispatch
        assert.strictEqual((yield* theThread).escalation.state, "idle")
        yield* receive("START")
        yield* receive("Cancel")
        assert.strictEqual((yield* theThread).escalation.state, "running")
      })
    )
  )
})

describe("The note on an alarm", () => {
  it.effect("names who is on call as the directory does, and nobody by their whole number", () =>
    play(
      Effect.gen(function* () {
        yield* (yield* Memory.MemoryDirectory).addCard({
          siteGroupingId: north,
          contact: onCall as string as Contact.Contact,
          name: "Dr. Ortiz",
          timeZone: null
        })
        const another = "+12025550134" as PhoneNumber.E164
        yield* Application.changeLineSettings({ ...nurse, scope: [north] }, north, {
          escalationPhoneNumbers: [onCall, another]
        })
        yield* receive("hello")
        yield* TestClock.adjust("11 minutes")
        yield* Application.escalate()
        const note = (yield* history).at(-1)!.content
        assert.strictEqual(note, "Not answered in time. Notified: Dr. Ortiz, a number ending in 34")
      })
    )
  )
})
