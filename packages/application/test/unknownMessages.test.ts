/** What needs a person: texts of unknown outcome, sent again or let go, and what a late report makes of that. */
import type { Message, MessageId } from "@careline/domain"
import { Inbox, Messages, TelephonyProviders } from "@careline/ports"
import * as Memory from "@careline/testkit"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Exit, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import * as Application from "../src/index.ts"
import { addLine, contact, noon, north, nurse, receive, sent, settle, stranger } from "./support/lineWorld.ts"

const world = TelephonyProviders.layer.pipe(Layer.provideMerge(Memory.layer))

const play = <E>(effect: Effect.Effect<void, E, Layer.Success<typeof world>>) => Effect.provide(effect, world)

type Told = "accepted" | "sent" | "delivered" | "undelivered" | "failed"

/** What the provider tells, in this order, of the attempt with this number, from 1. */
const report = Effect.fnUntraced(function* (attempt: number, ...told: ReadonlyArray<Told>) {
  const { attemptId } = (yield* sent)[attempt - 1]!
  yield* (yield* Inbox).accept(
    told.map((status) => ({
      provider: "memory",
      account: "memory",
      event: {
        _tag: "DeliveryReported",
        providerMessageId: `out-${attempt}`,
        attemptId,
        status,
        failureReason: status === "failed" ? "other" : null,
        errorCode: null
      }
    }))
  )
  yield* Application.applyReports()
})

/** Looks as long as Careline does. */
const lookInVain = Effect.gen(function* () {
  for (let look = 0; look < 30; look++) {
    yield* TestClock.adjust("30 seconds")
    yield* Application.reconcileSends()
  }
})

const nobodyKnows = Effect.flatMap(Memory.MemoryTelephony, ({ answer }) =>
  answer(() => ({ _tag: "Unknown", detail: "reset" }))
)
const everythingGoes = Effect.flatMap(Memory.MemoryTelephony, ({ answer }) =>
  answer((_message, index) => ({ _tag: "Accepted", providerMessageId: `out-${index + 1}`, status: "accepted" }))
)

/** A reply that was handed over, and of which nobody knows yet what became. */
const aLostReply = Effect.gen(function* () {
  yield* TestClock.setTime(noon)
  yield* addLine
  yield* settle({ autoReplyMessage: null })
  yield* receive("hello")
  const { items } = yield* Application.listThreads(nurse, { view: "all", limit: 1, cursor: null })
  yield* nobodyKnows
  const message = yield* Application.sendMessage(nurse, {
    threadId: items[0]!.thread.id,
    content: "Yes.",
    mediaUrls: [],
    idempotencyKey: null
  })
  yield* Application.dispatchSends()
  return message
})

/** A reply that waits for somebody to decide whether it is sent again. */
const anUndecidedReply = Effect.tap(aLostReply, () => Effect.andThen(lookInVain, everythingGoes))

/** The same, and somebody wants it sent again. */
const aResentReply = Effect.tap(anUndecidedReply, ({ id }) => Application.resendMessage(nurse, id))

const stored = ({ externalThreadId, id }: Message.Message) =>
  Effect.map(
    Effect.flatMap(Messages, (messages) => messages.get("all", externalThreadId, id)),
    Option.getOrThrow
  )

const waiting = (actor: Application.Actor, needsDecision?: boolean) =>
  Effect.map(
    Application.listMessagesByStatus(actor, { deliveryStatus: "unknown", needsDecision, limit: 10, cursor: null }),
    ({ items }) => items.map(({ id }) => id)
  )

const deeds = Effect.map(Memory.auditEntries, (entries) =>
  entries.filter(({ action }) => action === "message.resend" || action === "message.dismiss")
)

const published = Effect.flatMap(Memory.MemoryStore, (store) =>
  store.read(({ broadcasts }) => Chunk.toArray(broadcasts))
)

