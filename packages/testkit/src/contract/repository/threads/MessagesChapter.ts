/** The chapter "Messages" of the repository contract. */
import { type Attachment, DeliveryStatus, type Message, type Thread } from "@careline/domain"
import {
  InvalidCursor,
  type MessageRevision,
  Messages,
  type MessageUpdate,
  type TenantScope,
  Threads
} from "@careline/ports"
import { assert } from "@effect/vitest"
import { Effect, Option } from "effect"
import { byStaff, type Chapter, test } from "../shared/Chapter.ts"
import { sameMessage, sameMessages } from "../shared/Compare.ts"
import * as Given from "../shared/Given.ts"
import { StoreUnderTest } from "../shared/Harness.ts"
import * as Paging from "../shared/Paging.ts"

const list = Effect.fnUntraced(function* (thread: Thread.Thread, limit = 50, cursor: string | null = null) {
  const { id: threadId, siteGroupingId } = thread
  return yield* (yield* Messages).list({ siteGroupingId, threadId, limit, cursor })
})

const get = (message: Message.Message, scope: TenantScope = "all") =>
  Effect.flatMap(Messages, (messages) => messages.get(scope, message.externalThreadId, message.id))

const update = (updates: ReadonlyArray<MessageUpdate>) =>
  Given.transact(Effect.flatMap(Messages, (messages) => messages.update(updates)))

const heard = (
  { id, siteGroupingId }: Message.Message,
  status: DeliveryStatus.DeliveryStatus,
  metaData: Message.MessageMetadata = {}
): MessageUpdate => ({ siteGroupingId, messageId: id, status, metaData })

const revise = (revisions: ReadonlyArray<MessageRevision>) =>
  Given.transact(Effect.flatMap(Messages, (messages) => messages.revise(revisions)))

const picture: Attachment.Attachment = { type: "image", url: "blob:kept/1", mimeType: "image/png" }
const recording: Attachment.Attachment = { type: "audio", url: "blob:kept/2", mimeType: "audio/mpeg", duration: 9 }

const revised = ({ id, siteGroupingId }: Message.Message, fields: Partial<MessageRevision> = {}): MessageRevision => ({
  siteGroupingId,
  messageId: id,
  content: `She called. ¿Sí? 👋 "<&'`,
  transcript: { text: `It's me. ¿Sí? 👋 "<&'`, confidence: 0.25 },
  attachments: [picture, recording],
  metaData: {},
  ...fields
})

/** Every order of the items. */
const permutations = <A>(items: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  items.length < 2
    ? [items]
    : items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]))

