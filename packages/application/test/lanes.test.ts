/** What is held steps aside, what is urgent leaves first, and nobody starves. */
import {
  type Message,
  type MessageClass,
  type MessageId,
  type PhoneNumber,
  type PhoneNumberId,
  Send,
  type SendId,
  SystemText,
  type Thread
} from "@careline/domain"
import { Changes, IdGenerator, Messages, Outbox, StorageError, StoreConflict } from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Fiber, Option } from "effect"
import { TestClock } from "effect/testing"
import * as Application from "../src/index.ts"
import { dispatchAll, line, makeWorld, north, nurse, setUp, withProviders, write } from "./support/twoProviders.ts"

const onLine = { id: "1" as PhoneNumberId, number: line }

let contacts = 0
/** A thread with somebody in Denver who has just texted in. */
const conversation = Effect.gen(function* () {
  const externalContact = `+1303555${String(7000 + ++contacts)}`
  const { thread } = yield* Application.createThread(nurse, { siteGroupingId: north, externalContact })
  const known: Thread.Thread = { ...thread, lastInboundAt: yield* DateTime.now }
  yield* (yield* Changes).apply([{ _tag: "ThreadSaved", thread: known }])
  return known
})

/** A notice to the contact, as of a number that has changed; its message, to be looked at again. */
const notice = Effect.fnUntraced(function* (thread: Thread.Thread, content: string) {
  const [messageId] = yield* (yield* IdGenerator).next("message", 1)
  const [sendId] = yield* (yield* IdGenerator).next("send", 1)
  const ids = { messageId: messageId as MessageId, sendId: sendId as SendId }
  const text = { kind: "number_changed", messageClass: "notice", content, on: onLine } as const
  const sent = SystemText.send(thread, text, ids, yield* DateTime.now)
  yield* (yield* Changes).apply([...sent.changes, { _tag: "ThreadSaved", thread: sent.thread }])
  return Effect.map(
    Effect.flatMap(Messages, (messages) => messages.get([north], thread.id, ids.messageId)),
    Option.getOrThrow
  )
})

/** A text of the class to somebody new, which no message tells of. */
const text = Effect.fnUntraced(function* (body: string, messageClass: MessageClass.MessageClass) {
  const thread = yield* conversation
  const [id] = yield* (yield* IdGenerator).next("send", 1)
  const fields = {
    id: id as SendId,
    siteGroupingId: north,
    threadId: thread.id,
    messageId: null,
    purpose: "number_changed",
    messageClass,
    from: onLine.number,
    fromNumberId: onLine.id,
    to: thread.externalContact as string as PhoneNumber.E164,
    body,
    mediaUrls: []
  } as const
  yield* (yield* Changes).apply([{ _tag: "SendQueued", send: Send.queue(fields, yield* DateTime.now) }])
})

const bulk = (count: number) =>
  Effect.forEach(Array.from({ length: count }).keys(), (index) => text(`notice ${index}`, "notice"), { discard: true })

const answer = (thread: Thread.Thread, content: string) =>
  Application.sendMessage(nurse, { threadId: thread.id, content, mediaUrls: [], idempotencyKey: null })

const bodiesOf = (world: ReturnType<typeof makeWorld>): ReadonlyArray<string> => world.sent.map(({ body }) => body)

describe("A text that is held", () => {
  it.effect("for quiet hours keeps no reply waiting to the family that texts in, and says until when it waits", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      yield* setUp()
      yield* TestClock.setTime(Date.UTC(2026, 2, 2, 13))
      const thread = yield* conversation
      const look = yield* notice(thread, "Our number has changed.")
      yield* dispatchAll
      assert.deepStrictEqual((yield* look).metaData.delay, {
        reason: "quiet_hours",
        until: "2026-03-02T15:00:00.000Z"
      })
      yield* answer(thread, "She may have the tea.")
      yield* dispatchAll
      assert.deepStrictEqual(bodiesOf(world), ["She may have the tea."])
      yield* TestClock.setTime(Date.UTC(2026, 2, 2, 15))
      yield* dispatchAll
      assert.deepStrictEqual(bodiesOf(world), ["She may have the tea.", "Our number has changed."])
      assert.isNull((yield* look).metaData.delay)
    }).pipe(withProviders(world))
  })

  it.effect("by the provider keeps no later one waiting, and each says that it waits", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      yield* setUp()
      const thread = yield* conversation
      const messages: Array<Message.Message> = []
      world.answers.active = "Throttled"
      for (const word of ["one", "two"]) {
        messages.push(yield* answer(thread, word))
        yield* dispatchAll
      }
      const reasons = yield* Effect.forEach(messages, ({ externalThreadId, id }) =>
        Effect.map(
          Effect.flatMap(Messages, (all) => all.get([north], externalThreadId, id)),
          (message) => Option.getOrThrow(message).metaData.delay?.reason
        )
      )
      assert.deepStrictEqual(reasons, ["provider_throttled", "provider_throttled"])
      world.answers.active = "Accepted"
      yield* answer(thread, "three")
      yield* dispatchAll
      assert.deepStrictEqual(bodiesOf(world).slice(2), ["three"])
    }).pipe(withProviders(world, {}, false))
  })
})

