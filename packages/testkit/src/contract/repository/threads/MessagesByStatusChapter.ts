/** The chapter "Messages by status" of the repository contract. */
import type { DeliveryStatus, Message, MessageId, Tenant, Thread } from "@careline/domain"
import { InvalidCursor, Messages, type MessageStatusQuery, type TenantScope } from "@careline/ports"
import { assert } from "@effect/vitest"
import { DateTime, Effect, Option } from "effect"
import { byStaff, type Chapter, test } from "../shared/Chapter.ts"
import { idsOf, sameMessage, sameMessages, sameSet } from "../shared/Compare.ts"
import * as Given from "../shared/Given.ts"
import { StoreUnderTest } from "../shared/Harness.ts"
import * as Paging from "../shared/Paging.ts"

const list = Effect.fnUntraced(function* (query: Partial<MessageStatusQuery> = {}) {
  const { tenants } = yield* StoreUnderTest
  const messages = yield* Messages
  return yield* messages.listByStatus({
    scope: [tenants[0]],
    deliveryStatus: "unknown",
    limit: 50,
    cursor: null,
    ...query
  })
})

/** Checks which of the messages a list shows, in whatever order. */
const shows = Effect.fnUntraced(function* (
  query: Partial<MessageStatusQuery>,
  expected: ReadonlyArray<Message.Message>
) {
  sameSet(idsOf((yield* list(query)).items), idsOf(expected))
})

const walk = (query: Partial<MessageStatusQuery>) => Paging.walk((cursor) => list({ ...query, cursor }))

interface Written {
  readonly tenant?: Tenant
  readonly thread?: Partial<Thread.Thread>
  readonly status?: DeliveryStatus.DeliveryStatus
  readonly metaData?: Message.MessageMetadata
  readonly minutesAgo?: number
}

/** A message to somebody new, of the first tenant and of unknown outcome unless said otherwise, as the store has it. */
const aMessage = Effect.fnUntraced(function* ({ metaData = {}, minutesAgo = 0, status = "unknown", ...of }: Written) {
  const { tenants } = yield* StoreUnderTest
  const tenant = of.tenant === undefined ? tenants[0] : of.tenant
  const thread = yield* Given.aThread(tenant, of.thread)
  const writtenAt = DateTime.subtract(yield* Given.storeNow, { minutes: minutesAgo })
  const number = yield* Given.aTenantNumber(tenant)
  const { changes, message } = yield* Given.reply(thread, number, "Reply", writtenAt)
  yield* Given.apply(changes)
  yield* Given.transact(
    Effect.flatMap(Messages, ({ update }) =>
      update([{ siteGroupingId: tenant, messageId: message.id, status, metaData }])
    )
  )
  return { ...message, deliveryStatus: status, metaData: { ...message.metaData, ...metaData } }
})

const find = (id: MessageId, scope: TenantScope) => Effect.flatMap(Messages, (messages) => messages.find(scope, id))

