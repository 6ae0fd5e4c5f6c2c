/** The chapter "Inbox: intake" of the repository contract. */
import { Contact } from "@careline/domain"
import { Inbox } from "@careline/ports"
import { assert } from "@effect/vitest"
import { DateTime, Duration, Effect, Fiber, Stream } from "effect"
import { type Chapter, test } from "../shared/Chapter.ts"
import { giveMoment, within } from "../shared/Deadline.ts"
import * as Given from "../shared/Given.ts"
import { freshContact, freshNumber, StoreUnderTest } from "../shared/Harness.ts"
import * as Traffic from "./Traffic.ts"

const aLane = Effect.gen(function* () {
  const { tenants } = yield* StoreUnderTest
  const { number } = yield* Given.aTenantNumber(tenants[0])
  return { from: yield* freshContact, to: number }
})

const parked = Traffic.parked(100)

export const inboxIntakeChapter: Chapter = {
  chapter: "Inbox: intake",
  tests: [
    test("MUST keep an event as it came in", function* () {
      const { tenants } = yield* StoreUnderTest
      const { to } = yield* aLane
      const event = {
        _tag: "MessageReceived" as const,
        providerMessageId: "MM-1",
        from: Contact.Contact.make("PHARMACY"),
        to,
        text: 'Line one\nline two 👩‍⚕️ ’ % \\ "',
        attachments: [{ type: "image" as const, url: "https://careline.test/a?b=1&c=2", mimeType: "image/png" }],
        providerKeyword: "help" as const
      }
      assert.deepStrictEqual(yield* Traffic.accept([{ provider: "memory", account: "main", event }]), ["accepted"])
      const [lane] = yield* Given.peek(Traffic.claimLanes())
      assert.strictEqual(lane?.siteGroupingId, tenants[0])
      assert.strictEqual(lane?.contact, "PHARMACY")
      const [kept] = lane?.events ?? []
      assert.deepStrictEqual(kept?.event, event)
      assert.strictEqual(kept?.provider, "memory")
      assert.strictEqual(kept?.failures, 0)
      assert.isNotEmpty(kept?.id)
      assert.isAtMost(kept!.receivedAt.epochMilliseconds, (yield* Given.storeNow).epochMilliseconds)
    }),

    test("MUST know when an event reached us that waited for the store, and never say later than now", function* () {
      const lane = yield* aLane
      const now = yield* Given.storeNow
      const times = [DateTime.subtract(now, { hours: 1 }), DateTime.add(now, { hours: 1 })]
      yield* Traffic.accept(
        times.map((receivedAt, place) => ({
          provider: "memory",
          account: "main",
          event: {
            _tag: "MessageReceived" as const,
            ...lane,
            providerMessageId: `MM-${place}`,
            text: "Hello",
            attachments: [],
            providerKeyword: null
          },
          receivedAt
        }))
      )
      const [claimed] = yield* Given.peek(Traffic.claimLanes())
      const kept = claimed?.events.map(({ receivedAt }) => receivedAt.epochMilliseconds) ?? []
      assert.strictEqual(kept[0], times[0]!.epochMilliseconds)
      assert.isAtMost(kept[1]!, (yield* Given.storeNow).epochMilliseconds)
    }),

    test("MUST keep a delivery report as it came in", function* () {
      const report = {
        _tag: "DeliveryReported" as const,
        providerMessageId: "SM-1",
        attemptId: yield* Given.freshAttemptId,
        status: "undelivered" as const,
        failureReason: "not_text_capable" as const,
        errorCode: "30006"
      }
      const accepted = yield* Traffic.accept([{ provider: "memory", account: "main", event: report }])
      assert.deepStrictEqual(accepted, ["accepted"])
      const [claimed] = yield* Given.peek(Traffic.claimReports())
      assert.deepStrictEqual(claimed?.event, report)
      assert.strictEqual(claimed?.provider, "memory")
      assert.strictEqual(claimed?.failures, 0)
    }),

    test("MUST accept an event once however often it is delivered", function* () {
      const { from, to } = yield* aLane
      const text = yield* Traffic.aText(from, to, "once")
      assert.deepStrictEqual(yield* Traffic.accept([text]), ["accepted"])
      assert.deepStrictEqual(yield* Traffic.accept([text]), ["duplicate"])
      assert.deepStrictEqual(yield* Traffic.accept([text, text]), ["duplicate", "duplicate"])
      assert.deepStrictEqual(yield* Traffic.waiting, [["once"]])
    }),

    test("MUST tell duplicates within one batch, and answer in its order", function* () {
      const { from, to } = yield* aLane
      const [first, second] = [yield* Traffic.aText(from, to, "first"), yield* Traffic.aText(from, to, "second")]
      const unrouted = yield* Traffic.aText(from, yield* freshNumber)
      assert.deepStrictEqual(yield* Traffic.accept([first, second, first, unrouted, unrouted]), [
        "accepted",
        "accepted",
        "duplicate",
        "unroutable",
        "duplicate"
      ])
      assert.deepStrictEqual(yield* Traffic.waiting, [["first", "second"]])
    }),

    test("MUST still know an event that was settled long ago", function* () {
      const { from, to } = yield* aLane
      const text = yield* Traffic.aText(from, to)
      const report = yield* Traffic.aReport()
      yield* Traffic.accept([text, report])
      yield* Traffic.work(({ events }) => events.map(Traffic.done))
      yield* Given.transact(
        Effect.flatMap(Traffic.claimReports(), (reports) => Traffic.settle(reports.map(Traffic.done)))
      )
      assert.deepStrictEqual(yield* Traffic.accept([text, report]), ["duplicate", "duplicate"])
      assert.deepStrictEqual(yield* Traffic.waiting, [])
      assert.deepStrictEqual(yield* Given.peek(Traffic.claimReports()), [])
    }),

    test("MUST accept an event once when it is delivered many times at once", function* () {
      const { from, to } = yield* aLane
      const text = yield* Traffic.aText(from, to, "once")
      const answers = yield* Effect.forEach(Array.from({ length: 8 }), () => Traffic.accept([text]), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(answers.flat().toSorted(), ["accepted", ...Array.from({ length: 7 }, () => "duplicate")])
      assert.deepStrictEqual(yield* Traffic.waiting, [["once"]])
    }),

    test("MUST accept overlapping batches at once without losing an event", function* () {
      const { from, to } = yield* aLane
      const texts = yield* Effect.forEach(["a", "b", "c", "d"], (text) => Traffic.aText(from, to, text))
      const answers = yield* Effect.forEach(
        [texts, texts.toReversed(), texts, texts.toReversed()],
        (batch) => Traffic.accept(batch),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(answers.flat().filter((answer) => answer === "accepted").length, texts.length)
      const [words] = yield* Traffic.waiting
      assert.deepStrictEqual(words?.toSorted(), ["a", "b", "c", "d"])
    }),

    test("MUST tell events of different providers, accounts, kinds and statuses apart", function* () {
      const { from, to } = yield* aLane
      const text = yield* Traffic.aText(from, to)
      const report = {
        ...text,
        event: {
          _tag: "DeliveryReported" as const,
          providerMessageId: text.event.providerMessageId,
          attemptId: null,
          status: "sent" as const,
          failureReason: null,
          errorCode: null
        }
      }
      const events = [
        text,
        { ...text, provider: "another" },
        { ...text, account: "another" },
        report,
        { ...report, event: { ...report.event, status: "delivered" as const } }
      ]
      assert.deepStrictEqual(
        yield* Traffic.accept(events),
        events.map(() => "accepted" as const)
      )
      assert.deepStrictEqual(
        yield* Traffic.accept(events),
        events.map(() => "duplicate" as const)
      )
    }),

    test("MUST park a text to a number that is in no pool, and show it", function* () {
      const unrouted = yield* Traffic.aText(yield* freshContact, yield* freshNumber)
      assert.deepStrictEqual(yield* Traffic.accept([unrouted]), ["unroutable"])
      assert.deepStrictEqual(yield* Traffic.waiting, [])
      const [event, ...others] = yield* parked
      assert.deepStrictEqual(others, [])
      assert.strictEqual(event?.kind, "MessageReceived")
      assert.strictEqual(event?.provider, "memory")
      assert.isNotEmpty(event?.reason)
    }),

    test("MUST show parked events newest first, as many as are asked for", function* () {
      const { advance } = yield* StoreUnderTest
      const { from, to } = yield* aLane
      for (const reason of ["oldest", "middle", "newest"]) {
        yield* Traffic.textsIn(from, to, [reason])
        yield* Traffic.work(({ events }) => events.map(({ id }) => ({ _tag: "Parked", id, reason })))
        yield* advance(Duration.minutes(1))
      }
      assert.deepStrictEqual(
        (yield* Traffic.parked(2)).map(({ reason }) => reason),
        ["newest", "middle"]
      )
    }),

    test("MUST take an empty batch", function* () {
      assert.deepStrictEqual(yield* Traffic.accept([]), [])
    }),

    test("MUST accept texts to a suspended number of ours", function* () {
      const { tenants } = yield* StoreUnderTest
      const { number } = yield* Given.aTenantNumber(tenants[0], { status: "suspended" })
      const text = yield* Traffic.aText(yield* freshContact, number)
      assert.deepStrictEqual(yield* Traffic.accept([text]), ["accepted"])
    }),

    test("SHOULD wake a listener when an event is accepted", function* () {
      const { from, to } = yield* aLane
      const { wakeups } = yield* Inbox
      const woken = yield* Effect.forkScoped(Stream.runHead(wakeups))
      // A tick before the listener is there may be missed, so there is another event until it is heard.
      const keepTexting = Effect.forever(
        Effect.andThen(Traffic.textsIn(from, to, ["Hello"]), giveMoment(Fiber.await(woken)))
      )
      yield* within(Effect.raceFirst(Fiber.join(woken), keepTexting), "a wakeup of the inbox")
    })
  ]
}
