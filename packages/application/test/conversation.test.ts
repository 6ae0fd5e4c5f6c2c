/** The use cases together, on memory and a clock of our own: what a conversation does from the first text on. */
import { type MessageId, type PhoneNumber, type ThreadId, VoipSettings } from "@careline/domain"
import { Inbox, Messages, Settings, TelephonyProviders, Threads } from "@careline/ports"
import * as Memory from "@careline/testkit"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import * as Application from "../src/index.ts"
import { gatherFacts } from "../src/outbound/SendGate.ts"
import {
  addLine,
  addLineAt,
  contact,
  line,
  noon,
  north,
  nurse,
  receive as text,
  stranger
} from "./support/lineWorld.ts"

const onCall = "+12025550187" as PhoneNumber.E164

const settings: VoipSettings.VoipSettings = {
  ...VoipSettings.defaults,
  autoReplyMessage: "We will answer soon.",
  escalationTimerMinutes: 10,
  escalationPhoneNumbers: [onCall]
}

const setUp = Effect.fnUntraced(function* (change: Partial<VoipSettings.VoipSettings> = {}) {
  yield* TestClock.setTime(noon)
  yield* addLine
  yield* (yield* Settings).put(north, { ...settings, ...change })
  yield* (yield* Messages).startReading({ scope: [north], userId: nurse.userId, at: yield* DateTime.now })
})

const report = Effect.fnUntraced(function* (
  providerMessageId: string,
  status: "sent" | "delivered" | "undelivered",
  attempt: string | null = null
) {
  yield* (yield* Inbox).accept([
    {
      provider: "memory",
      account: "memory",
      event: {
        _tag: "DeliveryReported",
        providerMessageId,
        attemptId: attempt as never,
        status,
        failureReason: status === "undelivered" ? "other" : null,
        errorCode: null
      }
    }
  ])
  yield* Application.applyReports()
})

const theThread = Effect.fnUntraced(function* () {
  const page = yield* (yield* Threads).list({
    scope: "all",
    view: "all",
    userId: nurse.userId,
    limit: 10,
    cursor: null
  })
  return page.items[0]!
})
const history = Effect.fnUntraced(function* () {
  const { thread } = yield* theThread()
  const page = yield* (yield* Messages).list({ siteGroupingId: north, threadId: thread.id, limit: 100, cursor: null })
  return page.items.toReversed()
})
const sent = Effect.flatMap(Memory.MemoryTelephony, (telephony) => telephony.sent)
const reply = (content: string, idempotencyKey: string | null = null) =>
  Effect.flatMap(theThread(), ({ thread }) =>
    Application.sendMessage(nurse, { threadId: thread.id, content, mediaUrls: [], idempotencyKey })
  )

const world = TelephonyProviders.layer.pipe(Layer.provideMerge(Memory.layer))

const play = <E>(effect: Effect.Effect<void, E, Layer.Success<typeof world>>) => Effect.provide(effect, world)