export const messagesByStatusChapter: Chapter = {
  chapter: "Messages by status",
  tests: byStaff([
    test("MUST show the messages of the status that is asked for, over all threads", function* () {
      const one = yield* aMessage({})
      const other = yield* aMessage({ minutesAgo: 5, metaData: { provider: "memory", needsDecision: true } })
      const failed = yield* aMessage({ status: "failed", metaData: { failureReason: "invalid_recipient" } })
      const delivered = yield* aMessage({ status: "delivered" })
      sameMessages((yield* list()).items, [one, other])
      sameMessages((yield* list({ deliveryStatus: "failed" })).items, [failed])
      sameMessages((yield* list({ deliveryStatus: "delivered" })).items, [delivered])
      sameMessages((yield* list({ deliveryStatus: "sent" })).items, [])
    }),

    test("MUST leave out what is not meant to leave", function* () {
      const { tenants } = yield* StoreUnderTest
      const number = yield* Given.aTenantNumber(tenants[0])
      const { message } = yield* Given.aReply(yield* Given.aConversation(number), number)
      yield* shows({ deliveryStatus: "queued" }, [message])
    }),

    test("MUST show the messages of the scope only", function* () {
      const { tenants } = yield* StoreUnderTest
      const own = yield* aMessage({})
      const others = yield* aMessage({ tenant: tenants[1] })
      const systemWide = yield* aMessage({ tenant: null })
      yield* shows({ scope: [tenants[0]] }, [own])
      yield* shows({ scope: [null] }, [systemWide])
      yield* shows({ scope: [tenants[1], null] }, [others, systemWide])
      yield* shows({ scope: "all" }, [own, others, systemWide])
      yield* shows({ scope: [] }, [])
    }),

    test("MUST leave out the messages of deleted threads", function* () {
      yield* aMessage({ thread: { deletedAt: yield* Given.storeNow } })
      yield* shows({}, [])
      yield* shows({ scope: "all" }, [])
    }),

    test("MUST tell apart what needs a decision and what does not", function* () {
      const waits = yield* aMessage({ metaData: { needsDecision: true } })
      const decided = yield* aMessage({ metaData: { needsDecision: false } })
      const never = yield* aMessage({ metaData: { provider: "memory" } })
      yield* aMessage({ status: "sent", metaData: { needsDecision: true } })
      yield* shows({ needsDecision: true }, [waits])
      yield* shows({ needsDecision: false }, [decided, never])
      yield* shows({ needsDecision: undefined }, [waits, decided, never])
    }),

    test("MUST put the newest message first, whichever thread and tenant it is of", function* () {
      const { tenants } = yield* StoreUnderTest
      const old = yield* aMessage({ minutesAgo: 30 })
      const newest = yield* aMessage({ minutesAgo: 1, tenant: tenants[1] })
      const middle = yield* aMessage({ minutesAgo: 10, tenant: null })
      assert.deepStrictEqual(idsOf((yield* list({ scope: "all" })).items), idsOf([newest, middle, old]))
    }),

    test("MUST show each message exactly once over all pages, with equal times as well", function* () {
      const { tenants } = yield* StoreUnderTest
      const messages = yield* Effect.forEach(
        Array.from({ length: 11 }, (_, index) => index),
        (index) =>
          aMessage({
            minutesAgo: index % 2,
            tenant: index % 3 === 0 ? tenants[1] : tenants[0],
            metaData: { needsDecision: true }
          })
      )
      for (const limit of [1, 4, 11, 12]) {
        const pages = yield* walk({ scope: [tenants[0], tenants[1]], needsDecision: true, limit })
        Paging.eachOnceNewestFirst(pages, {
          expected: messages,
          itemOf: (message) => message,
          timeOf: ({ createdAt }) => createdAt,
          limit
        })
      }
    }),

    test("SHOULD neither repeat nor miss a message when a newer one comes between two pages", function* () {
      yield* aMessage({ minutesAgo: 1 })
      const second = yield* aMessage({ minutesAgo: 2 })
      const first = yield* list({ limit: 1 })
      yield* aMessage({})
      assert.deepStrictEqual(idsOf((yield* list({ cursor: first.nextCursor })).items), [second.id])
    }),

    test("MUST refuse a cursor that no list of messages by status gave", function* () {
      const { thread } = yield* Given.anAnsweredThread
      const { siteGroupingId } = thread
      const messages = yield* (yield* Messages).list({ siteGroupingId, threadId: thread.id, limit: 1, cursor: null })
      assert.isString(messages.nextCursor)
      for (const cursor of ["", "garbage", "e30", "eyJhdCI6Im5ldmVyIn0", messages.nextCursor]) {
        const failure = yield* Effect.flip(list({ cursor }))
        assert.instanceOf(failure, InvalidCursor, `the cursor ${JSON.stringify(cursor)}`)
      }
    }),

    test("MUST find a message whichever thread it is of, within the scope", function* () {
      const { tenants } = yield* StoreUnderTest
      const message = yield* aMessage({})
      const systemWide = yield* aMessage({ tenant: null })
      sameMessage(Option.getOrUndefined(yield* find(message.id, "all")), message)
      sameMessage(Option.getOrUndefined(yield* find(message.id, [tenants[1], tenants[0]])), message)
      sameMessage(Option.getOrUndefined(yield* find(systemWide.id, [null])), systemWide)
      for (const scope of [[tenants[1], null], []]) {
        assert.isTrue(Option.isNone(yield* find(message.id, scope)))
      }
      assert.isTrue(Option.isNone(yield* find(yield* Given.freshMessageId, "all")))
    }),

    test("MUST find no message of a deleted thread, nor by an id that is none", function* () {
      const message = yield* aMessage({ thread: { deletedAt: yield* Given.storeNow } })
      assert.isTrue(Option.isNone(yield* find(message.id, "all")))
      assert.isTrue(Option.isNone(yield* find("nothing" as MessageId, "all")))
    })
  ])
}