export const messagesChapter: Chapter = {
  chapter: "Messages",
  tests: byStaff([
    test("MUST list the messages of one thread, newest first", function* () {
      const one = yield* Given.anAnsweredThread
      yield* Given.anAnsweredThread
      const { items, nextCursor } = yield* list(one.thread)
      assert.deepStrictEqual(
        items.map(({ position }) => position),
        [2, 1]
      )
      sameMessage(items[0], one.message)
      assert.strictEqual(nextCursor, null)
    }),

    test("MUST list nothing of a thread under another tenant", function* () {
      const { tenants } = yield* StoreUnderTest
      const { thread } = yield* Given.anAnsweredThread
      assert.deepStrictEqual((yield* list({ ...thread, siteGroupingId: tenants[1] })).items, [])
      assert.deepStrictEqual((yield* list({ ...thread, siteGroupingId: null })).items, [])
    }),

    test("MUST show each message exactly once over all pages", function* () {
      const { number, thread } = yield* Given.anAnsweredThread
      let latest = thread
      for (let count = 0; count < 9; count++) latest = (yield* Given.aReply(latest, number)).thread
      for (const limit of [1, 3, 11, 12]) {
        const pages = yield* Paging.walk((cursor) => list(thread, limit, cursor))
        for (const { items } of pages) assert.isAtMost(items.length, limit)
        const positions = pages.flatMap(({ items }) => items.map(({ position }) => position))
        assert.deepStrictEqual(
          positions,
          Array.from({ length: 11 }, (_, index) => 11 - index)
        )
      }
    }),

    test("SHOULD neither repeat nor miss a message when a new one comes between two pages", function* () {
      const { number, thread } = yield* Given.anAnsweredThread
      const first = yield* list(thread, 1)
      yield* Given.aReply(thread, number)
      const { items } = yield* list(thread, 10, first.nextCursor)
      assert.deepStrictEqual(
        items.map(({ position }) => position),
        [1]
      )
    }),

    test("MUST refuse a cursor that no list of messages gave", function* () {
      const { people, tenants } = yield* StoreUnderTest
      const { thread } = yield* Given.anAnsweredThread
      yield* Given.anAnsweredThread
      const threads = yield* (yield* Threads).list({
        scope: [tenants[0]],
        view: "all",
        userId: people.users[0],
        limit: 1,
        cursor: null
      })
      assert.isString(threads.nextCursor)
      for (const cursor of ["", "garbage", "e30", "eyJhdCI6Im5ldmVyIn0", threads.nextCursor]) {
        const failure = yield* Effect.flip(list(thread, 10, cursor))
        assert.instanceOf(failure, InvalidCursor, `the cursor ${JSON.stringify(cursor)}`)
      }
    }),

    test("MUST get a message by its thread, within the scope", function* () {
      const { tenants } = yield* StoreUnderTest
      const { message } = yield* Given.anAnsweredThread
      const other = yield* Given.anAnsweredThread
      sameMessage(Option.getOrUndefined(yield* get(message)), message)
      sameMessage(Option.getOrUndefined(yield* get(message, [tenants[0], null])), message)
      assert.isTrue(Option.isNone(yield* get(message, [tenants[1], null])))
      assert.isTrue(Option.isNone(yield* get({ ...message, externalThreadId: other.thread.id })))
    }),

    test("MUST come to the same status whatever the order in which it is heard", function* () {
      const statuses = ["sending", "accepted", "sent", "delivered"] as const
      for (const order of permutations(statuses)) {
        const { message } = yield* Given.anAnsweredThread
        for (const status of order) yield* update([heard(message, status)])
        assert.strictEqual(Option.getOrThrow(yield* get(message)).deliveryStatus, "delivered", order.join(", "))
      }
    }),

    test("MUST join all pairs of statuses by the lattice", function* () {
      const { number, thread } = yield* Given.anAnsweredThread
      const all = DeliveryStatus.DeliveryStatus.literals
      const pairs = all.flatMap((first) => all.map((second) => [first, second] as const))
      let latest = thread
      for (const [first, second] of pairs) {
        const replied = yield* Given.aReply(latest, number)
        latest = replied.thread
        yield* update([heard(replied.message, first)])
        yield* update([heard(replied.message, second)])
        const found = Option.getOrThrow(yield* get(replied.message))
        assert.strictEqual(found.deliveryStatus, DeliveryStatus.apply(first, second), `${first}, then ${second}`)
      }
    }),

    test("MUST join several updates of one message within one set", function* () {
      const { message } = yield* Given.anAnsweredThread
      const changed = yield* update([
        heard(message, "delivered", { provider: "memory" }),
        heard(message, "sent", { providerMessageId: "out-1" })
      ])
      const expected: Message.Message = {
        ...message,
        deliveryStatus: "delivered",
        metaData: { ...message.metaData, provider: "memory", providerMessageId: "out-1" }
      }
      sameMessages(changed, [expected])
      sameMessage(Option.getOrUndefined(yield* get(message)), expected)
    }),

    test("MUST merge metadata into what is known", function* () {
      const { message } = yield* Given.anAnsweredThread
      yield* update([heard(message, "accepted", { provider: "memory", providerMessageId: "out-1" })])
      yield* update([heard(message, "failed", { failureReason: "invalid_recipient", providerErrorCode: "30005" })])
      yield* update([heard(message, "failed", { failureReason: "not_text_capable" })])
      assert.deepStrictEqual<unknown>(Option.getOrThrow(yield* get(message)).metaData, {
        ...message.metaData,
        provider: "memory",
        providerMessageId: "out-1",
        failureReason: "not_text_capable",
        providerErrorCode: "30005"
      })
    }),

    test("MUST say why a message waits, then that it went on, each once", function* () {
      const { message } = yield* Given.anAnsweredThread
      const delay = { reason: "provider_throttled", until: "2026-03-02T09:30:00.000Z" } as const
      for (const metaData of [{ delay }, { delay: { ...delay, until: "2026-03-02T09:31:00.000Z" } }, { delay: null }]) {
        const known = { ...message.metaData, ...metaData }
        const expected: Message.Message = { ...message, deliveryStatus: "queued", metaData: known }
        sameMessages(yield* update([heard(message, "queued", metaData)]), [expected])
        sameMessage(Option.getOrUndefined(yield* get(message)), expected)
        assert.deepStrictEqual(yield* update([heard(message, "queued", metaData)]), [])
      }
    }),

    test("MUST return only the messages that changed, as they are now", function* () {
      const first = yield* Given.anAnsweredThread
      const second = yield* Given.anAnsweredThread
      yield* update([heard(first.message, "delivered", { provider: "memory" })])
      const changed = yield* update([
        heard(first.message, "sent", { provider: "memory" }),
        heard(second.message, "sent")
      ])
      sameMessages(changed, [{ ...second.message, deliveryStatus: "sent" }])
      assert.deepStrictEqual(yield* update([heard(second.message, "sent")]), [])
      assert.deepStrictEqual(yield* update([]), [])
    }),

    test("MUST return a message whose metadata alone changed", function* () {
      const { message } = yield* Given.anAnsweredThread
      yield* update([heard(message, "delivered")])
      const changed = yield* update([heard(message, "sent", { providerMessageId: "out-1" })])
      sameMessages(changed, [
        { ...message, deliveryStatus: "delivered", metaData: { ...message.metaData, providerMessageId: "out-1" } }
      ])
    }),

    test("MUST leave another tenant's message alone, and pass over one that does not exist", function* () {
      const { tenants } = yield* StoreUnderTest
      const { message } = yield* Given.anAnsweredThread
      const unknown = { ...message, id: yield* Given.freshMessageId }
      const changed = yield* update([
        heard({ ...message, siteGroupingId: tenants[1] }, "delivered"),
        heard({ ...message, siteGroupingId: null }, "delivered"),
        heard(unknown, "delivered")
      ])
      assert.deepStrictEqual(changed, [])
      sameMessage(Option.getOrUndefined(yield* get(message)), message)
    }),

    test("MUST give a revised message its words, transcript and attachments, and change nothing else of it", function* () {
      const { message } = yield* Given.anAnsweredThread
      yield* update([heard(message, "delivered")])
      const revision = revised(message)
      yield* revise([revision])
      const { attachments, content, transcript } = revision
      const expected: Message.Message = { ...message, deliveryStatus: "delivered", content, transcript, attachments }
      sameMessage(Option.getOrUndefined(yield* get(message)), expected)
    }),

    test("MUST put a revision's attachments in the place of those that there were", function* () {
      const { message } = yield* Given.anAnsweredThread
      for (const attachments of [[picture, recording], [{ ...picture, url: null }], [recording, picture], []]) {
        yield* revise([revised(message, { attachments })])
        assert.deepStrictEqual(Option.getOrThrow(yield* get(message)).attachments, attachments)
      }
    }),

    test("MUST merge a revision's metadata into what is known", function* () {
      const { message } = yield* Given.anAnsweredThread
      yield* update([heard(message, "accepted", { provider: "memory", messageSubType: "incoming_call" })])
      yield* revise([revised(message, { metaData: { messageSubType: "voicemail", providerMessageId: "call-1" } })])
      yield* revise([revised(message)])
      assert.deepStrictEqual<unknown>(Option.getOrThrow(yield* get(message)).metaData, {
        ...message.metaData,
        provider: "memory",
        messageSubType: "voicemail",
        providerMessageId: "call-1"
      })
    }),

    test("MUST revise several messages at once, each as it is given, and no other", function* () {
      const [first, second, third] = [
        yield* Given.anAnsweredThread,
        yield* Given.anAnsweredThread,
        yield* Given.anAnsweredThread
      ]
      const transcript = { text: "the second one", confidence: null }
      const inSecond = { content: "the second", transcript, attachments: [recording] }
      yield* revise([
        revised(first.message, { content: "the first", transcript: null, attachments: [] }),
        revised(second.message, inSecond)
      ])
      yield* revise([])
      sameMessage(Option.getOrUndefined(yield* get(first.message)), { ...first.message, content: "the first" })
      sameMessage(Option.getOrUndefined(yield* get(second.message)), { ...second.message, ...inSecond })
      sameMessage(Option.getOrUndefined(yield* get(third.message)), third.message)
    }),

    test("MUST revise no message under another tenant, and pass over one that does not exist", function* () {
      const { tenants } = yield* StoreUnderTest
      const { message } = yield* Given.anAnsweredThread
      yield* revise([
        revised(message, { siteGroupingId: tenants[1] }),
        revised(message, { siteGroupingId: null }),
        revised(message, { messageId: yield* Given.freshMessageId })
      ])
      sameMessage(Option.getOrUndefined(yield* get(message)), message)
    }),

    test("MUST undo a revision with its transaction", function* () {
      const { message } = yield* Given.anAnsweredThread
      yield* Given.peek(revise([revised(message)]))
      sameMessage(Option.getOrUndefined(yield* get(message)), message)
    })
  ])
}