describe("A text of unknown outcome", () => {
  it.effect("is listed for those who may see its thread, until somebody decided", () =>
    play(
      Effect.gen(function* () {
        const { id } = yield* aLostReply
        assert.deepStrictEqual([yield* waiting(nurse), yield* waiting(nurse, true)], [[id], []])
        yield* lookInVain
        assert.deepStrictEqual([yield* waiting(nurse, true), yield* waiting(nurse, false)], [[id], []])
        assert.deepStrictEqual(yield* waiting(stranger), [])
        yield* Application.dismissMessage(nurse, id)
        assert.deepStrictEqual([yield* waiting(nurse, true), yield* waiting(nurse, false)], [[], [id]])
      })
    )
  )

  it.effect("is not decided about while it is looked for", () =>
    play(
      Effect.gen(function* () {
        const { id } = yield* aLostReply
        for (const decide of [Application.resendMessage, Application.dismissMessage]) {
          const refused = yield* Effect.flip(decide(nurse, id))
          assert.deepInclude(refused, { _tag: "NotUndecided", reason: "still_looking" })
        }
        assert.deepStrictEqual(yield* deeds, [])
      })
    )
  )

  it.effect("is nobody else's to decide about, nor is a message that never had to leave", () =>
    play(
      Effect.gen(function* () {
        const { externalThreadId, id } = yield* anUndecidedReply
        const { items } = yield* Application.listMessages(nurse, externalThreadId, { limit: 10, cursor: null })
        const inbound = items.find(({ direction }) => direction === "inbound")!
        for (const decide of [Application.resendMessage, Application.dismissMessage]) {
          for (const attempt of [decide(stranger, id), decide(nurse, inbound.id), decide(nurse, "no" as MessageId)]) {
            assert.deepInclude(yield* Effect.flip(attempt), { _tag: "NotFound", entity: "message" })
          }
        }
        yield* Application.deleteThread(nurse, externalThreadId)
        assert.strictEqual((yield* Effect.flip(Application.resendMessage(nurse, id)))._tag, "NotFound")
        assert.deepStrictEqual(yield* waiting(nurse), [])
        yield* Application.dispatchSends()
        assert.strictEqual((yield* sent).length, 1)
      })
    )
  )
})

