/** The chapter "Changes" of the repository contract. */
import type { MessageId, Thread } from "@careline/domain"
import { type Change, Consent, type InventoryNumber } from "@careline/domain"
import { Changes, Consents, Messages, StorageError, Threads, Timers } from "@careline/ports"
import { assert } from "@effect/vitest"
import { Arbitrary, Cause, DateTime, Effect, Option } from "effect"
import { type Chapter, test } from "./Chapter.ts"
import { idsOf, sameConsents, sameMessage, sameSend, sameSet, sameThread } from "./Compare.ts"
import * as Given from "./Given.ts"
import { freshContact, StoreUnderTest } from "./Harness.ts"
import * as History from "./History.ts"
import * as Sending from "./Sending.ts"

const PROPERTY_RUNS = 40

const apply = (changes: ReadonlyArray<Change>) => Effect.flatMap(Changes, (port) => port.apply(changes))

/** A thread with every field set to something that can get lost. */
const fullThread = Effect.fnUntraced(function* (number: InventoryNumber.TenantNumber) {
  const { people } = yield* StoreUnderTest
  const now = yield* Given.storeNow
  const at = (minutes: number) => DateTime.add(now, { minutes })
  const thread: Thread.Thread = {
    id: yield* Given.freshThreadId,
    siteGroupingId: number.siteGroupingId,
    threadType: "voip",
    externalContact: yield* freshContact,
    contactName: 'Zoë O\'Neill "Pharmacy" 💊',
    phoneNumberId: number.id,
    lastContactedNumberId: number.id,
    patientIds: people.patients,
    facilityId: null,
    assigneeId: people.users[1],
    lastPosition: 7,
    lastInboundPosition: 6,
    lastMessageAt: at(-1),
    lastMessagePreview: "line one\nline two ’ % _ \\",
    lastInboundAt: at(-2),
    autoRepliedAt: at(-3),
    unansweredSince: at(-4),
    urgentAt: at(-5),
    replyFailed: { messageId: "7" as MessageId, reason: "invalid_recipient" },
    escalation: { state: "running", period: 2, dueAt: at(12) },
    createdAt: at(-60),
    updatedAt: at(-1),
    deletedAt: null
  }
  return thread
})

/** The fields of a thread that may be null, whose tenant stays what it was: each of them is emptied. */
type Emptied = {
  readonly [
    Field in Exclude<keyof Thread.Thread, "siteGroupingId"> as null extends Thread.Thread[Field] ? Field : never
  ]: Thread.Thread[Field]
}

const dueTimers = Effect.map(Given.peek(Effect.flatMap(Timers, (timers) => timers.claimDue(100))), ({ timers }) =>
  timers.map(({ period }) => period).toSorted()
)

