/** Texts that leave by themselves: when, what they say then, what holds them, and what becomes of them. */
import { type NotificationId, Notification } from "@careline/domain"
import { Changes, Inbox, Messages, Notifications, TelephonyProviders, Threads } from "@careline/ports"
import * as Memory from "@careline/testkit"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import * as Application from "../src/index.ts"
import { Crash, fragile } from "./support/Crash.ts"
import { addLine, contact, line, noon, north, nurse, receive, sent, settle, stranger } from "./support/lineWorld.ts"

const world = Layer.merge(TelephonyProviders.layer, Application.SettleNotifications.layer).pipe(
  Layer.provideMerge(Memory.layer)
)
const play = <E>(effect: Effect.Effect<void, E, Layer.Success<typeof world>>) => Effect.provide(effect, world)

const utc = (text: string): DateTime.Utc => DateTime.makeUnsafe(text)
const at = (time: string) => utc(`2026-03-02T${time}:00Z`)

const setUp = Effect.gen(function* () {
  yield* TestClock.setTime(noon)
  yield* addLine
  yield* settle({ quietHours: null })
})

const schedule = (more: Partial<Application.MessageRequest> = {}) =>
  Application.scheduleMessage(nurse, { siteGroupingId: north, to: "(303) 555-0123", body: "See you soon", ...more })

const work = Effect.all([Application.releaseNotifications(), Application.dispatchSends(), Application.applyReports()])

const bodies = Effect.map(sent, (all) => all.map(({ body }) => body))

const stateOf = (id: NotificationId) =>
  Effect.map(Application.viewNotification(nurse, id), ({ notification: { reason, state } }) => [state, reason])

const report = (status: "delivered" | "undelivered", index = 0) =>
  Effect.gen(function* () {
    const texts = yield* sent
    yield* (yield* Inbox).accept([
      {
        provider: "memory",
        account: "memory",
        event: {
          _tag: "DeliveryReported",
          providerMessageId: `memory-${index + 1}`,
          attemptId: texts[index]!.attemptId,
          status,
          failureReason: status === "undelivered" ? "other" : null,
          errorCode: null
        }
      }
    ])
    yield* Application.applyReports()
  })