describe("A conversation", () => {
  it.effect("is kept, answered once, and locked to the number that was texted", () =>
    play(
      Effect.gen(function* () {
        yield* setUp()
        yield* text("hello")
        yield* text("anybody there?")
        yield* Application.dispatchSends()
        yield* Application.dispatchSends()
        assert.deepStrictEqual(
          (yield* sent).map(({ body, from, to }) => [body, from, to]),
          [["We will answer soon.", line, contact]]
        )
        const { phoneNumber, thread, unreadCount } = yield* theThread()
        assert.strictEqual(phoneNumber, line)
        assert.strictEqual(unreadCount, 2)
        assert.strictEqual(thread.lastMessagePreview, "anybody there?")
      })
    )
  )

  it.effect("ends its alarm with an answer, whose delivery is then told by reports in any order", () =>
    play(
      Effect.gen(function* () {
        yield* setUp({ autoReplyMessage: null })
        yield* text("hello")
        const message = yield* reply("Yes.")
        assert.strictEqual((yield* theThread()).thread.escalation.state, "idle")
        yield* Application.dispatchSends()
        yield* report("memory-1", "delivered")
        yield* report("memory-1", "sent")
        const stored = yield* (yield* Messages).get("all", message.externalThreadId, message.id)
        assert.deepInclude(Option.getOrNull(stored), { deliveryStatus: "delivered" })
        yield* TestClock.adjust("11 minutes")
        yield* Application.escalate()
        assert.strictEqual((yield* sent).length, 1)
      })
    )
  )

  it.effect("escalates once when nobody answers, though somebody read it", () =>
    play(
      Effect.gen(function* () {
        yield* setUp({ autoReplyMessage: null })
        yield* text("I feel dizzy")
        const { thread } = yield* theThread()
        const [message] = yield* history()
        yield* Application.markRead(nurse, thread.id, message!.id)
        assert.strictEqual((yield* theThread()).unreadCount, 0)
        yield* TestClock.adjust("9 minutes")
        assert.strictEqual(yield* Application.escalate(), 0)
        yield* TestClock.adjust("1 minute")
        assert.strictEqual(yield* Application.escalate(), 1)
        assert.strictEqual(yield* Application.escalate(), 0)
        yield* Application.dispatchSends()
        const [alarm, ...more] = yield* sent
        assert.deepStrictEqual(more, [])
        assert.strictEqual(alarm?.to, onCall)
        assert.notInclude(alarm?.body, "dizzy")
        assert.strictEqual((yield* history()).at(-1)?.metaData.messageSubType, "escalation")
      })
    )
  )

  it.effect("says so when the alarm itself could not be delivered", () =>
    play(
      Effect.gen(function* () {
        yield* setUp({ autoReplyMessage: null })
        yield* (yield* Memory.MemoryTelephony).answer(() => ({
          _tag: "Rejected",
          reason: "invalid_recipient",
          code: "21211"
        }))
        yield* text("hello")
        yield* TestClock.adjust("10 minutes")
        yield* Application.escalate()
        yield* Application.dispatchSends()
        assert.include((yield* history()).at(-1)?.content, "did not reach a number ending in 87")
      })
    )
  )

  it.effect("is deleted softly, and reopens with its history when the contact writes again", () =>
    play(
      Effect.gen(function* () {
        yield* setUp()
        yield* text("hello")
        const { thread } = yield* theThread()
        yield* Application.deleteThread(nurse, thread.id)
        const gone = yield* Effect.flip(Application.viewThread(nurse, thread.id))
        assert.strictEqual(gone._tag, "NotFound")
        yield* TestClock.adjust("11 minutes")
        assert.strictEqual(yield* Application.escalate(), 0)
        yield* text("me again")
        const back = yield* theThread()
        assert.strictEqual(back.thread.id, thread.id)
        assert.strictEqual((yield* history()).filter(({ direction }) => direction === "inbound").length, 2)
      })
    )
  )
})