export const changesChapter: Chapter = {
  chapter: "Changes",
  tests: [
    test("MUST keep a thread as it is given, then as it is given again", function* () {
      const { people, tenants } = yield* StoreUnderTest
      const thread = yield* fullThread(yield* Given.aTenantNumber(tenants[0]))
      yield* Given.apply([{ _tag: "ThreadSaved", thread }])
      sameThread(yield* Given.stored(thread), thread)
      const emptied: Emptied = {
        contactName: null,
        phoneNumberId: null,
        lastContactedNumberId: null,
        facilityId: people.facilities[0],
        assigneeId: null,
        lastInboundAt: null,
        autoRepliedAt: null,
        unansweredSince: null,
        urgentAt: null,
        replyFailed: null,
        deletedAt: thread.updatedAt
      }
      const later: Thread.Thread = {
        ...thread,
        ...emptied,
        patientIds: [],
        escalation: { state: "idle", period: 2, dueAt: null }
      }
      yield* Given.apply([{ _tag: "ThreadSaved", thread: later }])
      sameThread(yield* Given.stored(thread), later)
    }),

    test("MUST let the last of several states of one thread hold", function* () {
      const { tenants } = yield* StoreUnderTest
      const thread = yield* fullThread(yield* Given.aTenantNumber(tenants[0]))
      const other = yield* fullThread(yield* Given.aTenantNumber(tenants[1]))
      const names = ["first", "second", "third"]
      yield* Given.apply(
        names.flatMap((contactName): ReadonlyArray<Change> => [
          { _tag: "ThreadSaved", thread: { ...thread, contactName } },
          { _tag: "ThreadSaved", thread: { ...other, contactName: `other ${contactName}` } }
        ])
      )
      assert.strictEqual((yield* Given.stored(thread))?.contactName, "third")
      assert.strictEqual((yield* Given.stored(other))?.contactName, "other third")
    }),

    test("MUST refuse a second thread of one key, in a way that may be tried again", function* () {
      const { tenants } = yield* StoreUnderTest
      const thread = yield* Given.aThread(tenants[0])
      const twin = { ...thread, id: yield* Given.freshThreadId }
      const failure = yield* Effect.flip(Given.apply([{ _tag: "ThreadSaved", thread: twin }]))
      assert.instanceOf(failure, StorageError)
      assert.isTrue(failure.isRetryable)
      const found = yield* Given.transact(
        Effect.flatMap(Threads, (threads) => threads.loadByKeys([Given.keyOf(thread)]))
      )
      assert.deepStrictEqual(idsOf(found), [thread.id])
    }),

    test("MUST keep messages as they are given", function* () {
      const { people, tenants } = yield* StoreUnderTest
      const number = yield* Given.aTenantNumber(tenants[0])
      const thread = yield* Given.aConversation(number, "Line one\nline two 👩‍⚕️ ’ % _ \\ ''")
      const decision = yield* Given.reply(thread, number, "", yield* Given.storeNow)
      const full = {
        ...decision.message,
        senderId: people.users[0],
        transcript: { text: "It's me. ¿Sí? 👋", confidence: 0.25 },
        attachments: [
          { type: "image" as const, url: "https://careline.test/a.png?x=1&y=2", mimeType: "image/png" },
          { type: "file" as const, url: "https://careline.test/b", mimeType: null }
        ],
        metaData: {
          provider: "memory",
          providerMessageId: "out-1",
          sentFrom: number.number,
          delay: { reason: "rate_limit" as const, until: "2026-03-02T09:30:00.000Z" },
          needsDecision: false,
          flag: "possible_opt_out" as const
        }
      }
      yield* Given.apply([
        { _tag: "MessageAdded", message: full },
        { _tag: "ThreadSaved", thread: decision.thread }
      ])
      const { items } = yield* (yield* Messages).list({
        siteGroupingId: tenants[0],
        threadId: thread.id,
        limit: 10,
        cursor: null
      })
      assert.deepStrictEqual(
        items.map(({ position }) => position),
        [2, 1]
      )
      sameMessage(items[0], full)
      assert.strictEqual(items[1]?.content, "Line one\nline two 👩‍⚕️ ’ % _ \\ ''")
      assert.strictEqual(items[1]?.deliveryStatus, null)
    }),

    test("MUST keep a queued text as it is given", function* () {
      const { tenants } = yield* StoreUnderTest
      const number = yield* Given.aTenantNumber(tenants[0])
      const thread = yield* Given.aThread(tenants[0])
      const decision = yield* Given.reply(thread, number, "Hello", yield* Given.storeNow)
      const changes = decision.changes.map((change): Change =>
        change._tag === "SendQueued"
          ? {
              ...change,
              send: { ...change.send, mediaUrls: ["https://careline.test/a.png", "https://careline.test/b.png"] }
            }
          : change
      )
      yield* Given.apply(changes)
      const sends = yield* Given.peek(Sending.claim(10))
      const queued = changes.find((change) => change._tag === "SendQueued")
      assert.isDefined(queued)
      sameSend(sends[0], queued.send)
    }),

    test("MUST let the last of several consents of one contact hold", function* () {
      const { tenants } = yield* StoreUnderTest
      const contact = yield* freshContact
      const now = yield* Given.storeNow
      const first = Consent.unrecorded(tenants[0], contact)
      const out = Consent.afterKeyword(first, "opt_out", "keyword", now)
      const back = Consent.afterKeyword(out, "opt_in", "provider", DateTime.add(now, { minutes: 1 }))
      yield* Given.apply([first, out, back].map((consent): Change => ({ _tag: "ConsentChanged", consent })))
      const load = Effect.flatMap(Consents, (port) => port.load([{ siteGroupingId: tenants[0], contact }]))
      sameConsents(yield* load, [back])
      yield* Given.apply([{ _tag: "ConsentChanged", consent: out }])
      sameConsents(yield* load, [out])
    }),

    test("MUST start, stop and fire timers by their period, within one set as well", function* () {
      const { tenants } = yield* StoreUnderTest
      const thread = yield* Given.aThread(tenants[0])
      const dueAt = yield* Given.storeNow
      const timer = { siteGroupingId: tenants[0], threadId: thread.id }
      yield* Given.apply([
        { _tag: "TimerStarted", ...timer, period: 1, dueAt },
        { _tag: "TimerStopped", ...timer, period: 1 },
        { _tag: "TimerStarted", ...timer, period: 2, dueAt }
      ])
      assert.deepStrictEqual(yield* dueTimers, [2])
      yield* Given.apply([
        { _tag: "TimerFired", ...timer, period: 2, notified: [] },
        { _tag: "TimerStarted", ...timer, period: 3, dueAt },
        { _tag: "TimerStopped", ...timer, period: 1 }
      ])
      assert.deepStrictEqual(yield* dueTimers, [3])
    }),

    test("MUST apply the kinds of a set in any order, what is in a thread before the thread as well", function* () {
      const { tenants } = yield* StoreUnderTest
      const number = yield* Given.aTenantNumber(tenants[0])
      const contact = yield* freshContact
      const now = yield* Given.storeNow
      const heard = yield* Given.inboundText(Given.unheardOf(tenants[0], contact), contact, number, "Hello", now)
      const { changes, message, thread } = yield* Given.reply(heard.state.thread, number, "Hello to you", now)
      const all = [...heard.changes, ...changes]
      const kinds = [...Map.groupBy(all, ({ _tag }) => _tag).values()].toSorted(
        ([one], [other]) => Number(one?._tag === "ThreadSaved") - Number(other?._tag === "ThreadSaved")
      )
      yield* Given.apply(kinds.flat())
      sameThread(yield* Given.stored(thread), thread)
      const kept = yield* Effect.flatMap(Messages, (messages) => messages.get("all", thread.id, message.id))
      sameMessage(Option.getOrUndefined(kept), message)
      const sends = yield* Given.peek(Sending.claim(10))
      assert.include(
        sends.map(({ messageId }) => messageId),
        message.id
      )
    }),

    test("MUST take an empty set", function* () {
      yield* Given.apply([])
    }),

    test("MUST keep what belongs to different tenants apart in one set", function* () {
      const { tenants } = yield* StoreUnderTest
      const contact = yield* freshContact
      const now = yield* Given.storeNow
      const spaces = [tenants[0], tenants[1], null] as const
      const decisions = yield* Effect.forEach(spaces, (tenant) =>
        Effect.flatMap(Given.aTenantNumber(tenant), (number) =>
          Given.inboundText(Given.unheardOf(tenant, contact), contact, number, "Hello", now)
        )
      )
      yield* Given.apply(decisions.flatMap(({ changes }) => changes))
      for (const { state } of decisions) sameThread(yield* Given.stored(state.thread), state.thread)
    }),

    test("MUST come to the same result when a set is applied at once and decision by decision", function* () {
      const line = yield* History.aLine
      const check = Effect.fnUntraced(function* (history: ReadonlyArray<History.Step>) {
        const decisions = yield* History.decisionsOf(line, history)
        const oneByOne = yield* Given.peek(Effect.andThen(Effect.forEach(decisions, apply), History.observe(line)))
        const atOnce = yield* Given.peek(Effect.andThen(apply(decisions.flat()), History.observe(line)))
        assert.deepStrictEqual(atOnce, oneByOne)
        return true
      })
      const result = yield* Arbitrary.checkEffect(
        History.steps,
        (history) => Effect.catchCause(check(history), (cause) => Effect.fail(Cause.pretty(cause))),
        { runs: PROPERTY_RUNS }
      )
      assert.isUndefined(Arbitrary.formatCheckFailure(result))
    }),

    test("MUST keep all that the rules decide of a long history", function* () {
      const line = yield* History.aLine
      const history = Array.from({ length: 40 }, (_, index): History.Step => {
        const who = ([0, 1, 2] as const)[index % 3]!
        return index % 4 === 3 ? { _tag: "Answered", who } : { _tag: "TextedIn", who, on: 0, text: "Any news?" }
      })
      const decisions = yield* History.decisionsOf(line, history)
      yield* Given.apply(decisions.flat())
      const { messages, sends, threads } = yield* Given.peek(History.observe(line))
      const kindOf = (tag: Change["_tag"]) => decisions.flat().filter(({ _tag }) => _tag === tag).length
      assert.strictEqual(messages.length, kindOf("MessageAdded"))
      assert.strictEqual(sends.length, kindOf("SendQueued"))
      sameSet(
        threads.map(({ externalContact }) => externalContact),
        line.contacts
      )
      for (const { id, lastPosition } of threads) {
        const positions = messages
          .filter(({ externalThreadId }) => externalThreadId === id)
          .map(({ position }) => position)
        assert.deepStrictEqual(
          positions.toSorted((left, right) => left - right),
          Array.from({ length: lastPosition }, (_, index) => index + 1)
        )
      }
    })
  ]
}