describe("A scheduled message", () => {
  it.effect("leaves once, when its time has come, and follows its text", () =>
    play(
      Effect.gen(function* () {
        yield* setUp
        const { notification } = yield* schedule({ sendAt: at("18:00") })
        yield* TestClock.setTime(DateTime.toEpochMillis(at("17:59")))
        yield* work
        assert.deepStrictEqual(yield* bodies, [])
        assert.deepStrictEqual(yield* stateOf(notification.id), ["scheduled", null])
        yield* TestClock.setTime(DateTime.toEpochMillis(at("18:00")))
        yield* work
        yield* work
        assert.deepStrictEqual(
          (yield* sent).map(({ body, from, to }) => [body, from, to]),
          [["See you soon", line, contact]]
        )
        assert.deepStrictEqual(yield* stateOf(notification.id), ["sent", null])
        yield* report("delivered")
        assert.deepStrictEqual(yield* stateOf(notification.id), ["delivered", null])
        const view = yield* Application.viewNotification(nurse, notification.id)
        const message = yield* (yield* Messages).get([north], view.notification.threadId!, view.notification.messageId!)
        assert.deepInclude(Option.getOrThrow(message), { senderId: nurse.userId, deliveryStatus: "delivered" })
        assert.strictEqual(Option.getOrThrow(message).metaData.notificationId, notification.id)
      })
    )
  )

  it.effect("leaves at once without a time, in the thread that there is, and answers nobody who waits", () =>
    play(
      Effect.gen(function* () {
        yield* setUp
        yield* settle({ quietHours: null, escalationTimerMinutes: 5, escalationPhoneNumbers: [] })
        yield* receive("Is anybody there?")
        yield* schedule()
        yield* work
        assert.deepStrictEqual(yield* bodies, ["See you soon"])
        const query = { scope: [north], view: "all", userId: nurse.userId, limit: 10, cursor: null } as const
        const { items } = yield* (yield* Threads).list(query)
        assert.strictEqual(items.length, 1)
        assert.isNotNull(items[0]!.thread.unansweredSince)
      })
    )
  )

  it.effect("is edited and taken back until it leaves, and not afterwards", () =>
    play(
      Effect.gen(function* () {
        yield* setUp
        const { notification: kept } = yield* schedule({ sendAt: at("18:00") })
        const { notification: gone } = yield* schedule({ sendAt: at("18:00"), body: "Not this" })
        yield* Application.editNotification(nurse, kept.id, { body: "See you at noon", sendAt: at("19:00") })
        yield* Application.withdrawNotification(nurse, gone.id)
        yield* Application.withdrawNotification(nurse, gone.id)
        yield* TestClock.setTime(DateTime.toEpochMillis(at("18:30")))
        yield* work
        assert.deepStrictEqual(yield* bodies, [])
        yield* TestClock.setTime(DateTime.toEpochMillis(at("19:00")))
        yield* work
        assert.deepStrictEqual(yield* bodies, ["See you at noon"])
        assert.deepStrictEqual(yield* stateOf(gone.id), ["withdrawn", "staff"])
        const edited = (id: NotificationId) =>
          Effect.flip(Application.editNotification(nurse, id, { body: "Too late" }))
        assert.strictEqual((yield* edited(kept.id))._tag, "NotificationOver")
        assert.strictEqual((yield* edited(gone.id))._tag, "NotificationOver")
        const withdrawn = yield* Effect.flip(Application.withdrawNotification(nurse, kept.id))
        assert.strictEqual(withdrawn._tag, "NotificationOver")
      })
    )
  )

  it.effect("is one for an idempotency key, also once it left, and refused for another text", () =>
    play(
      Effect.gen(function* () {
        yield* setUp
        const request = { idempotencyKey: "key", sendAt: at("18:00") }
        const { notification: first } = yield* schedule(request)
        yield* TestClock.setTime(DateTime.toEpochMillis(at("19:00")))
        yield* work
        const { notification: second } = yield* schedule(request)
        assert.strictEqual(second.id, first.id)
        yield* work
        assert.strictEqual((yield* bodies).length, 1)
        const other = yield* Effect.flip(schedule({ idempotencyKey: "key", body: "Another" }))
        assert.strictEqual(other._tag, "IdempotencyMismatch")
      })
    )
  )

  it.effect("waits for the end of the night, and is over if that is too late", () =>
    play(
      Effect.gen(function* () {
        yield* setUp
        yield* settle({ quietHours: { start: "21:00", end: "08:00" } })
        // 22:00 in Denver is 5:00 UTC; 8:00 is 15:00 UTC.
        const { notification: patient } = yield* schedule({ sendAt: utc("2026-03-03T05:00:00Z") })
        const { notification: hasty } = yield* schedule({
          sendAt: utc("2026-03-03T05:00:00Z"),
          validUntil: utc("2026-03-03T10:00:00Z"),
          body: "Tonight"
        })
        yield* TestClock.setTime(Date.parse("2026-03-03T05:00:00Z"))
        yield* work
        assert.deepStrictEqual(yield* stateOf(patient.id), ["scheduled", "quiet_hours"])
        assert.deepStrictEqual(yield* stateOf(hasty.id), ["expired", "quiet_hours"])
        yield* TestClock.setTime(Date.parse("2026-03-03T15:00:00Z"))
        yield* work
        assert.deepStrictEqual(yield* bodies, ["See you soon"])
      })
    )
  )

  it.effect("is refused at once to who has opted out, and when it is due if they did since", () =>
    play(
      Effect.gen(function* () {
        yield* setUp
        const { notification } = yield* schedule({ sendAt: at("18:00") })
        yield* receive("STOP")
        const refused = yield* Effect.flip(schedule({ sendAt: at("19:00") }))
        assert.deepInclude(refused, { _tag: "SendRefused", reason: "recipient_opted_out" })
        yield* TestClock.setTime(DateTime.toEpochMillis(at("18:00")))
        yield* work
        assert.deepStrictEqual(yield* stateOf(notification.id), ["refused", "recipient_opted_out"])
        assert.notInclude(yield* bodies, "See you soon")
      })
    )
  )

  it.effect("is another one for the key where it is asked for at another time", () =>
    play(
      Effect.gen(function* () {
        yield* setUp
        yield* schedule({ idempotencyKey: "key", sendAt: at("18:00") })
        const other = yield* Effect.flip(schedule({ idempotencyKey: "key", sendAt: at("19:00") }))
        assert.strictEqual(other._tag, "IdempotencyMismatch")
      })
    )
  )

  it.effect("is the same for the key after staff edited it", () =>
    play(
      Effect.gen(function* () {
        yield* setUp
        const { notification } = yield* schedule({ idempotencyKey: "key", sendAt: at("18:00") })
        yield* Application.editNotification(nurse, notification.id, { body: "Another" })
        const again = yield* schedule({ idempotencyKey: "key", sendAt: at("18:00") })
        assert.deepInclude(again, { words: "Another" })
      })
    )
  )

  it.effect("does not leave after its time, whatever held it once it was released", () =>
    play(
      Effect.gen(function* () {
        yield* setUp
        yield* settle({ quietHours: { start: "21:00", end: "08:00" } })
        // 20:59 in Denver is 3:59 UTC.
        const { notification } = yield* schedule({
          sendAt: utc("2026-03-03T03:59:00Z"),
          validUntil: utc("2026-03-03T05:00:00Z")
        })
        yield* TestClock.setTime(Date.parse("2026-03-03T03:59:59Z"))
        yield* Application.releaseNotifications()
        yield* TestClock.setTime(Date.parse("2026-03-03T04:00:00Z"))
        yield* work
        yield* TestClock.setTime(Date.parse("2026-03-03T15:00:00Z"))
        yield* work
        assert.deepStrictEqual(yield* bodies, [])
        assert.deepStrictEqual(yield* stateOf(notification.id), ["expired", "expired"])
      })
    )
  )

  it.effect("is over a day after its time, where nobody says until when it holds", () =>
    play(
      Effect.gen(function* () {
        yield* TestClock.setTime(noon)
        yield* settle({ quietHours: null })
        const { notification } = yield* schedule({ to: "+13035550123", body: "Please come tomorrow at nine" })
        yield* TestClock.adjust("25 hours")
        yield* work
        yield* addLine
        yield* TestClock.adjust("1 minute")
        yield* work
        assert.deepStrictEqual(yield* bodies, [])
        assert.strictEqual((yield* stateOf(notification.id))[0], "expired")
      })
    )
  )

  it.effect("that failed is not sent again as if somebody had just written it", () =>
    play(
      Effect.gen(function* () {
        yield* setUp
        const { notification } = yield* schedule()
        yield* work
        yield* report("undelivered")
        const { messageId } = (yield* Application.viewNotification(nurse, notification.id)).notification
        const refused = yield* Effect.flip(Application.resendMessage(nurse, messageId!))
        assert.strictEqual(refused._tag, "NotUndecided")
      })
    )
  )

  it.effect("waits for a number to leave from, and does not leave when its time is over", () =>
    play(
      Effect.gen(function* () {
        yield* TestClock.setTime(noon)
        yield* settle({ quietHours: null })
        const { notification: first } = yield* schedule({ to: "+13035550123" })
        const { notification: second } = yield* schedule({
          to: "+13035550123",
          body: "Soon",
          validUntil: DateTime.add(DateTime.makeUnsafe(noon), { seconds: 30 })
        })
        yield* work
        assert.deepStrictEqual(yield* stateOf(first.id), ["scheduled", "no_sender_number"])
        assert.deepStrictEqual(yield* stateOf(second.id), ["expired", "no_sender_number"])
        yield* addLine
        yield* TestClock.adjust("1 minute")
        yield* work
        assert.deepStrictEqual(yield* bodies, ["See you soon"])
      })
    )
  )

  it.effect("is made of what is published when it leaves, and fails rather than say a placeholder", () =>
    play(
      Effect.gen(function* () {
        yield* setUp
        const contents = (sms: string) => [{ language: "en-US", bodies: { sms } }]
        const { template } = yield* Application.createTemplate(nurse, {
          siteGroupingId: north,
          name: "Hello",
          category: "treatment",
          variables: [{ path: "patient.firstName" }],
          contents: contents("Hi {{patient.firstName}}")
        })
        const request = { body: undefined, templateId: template.id, data: { patient: { firstName: "Ana" } } }
        assert.strictEqual((yield* Effect.flip(schedule(request)))._tag, "TemplateNotPublished")
        yield* Application.publishTemplate(nurse, template.id, { version: 1 })
        assert.strictEqual((yield* Effect.flip(schedule({ ...request, data: {} })))._tag, "TemplateDataInvalid")
        const { notification: early, words } = yield* schedule({ ...request, sendAt: at("18:00") })
        assert.strictEqual(words, "Hi Ana")
        const { notification: late } = yield* schedule({ ...request, sendAt: at("20:00") })

        yield* Application.editTemplate(nurse, template.id, { contents: contents("Hello {{patient.firstName}}") })
        yield* Application.publishTemplate(nurse, template.id, { version: 2 })
        yield* TestClock.setTime(DateTime.toEpochMillis(at("18:00")))
        yield* work
        assert.deepStrictEqual(yield* bodies, ["Hello Ana"])
        assert.strictEqual((yield* Application.viewNotification(nurse, early.id)).notification.templateVersion, 2)
        const wordsOfEarly = Effect.map(Application.viewNotification(nurse, early.id), (view) => view.words)

        yield* Application.editTemplate(nurse, template.id, {
          variables: [{ path: "patient.firstName" }, { path: "visit.room" }],
          contents: contents("{{patient.firstName}}, room {{visit.room}}")
        })
        yield* Application.publishTemplate(nurse, template.id, { version: 3 })
        yield* TestClock.setTime(DateTime.toEpochMillis(at("20:00")))
        yield* work
        assert.deepStrictEqual(yield* stateOf(late.id), ["failed", "variable_missing"])
        // What left is shown as it left, whatever the template says by now.
        assert.strictEqual(yield* wordsOfEarly, "Hello Ana")
        yield* Application.archiveTemplate(nurse, template.id)
        assert.strictEqual(yield* wordsOfEarly, "Hello Ana")
        assert.strictEqual((yield* bodies).length, 1)
      })
    )
  )

  it.effect("says why it did not arrive", () =>
    play(
      Effect.gen(function* () {
        yield* setUp
        const { notification } = yield* schedule()
        yield* work
        yield* report("undelivered")
        assert.deepStrictEqual(yield* stateOf(notification.id), ["failed", "other"])
        yield* report("delivered")
        assert.deepStrictEqual(yield* stateOf(notification.id), ["delivered", null])
      })
    )
  )

  it.effect("is nobody else's to see, to change or to take back", () =>
    play(
      Effect.gen(function* () {
        yield* setUp
        const { notification } = yield* schedule({ sendAt: at("18:00") })
        const { id } = notification
        const failures = yield* Effect.all([
          Effect.flip(Application.viewNotification(stranger, id)),
          Effect.flip(Application.editNotification(stranger, id, { body: "x" })),
          Effect.flip(Application.withdrawNotification(stranger, id)),
          Effect.flip(Application.scheduleMessage(stranger, { siteGroupingId: north, to: contact, body: "x" }))
        ])
        for (const failure of failures) assert.strictEqual(failure._tag, "NotFound")
        assert.deepStrictEqual((yield* Application.listNotifications(stranger, {})).items, [])
      })
    )
  )

  it.effect.each([
    [{ sendAt: utc("2026-03-02T16:59:00Z") }, "sendAt"],
    [{ sendAt: utc("2028-03-02T17:00:00Z") }, "sendAt"],
    [{ validUntil: utc("2026-03-02T17:00:00Z") }, "validUntil"],
    [{ sendAt: at("18:00"), validUntil: at("18:00") }, "validUntil"],
    [{ body: undefined }, "body"],
    [{ templateId: "template" }, "templateId"],
    [{ data: {} }, "data"],
    [{ to: "somebody@example.com" }, "to"],
    [{ to: "911" }, "to"],
    [{ to: line }, "to"],
    [{ to: "+498912345678" }, "to"]
  ] as ReadonlyArray<readonly [Partial<Application.MessageRequest>, string]>)("refuses %j by name", ([more, field]) =>
    play(
      Effect.gen(function* () {
        yield* setUp
        const refused = yield* Effect.flip(schedule(more))
        assert.deepInclude(refused, { _tag: "InvalidRequest", field })
        assert.deepStrictEqual((yield* Application.listNotifications(nurse, { total: true })).total, 0)
      })
    )
  )

  it.effect("that cannot be released waits, says so and delays no other", () =>
    play(
      Effect.gen(function* () {
        yield* setUp
        const { notification: poisoned } = yield* schedule({ body: "poison" })
        yield* schedule({ to: "+13035550124", body: "sound" })
        const changes = yield* Changes
        const failing = Changes.of({
          apply: (set) =>
            set.some((change) => change._tag === "MessageAdded" && change.message.content === "poison")
              ? Effect.die(new Error("a defect"))
              : changes.apply(set)
        })
        yield* Application.releaseNotifications().pipe(Effect.provideService(Changes, failing))
        yield* Application.dispatchSends()
        assert.deepStrictEqual(yield* bodies, ["sound"])
        assert.deepStrictEqual(yield* stateOf(poisoned.id), ["scheduled", "fault"])
        yield* TestClock.adjust("1 minute")
        yield* work
        assert.deepStrictEqual(yield* bodies, ["sound", "poison"])
      })
    )
  )

  it.effect("leaves once, wherever the process is gone while it is released", () =>
    Effect.forEach(
      Array.from({ length: 40 }, (_, step) => step + 1),
      (step) =>
        play(
          Effect.gen(function* () {
            yield* setUp
            yield* schedule()
            const crash = new Crash(step)
            const parts = Layer.mergeAll(
              yield* fragile(Notifications, crash),
              yield* fragile(Changes, crash),
              yield* fragile(Threads, crash)
            )
            yield* Effect.exit(Effect.provide(Application.releaseNotifications(), parts))
            yield* TestClock.adjust("2 minutes")
            yield* work
            yield* work
            assert.deepStrictEqual(yield* bodies, ["See you soon"], `gone at step ${step}`)
          })
        ),
      { discard: true }
    )
  )
})

describe("The state of a notification", () => {
  const scheduled = { state: "scheduled" } as Notification.Notification
  it("never falls back, whatever comes in whichever order", () => {
    const now = DateTime.makeUnsafe(noon)
    const hear = (notification: Notification.Notification, status: "accepted" | "delivered" | "failed" | "sending") =>
      Notification.settle(notification, { status, needsDecision: false, reason: null }, now)
    const left = { ...scheduled, state: "delivering" } as const
    for (const order of [
      ["accepted", "delivered", "failed"],
      ["delivered", "accepted", "failed"],
      ["failed", "delivered", "accepted", "sending"]
    ] as const) {
      assert.strictEqual(order.reduce<Notification.Notification>(hear, left).state, "delivered")
    }
  })
})