describe("Sending", () => {
  it.effect("makes one message of two requests with one key, and refuses the key for another message", () =>
    play(
      Effect.gen(function* () {
        yield* setUp({ autoReplyMessage: null })
        yield* text("hello")
        const first = yield* reply("Yes.", "key-1")
        const second = yield* reply("Yes.", "key-1")
        assert.strictEqual(second.id, first.id)
        const other = yield* Effect.flip(reply("No.", "key-1"))
        assert.strictEqual(other._tag, "IdempotencyMismatch")
        yield* Application.dispatchSends()
        yield* Application.dispatchSends()
        assert.strictEqual((yield* sent).length, 1)
      })
    )
  )

  it.effect("is refused to who opted out, also when the STOP comes after the message was queued", () =>
    play(
      Effect.gen(function* () {
        yield* setUp({ autoReplyMessage: null })
        yield* text("hello")
        const queued = yield* reply("Yes.")
        yield* text("STOP")
        const refused = yield* Effect.flip(reply("Are you there?"))
        assert.deepInclude(refused, { _tag: "SendRefused", reason: "recipient_opted_out" })
        yield* Application.dispatchSends()
        yield* Application.dispatchSends()
        assert.deepStrictEqual(
          (yield* sent).map(({ body }) => body.slice(0, 21)),
          ["You are opted out and"]
        )
        assert.strictEqual((yield* theThread()).thread.replyFailed?.reason, "recipient_opted_out")
        const stored = (yield* history()).find(({ id }) => id === queued.id)
        assert.strictEqual(stored?.deliveryStatus, "failed")
        assert.strictEqual(stored?.metaData.failureReason, "recipient_opted_out")
        yield* text("START")
        yield* reply("Welcome back.")
        yield* Application.dispatchSends()
        yield* Application.dispatchSends()
        assert.strictEqual((yield* sent).at(-1)?.body, "Welcome back.")
        assert.isNull((yield* theThread()).thread.replyFailed)
      })
    )
  )

  it.effect("is held through the recipient's night unless it is an answer", () =>
    play(
      Effect.gen(function* () {
        yield* setUp({ autoReplyMessage: null, quietHours: { start: "20:00", end: "08:00" } })
        yield* text("hello")
        yield* TestClock.setTime(Date.UTC(2026, 2, 4, 6))
        const held = yield* Effect.flip(reply("How are you?"))
        assert.isTrue(held._tag === "SendHeld" && DateTime.formatIso(held.until) === "2026-03-04T15:00:00.000Z")
        yield* text("I cannot sleep")
        yield* reply("What hurts?")
      })
    )
  )

  it.effect("tries again after a throttled attempt, and never after an unknown one", () =>
    play(
      Effect.gen(function* () {
        yield* setUp({ autoReplyMessage: null })
        yield* (yield* Memory.MemoryTelephony).answer((_message, index) =>
          index === 0 ? { _tag: "Throttled", retryAfterMillis: 5_000 } : { _tag: "Unknown", detail: "reset" }
        )
        yield* text("hello")
        const message = yield* reply("Yes.")
        yield* Application.dispatchSends()
        assert.strictEqual(yield* Application.dispatchSends(), 0)
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual(yield* Application.dispatchSends(), 1)
        for (let look = 0; look < 30; look++) {
          yield* TestClock.adjust("30 seconds")
          yield* Application.dispatchSends()
          yield* Application.reconcileSends()
        }
        assert.strictEqual((yield* sent).length, 2)
        const stored = (yield* history()).find(({ id }) => id === message.id)
        assert.strictEqual(stored?.deliveryStatus, "unknown")
        assert.isTrue(stored?.metaData.needsDecision)
      })
    )
  )

  it.effect("learns of a lost answer from the provider, or from a callback that carries the attempt", () =>
    play(
      Effect.gen(function* () {
        yield* setUp({ autoReplyMessage: null })
        const telephony = yield* Memory.MemoryTelephony
        yield* telephony.answer(() => ({ _tag: "Unknown", detail: "timeout" }))
        yield* telephony.find(() => ({ _tag: "Found", providerMessageId: "found-1", status: "sent" }))
        yield* text("hello")
        yield* reply("One.")
        yield* Application.dispatchSends()
        yield* TestClock.adjust("31 seconds")
        yield* Application.reconcileSends()
        yield* reply("Two.")
        yield* Application.dispatchSends()
        const attempt = (yield* sent).at(-1)!.attemptId
        yield* report("called-back-2", "delivered", attempt)
        const told = (yield* history()).filter(({ direction }) => direction === "outbound")
        assert.deepStrictEqual(
          told.map(({ deliveryStatus, metaData }) => [deliveryStatus, metaData.providerMessageId]),
          [
            ["sent", "found-1"],
            ["delivered", "called-back-2"]
          ]
        )
        assert.strictEqual((yield* sent).length, 2)
      })
    )
  )

  it.effect("opts a contact out here whom the provider says has opted out there", () =>
    play(
      Effect.gen(function* () {
        yield* setUp({ autoReplyMessage: null })
        yield* (yield* Memory.MemoryTelephony).answer(() => ({
          _tag: "Rejected",
          reason: "recipient_opted_out",
          code: "21610"
        }))
        yield* text("hello")
        yield* reply("Yes.")
        yield* Application.dispatchSends()
        assert.isTrue((yield* theThread()).optedOut)
      })
    )
  )
})