describe("Sending it again", () => {
  it.effect("queues the same text, says so, and puts down who wanted it", () =>
    play(
      Effect.gen(function* () {
        const message = yield* anUndecidedReply
        const resent = yield* Application.resendMessage(nurse, message.id)
        assert.containsSubset(resent, { id: message.id, deliveryStatus: "unknown", metaData: { needsDecision: false } })
        const [entry, ...more] = yield* deeds
        assert.deepStrictEqual(more, [])
        assert.containsSubset(entry, {
          siteGroupingId: north,
          actor: "nurse",
          action: "message.resend",
          subject: `message:${message.id}`
        })
        const { event } = (yield* published).at(-1)!
        assert.deepStrictEqual(event, {
          siteGroupingId: north,
          type: "message.updated",
          threadId: message.externalThreadId,
          messageId: message.id
        })

        yield* Application.dispatchSends()
        const [first, second, ...others] = yield* sent
        assert.deepStrictEqual(others, [])
        assert.deepStrictEqual([second?.body, second?.to, second?.from], [first?.body, first?.to, first?.from])
        assert.notStrictEqual(second?.attemptId, first?.attemptId)
        assert.strictEqual((yield* stored(message)).deliveryStatus, "accepted")
      })
    )
  )

  it.effect("is done once when two ask for it at the same time, and refused to the other", () =>
    play(
      Effect.gen(function* () {
        const { id } = yield* anUndecidedReply
        const asked = yield* Effect.all(
          Array.from({ length: 2 }, () => Effect.exit(Application.resendMessage(nurse, id))),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(asked.filter(Exit.isSuccess).length, 1)
        assert.deepInclude(yield* Effect.flip(Application.resendMessage(nurse, id)), { reason: "still_looking" })
        yield* Application.dispatchSends()
        yield* Application.dispatchSends()
        assert.strictEqual((yield* sent).length, 2)
        assert.strictEqual((yield* deeds).length, 1)
        assert.deepInclude(yield* Effect.flip(Application.resendMessage(nurse, id)), { reason: "settled" })
        assert.deepInclude(yield* Effect.flip(Application.dismissMessage(nurse, id)), { reason: "settled" })
      })
    )
  )

  it.effect("passes the send policy when it leaves: who opted out meanwhile is not texted", () =>
    play(
      Effect.gen(function* () {
        const message = yield* aResentReply
        yield* Application.recordConsent(nurse, north, contact, "opted_out")
        yield* Application.dispatchSends()
        assert.strictEqual((yield* sent).length, 1)
        assert.containsSubset(yield* stored(message), {
          deliveryStatus: "failed",
          metaData: { failureReason: "recipient_opted_out", needsDecision: false }
        })
      })
    )
  )

  it.effect("does not happen on a line that was switched off meanwhile", () =>
    play(
      Effect.gen(function* () {
        const message = yield* aResentReply
        yield* settle({ voipEnabled: false })
        yield* Application.dispatchSends()
        assert.strictEqual((yield* sent).length, 1)
        assert.strictEqual((yield* stored(message)).metaData.failureReason, "voip_disabled")
      })
    )
  )

  it.effect("is refused at night once the conversation is over, as a new message would be", () =>
    play(
      Effect.gen(function* () {
        const { id } = yield* anUndecidedReply
        yield* settle({ autoReplyMessage: null, quietHours: { start: "21:00", end: "08:00" } })
        // Two in the morning where the contact is, days later.
        yield* TestClock.setTime(noon + 4 * 24 * 60 * 60 * 1000 + 16 * 60 * 60 * 1000)
        const held = yield* Effect.flip(Application.resendMessage(nurse, id))
        assert.deepInclude(held, { _tag: "SendHeld", reason: "quiet_hours" })
        yield* Application.dispatchSends()
        assert.lengthOf(yield* sent, 1)
        assert.deepStrictEqual(yield* waiting(nurse, true), [id])

        yield* TestClock.adjust("10 hours")
        yield* Application.resendMessage(nurse, id)
        yield* Application.dispatchSends()
        assert.lengthOf(yield* sent, 2)
      })
    )
  )

  it.effect("may be lost as well, and then somebody is asked once more", () =>
    play(
      Effect.gen(function* () {
        const { id } = yield* aResentReply
        yield* nobodyKnows
        yield* Application.dispatchSends()
        assert.deepStrictEqual(yield* waiting(nurse, true), [])
        yield* lookInVain
        assert.deepStrictEqual(yield* waiting(nurse, true), [id])
        yield* Application.resendMessage(nurse, id)
        yield* Application.dispatchSends()
        assert.strictEqual((yield* sent).length, 3)
      })
    )
  )
})

describe("Letting it go", () => {
  it.effect("keeps it from leaving, and is put down once however often it is asked for", () =>
    play(
      Effect.gen(function* () {
        const message = yield* anUndecidedReply
        const gone = yield* Application.dismissMessage(nurse, message.id)
        assert.containsSubset(gone, { deliveryStatus: "unknown", metaData: { needsDecision: false } })
        assert.deepStrictEqual(yield* Application.dismissMessage(nurse, message.id), gone)
        assert.deepStrictEqual(
          (yield* deeds).map(({ action, subject }) => [action, subject]),
          [["message.dismiss", `message:${message.id}`]]
        )
        yield* lookInVain
        yield* Application.dispatchSends()
        assert.strictEqual((yield* sent).length, 1)
      })
    )
  )

  it.effect("can be thought better of, and a report still tells what became of it", () =>
    play(
      Effect.gen(function* () {
        const message = yield* anUndecidedReply
        yield* Application.dismissMessage(nurse, message.id)
        yield* Application.resendMessage(nurse, message.id)
        yield* Application.dispatchSends()
        assert.strictEqual((yield* sent).length, 2)
        yield* report(2, "delivered")
        assert.strictEqual((yield* stored(message)).deliveryStatus, "delivered")
      })
    )
  )
})

describe("A late report of the first attempt", () => {
  it.effect("settles what waits for a decision, which nobody has to make any more", () =>
    play(
      Effect.gen(function* () {
        const message = yield* anUndecidedReply
        yield* report(1, "delivered")
        assert.containsSubset(yield* stored(message), {
          deliveryStatus: "delivered",
          metaData: { providerMessageId: "out-1", needsDecision: false }
        })
        assert.deepInclude(yield* Effect.flip(Application.resendMessage(nurse, message.id)), { reason: "settled" })
      })
    )
  )

  for (const told of [["delivered"], ["sent"], ["accepted", "sent"], ["sent", "delivered"]] as const) {
    it.effect(`that says ${told.join(", then ")} keeps the second one from leaving`, () =>
      play(
        Effect.gen(function* () {
          const message = yield* aResentReply
          yield* report(1, ...told)
          assert.strictEqual(yield* Application.dispatchSends(), 0)
          assert.strictEqual((yield* sent).length, 1)
          assert.containsSubset(yield* stored(message), {
            deliveryStatus: told.at(-1),
            metaData: { providerMessageId: "out-1" }
          })
          assert.deepInclude(yield* Effect.flip(Application.resendMessage(nurse, message.id)), { reason: "settled" })
        })
      )
    )
  }

  for (const told of [["failed"], ["undelivered"], ["undelivered", "sent"]] as const) {
    it.effect(`that says ${told.join(", then ")} is what the second one leaves for`, () =>
      play(
        Effect.gen(function* () {
          const message = yield* aResentReply
          for (const status of told) yield* report(1, status)
          assert.strictEqual((yield* stored(message)).deliveryStatus, "unknown")
          yield* Application.dispatchSends()
          assert.strictEqual((yield* sent).length, 2)
          const { deliveryStatus, metaData } = yield* stored(message)
          assert.deepStrictEqual([deliveryStatus, metaData.providerMessageId], ["accepted", "out-2"])
          assert.notProperty(metaData, "failureReason")
        })
      )
    )
  }

  it.effect("that says failed when the second one has left tells nothing of that one", () =>
    play(
      Effect.gen(function* () {
        const message = yield* aResentReply
        yield* Application.dispatchSends()
        yield* report(1, "failed")
        yield* report(2, "sent")
        const { deliveryStatus, metaData } = yield* stored(message)
        assert.deepStrictEqual([deliveryStatus, metaData.providerMessageId], ["sent", "out-2"])
        assert.notProperty(metaData, "failureReason")
      })
    )
  )

  it.effect("that says undelivered behind the news that it was sent is not kept back", () =>
    play(
      Effect.gen(function* () {
        const message = yield* aResentReply
        yield* report(1, "sent", "undelivered")
        assert.strictEqual((yield* stored(message)).deliveryStatus, "undelivered")
        assert.strictEqual(yield* Application.dispatchSends(), 0)
      })
    )
  )

  it.effect("that says delivered keeps the second one, which was throttled, from leaving once more", () =>
    play(
      Effect.gen(function* () {
        const message = yield* aResentReply
        yield* (yield* Memory.MemoryTelephony).answer(() => ({ _tag: "Throttled", retryAfterMillis: 5_000 }))
        yield* Application.dispatchSends()
        yield* everythingGoes
        yield* report(1, "delivered")
        yield* TestClock.adjust("1 minute")
        assert.strictEqual(yield* Application.dispatchSends(), 0)
        assert.strictEqual((yield* sent).length, 2)
        assert.containsSubset(yield* stored(message), {
          deliveryStatus: "delivered",
          metaData: { providerMessageId: "out-1" }
        })
      })
    )
  )

  it.effect("that says delivered spares everybody the search for the second one", () =>
    play(
      Effect.gen(function* () {
        const message = yield* aResentReply
        yield* nobodyKnows
        yield* Application.dispatchSends()
        yield* report(1, "delivered")
        yield* lookInVain
        assert.containsSubset(yield* stored(message), {
          deliveryStatus: "delivered",
          metaData: { needsDecision: false }
        })
        assert.deepInclude(yield* Effect.flip(Application.resendMessage(nurse, message.id)), { reason: "settled" })
      })
    )
  )
})