describe("A batch", () => {
  it.effect("has the alarm and the reply first while bulk drains, and a share for each lane", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      yield* setUp()
      yield* bulk(100)
      for (let index = 0; index < 20; index++) yield* text(`reply ${index}`, "conversational")
      for (let index = 0; index < 20; index++) yield* text(`reminder ${index}`, "reminder")
      yield* text("alarm", "on_call")
      yield* Application.dispatchSends()
      const bodies = bodiesOf(world)
      assert.strictEqual(bodies[0], "alarm")
      assert.deepStrictEqual(
        bodies.slice(1).map((body) => body.replace(/ \d+/, "")),
        [...Array.from({ length: 11 }, () => "reply"), "reminder", "reminder", "notice", "notice"]
      )
    }).pipe(withProviders(world))
  })

  it.effect("of a worker for alarms holds nothing else, and one for conversation no reminders", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      yield* setUp()
      for (const messageClass of ["notice", "reminder", "conversational", "on_call"] as const) {
        yield* text(messageClass, messageClass)
      }
      assert.strictEqual(yield* Application.dispatchSends(0), 1)
      assert.strictEqual(yield* Application.dispatchSends(1), 1)
      assert.deepStrictEqual(bodiesOf(world), ["on_call", "conversational"])
      assert.strictEqual(yield* Application.dispatchSends(1), 0)
      assert.strictEqual(yield* Application.dispatchSends(), 2)
    }).pipe(withProviders(world))
  })

  it("cannot be so small that its reserved places are all of it", () => {
    assert.throws(() => Application.Limits.withDefaults({ sendsPerBatch: 6 }), /more than the 6 places/)
    assert.strictEqual(Application.Limits.withDefaults({ sendsPerBatch: 7 }).sendsPerBatch, 7)
  })

  it.effect("that meets another one at the same recipient is claimed anew", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      yield* setUp()
      yield* text("reply", "conversational")
      const outbox = yield* Outbox
      let conflicts = 0
      const meeting = Outbox.of({
        ...outbox,
        begin: (attempts) =>
          ++conflicts > 1
            ? outbox.begin(attempts)
            : Effect.fail(
                new StorageError({
                  operation: "outbox.begin",
                  reason: new StoreConflict({ message: "on its way", constraint: null })
                })
              )
      })
      const dispatched = yield* Effect.forkChild(
        Application.dispatchSends().pipe(Effect.provideService(Outbox, meeting))
      )
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(dispatched), 1)
      assert.deepStrictEqual(bodiesOf(world), ["reply"])
    }).pipe(withProviders(world))
  })
})

describe("A throughput limit", () => {
  const rate = { sendRatePerNumber: { perSecond: 1, burst: 1 } }

  it.effect("makes no alarm wait, and a reply for no turn of bulk", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      yield* setUp()
      yield* bulk(100)
      yield* dispatchAll
      assert.deepStrictEqual(bodiesOf(world), ["notice 0"])
      yield* text("alarm", "on_call")
      yield* text("second alarm", "on_call")
      yield* text("reply", "conversational")
      yield* dispatchAll
      assert.deepStrictEqual(bodiesOf(world).slice(1), ["alarm", "second alarm"])
      // The alarms have borrowed two tokens: a hundred notices wait, and the reply is the next to leave.
      for (let second = 0; second < 3; second++) {
        yield* TestClock.adjust("1 second")
        yield* dispatchAll
      }
      assert.deepStrictEqual(bodiesOf(world).slice(3), ["reply"])
      for (let second = 0; second < 100; second++) {
        yield* TestClock.adjust("1 second")
        yield* dispatchAll
      }
      assert.deepStrictEqual(
        bodiesOf(world).filter((body) => body.startsWith("notice")),
        Array.from({ length: 100 }, (_, index) => `notice ${index}`)
      )
    }).pipe(withProviders(world, rate))
  })

  it.effect("keeps staff from writing for what waits before them, and not for bulk", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      yield* setUp()
      yield* bulk(50)
      const thread = yield* conversation
      for (const word of ["one", "two", "three"]) yield* answer(thread, word)
      assert.deepInclude(yield* Effect.flip(answer(thread, "one too many")), { _tag: "NumberOverused", waiting: 3 })
      yield* dispatchAll
      yield* write("now it goes")
    }).pipe(withProviders(world, { queuedPerNumber: 3 }))
  })
})