describe("Another tenant", () => {
  it.effect("finds nothing of a thread: not to see, to answer, to edit, to read or to delete", () =>
    play(
      Effect.gen(function* () {
        yield* setUp()
        yield* text("hello")
        const { thread } = yield* theThread()
        const [message] = yield* history()
        const attempts: ReadonlyArray<Effect.Effect<unknown, { readonly _tag: string }, Layer.Success<typeof world>>> =
          [
            Application.viewThread(stranger, thread.id),
            Application.sendMessage(stranger, {
              threadId: thread.id,
              content: "hi",
              mediaUrls: [],
              idempotencyKey: null
            }),
            Application.editThread(stranger, thread.id, { contactName: "x" }),
            Application.markRead(stranger, thread.id, message!.id),
            Application.deleteThread(stranger, thread.id),
            Application.listMessages(stranger, thread.id, { limit: 10, cursor: null }),
            Application.viewThread(nurse, "no-such-thread" as ThreadId)
          ]
        for (const attempt of attempts) assert.strictEqual((yield* Effect.flip(attempt))._tag, "NotFound")
        const page = yield* Application.listThreads(stranger, { view: "all", limit: 10, cursor: null })
        assert.deepStrictEqual(page.items, [])
      })
    )
  )
})

describe("Staff", () => {
  it.effect("link a thread to patients or to a facility, assign and rename it", () =>
    play(
      Effect.gen(function* () {
        yield* setUp()
        yield* text("hello")
        const { thread } = yield* theThread()
        const linked = yield* Application.editThread(nurse, thread.id, {
          patientIds: ["p1" as never],
          assigneeId: nurse.userId,
          contactName: "Ana"
        })
        assert.containsSubset(linked.view.thread, { patientIds: ["p1"], assigneeId: nurse.userId, contactName: "Ana" })
        const moved = yield* Application.editThread(nurse, thread.id, { facilityId: "f1" as never })
        assert.strictEqual(moved.cleared, "patients")
        const both = yield* Effect.flip(
          Application.editThread(nurse, thread.id, { patientIds: ["p1" as never], facilityId: "f1" as never })
        )
        assert.strictEqual(both._tag, "LinkConflict")
        const missing = yield* Effect.flip(Application.markRead(nurse, thread.id, "nothing" as MessageId))
        assert.strictEqual(missing._tag, "NotFound")
      })
    )
  )

  it.effect("open a thread with a contact who has not written, once", () =>
    play(
      Effect.gen(function* () {
        yield* setUp()
        const opened = yield* Application.createThread(nurse, {
          siteGroupingId: north,
          externalContact: "(303) 555-0123",
          contactName: "Ana"
        })
        assert.strictEqual(opened.thread.externalContact, contact)
        const again = yield* Effect.flip(
          Application.createThread(nurse, { siteGroupingId: north, externalContact: contact })
        )
        assert.strictEqual(again._tag, "ThreadExists")
        const invalid = yield* Effect.flip(
          Application.createThread(nurse, { siteGroupingId: north, externalContact: "12" })
        )
        assert.strictEqual(invalid._tag, "InvalidRequest")
        const message = yield* reply("Hello, this is the clinic.")
        yield* Application.dispatchSends()
        assert.strictEqual((yield* sent)[0]?.from, line)
        assert.strictEqual((yield* theThread()).phoneNumber, line)
        assert.strictEqual(message.senderId, nurse.userId)
      })
    )
  )

  it.effect("read a contact as it was pasted, and refuse an extension in words", () =>
    play(
      Effect.gen(function* () {
        yield* setUp()
        const open = (externalContact: string) =>
          Application.createThread(nurse, { siteGroupingId: north, externalContact })
        assert.strictEqual((yield* open("tel:861-555-0123\t")).thread.externalContact, "+18615550123")
        assert.include((yield* Effect.flip(open("303-555-0123 ext. 7"))).message, "without an extension")
      })
    )
  )

  it.effect("read a contact in the country of the tenant's line", () =>
    play(
      Effect.gen(function* () {
        yield* addLineAt("+442071838750" as PhoneNumber.E164)
        const request = { siteGroupingId: north, externalContact: "020 7946 0000" }
        const { thread } = yield* Application.createThread(nurse, request)
        assert.strictEqual(thread.externalContact, "+442079460000")
        const consent = yield* Application.contactConsent(nurse, north, request.externalContact)
        assert.strictEqual(consent.contact, "+442079460000")
      })
    )
  )

  it.effect("is one with a phone that is spelled in several ways: STOP by either binds both", () =>
    play(
      Effect.gen(function* () {
        yield* setUp({ autoReplyMessage: null })
        const [plain, mobile] = ["+541123456781", "+5491123456781"]
        yield* text("hello", mobile)
        yield* text("anybody there?", plain)
        const { thread } = yield* theThread()
        assert.deepStrictEqual([thread.externalContact as string, thread.lastInboundPosition], [plain, 2])
        yield* reply("Yes.")
        yield* text("from my other phone", mobile)
        yield* reply("Hello.")
        yield* Application.dispatchSends()
        assert.deepStrictEqual(
          (yield* sent).map(({ body, to }) => [body, to]),
          [
            ["Yes.", plain],
            ["Hello.", mobile]
          ]
        )
        const known = yield* Effect.flip(
          Application.createThread(nurse, { siteGroupingId: north, externalContact: "+54 11 2345-6781" })
        )
        assert.strictEqual(known._tag, "ThreadExists")
        yield* text("hello again", mobile)
        const queued = yield* reply("On its way.")
        yield* text("STOP", plain)
        yield* text("bye", mobile)
        assert.isTrue((yield* theThread()).optedOut)
        const refused = yield* Effect.flip(reply("One more thing."))
        assert.deepInclude(refused, { _tag: "SendRefused", reason: "recipient_opted_out" })
        yield* Application.dispatchSends()
        assert.notInclude(
          (yield* sent).map(({ body }) => body),
          queued.content
        )
      })
    )
  )

  it.effect(
    "is not begun with ourselves, an emergency number, a short code, a premium number, or abroad unless meant",
    () =>
      play(
        Effect.gen(function* () {
          yield* setUp()
          const open = (externalContact: string) =>
            Application.createThread(nurse, { siteGroupingId: north, externalContact })
          const refused = (externalContact: string) =>
            Effect.map(Effect.flip(open(externalContact)), ({ message }) => message)
          assert.include(yield* refused("(202) 555-0100"), "one of our own numbers")
          for (const short of ["911", "72975"])
            assert.include(yield* refused(short), "short code or an emergency number")
          for (const premium of ["+19002345678", "+13039761234"]) assert.include(yield* refused(premium), "premium")
          assert.include(yield* refused("+52 55 1234 5678"), "contactCountries")
          yield* (yield* Settings).put(north, { ...settings, contactCountries: ["MX"] })
          assert.strictEqual((yield* open("+52 55 1234 5678")).thread.externalContact, "+525512345678")
          assert.include(yield* refused("+44 20 7946 0000"), "contactCountries")
          // Who wrote first is answered wherever they are.
          yield* text("hello", "+442079460000")
          assert.strictEqual((yield* Effect.flip(open("+44 20 7946 0000")))._tag, "ThreadExists")
        })
      )
  )

  it.effect("counts the texts of a day by contact, however their phone is spelled", () =>
    play(
      Effect.gen(function* () {
        yield* setUp({ autoReplyMessage: null, dailyLimitPerContact: 1, quietHours: null, contactCountries: ["MX"] })
        yield* text("hello", "+5215512345678")
        yield* TestClock.adjust("25 hours")
        yield* reply("One.")
        yield* text("hello again", "+525512345678")
        const recipient = { siteGroupingId: north, contact: (yield* theThread()).thread.externalContact }
        const [facts] = yield* gatherFacts([recipient], yield* DateTime.now)
        assert.deepInclude(facts, { recipient: recipient.contact, sentInLastDay: 1 })
      })
    )
  )
})
