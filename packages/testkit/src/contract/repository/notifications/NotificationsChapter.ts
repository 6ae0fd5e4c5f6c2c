import {
  Language,
  type MessageId,
  type Notification,
  type NotificationId,
  PatientId,
  TemplateId,
  type Tenant,
  UserId
} from "@careline/domain"
import { IdGenerator, Notifications, type TenantScope, Transaction } from "@careline/ports"
import { assert } from "@effect/vitest"
import { DateTime, Deferred, Duration, Effect, Option } from "effect"
import { byStaff, type Chapter, hubTest } from "../shared/Chapter.ts"
import { idsOf } from "../shared/Compare.ts"
import { within } from "../shared/Deadline.ts"
import * as Given from "../shared/Given.ts"
import { freshContact, StoreUnderTest } from "../shared/Harness.ts"

const freshId = (kind: "notification" | "template") =>
  Effect.map(
    Effect.flatMap(IdGenerator, (ids) => ids.next(kind, 1)),
    ([id]) => id!
  )

/** A notification that is not kept yet. */
const aNotification = Effect.fnUntraced(function* (tenant: Tenant, fields: Partial<Notification.Notification> = {}) {
  const { nextInt } = yield* StoreUnderTest
  const at = yield* Given.storeNow
  const count = yield* nextInt
  const id = (yield* freshId("notification")) as NotificationId
  return {
    id,
    siteGroupingId: tenant,
    causeKey: `cause ${id}`,
    kind: "scheduled",
    messageClass: "care",
    contact: yield* freshContact,
    patientId: null,
    content: { _tag: "Words", text: "See you “soon” 👋" },
    language: null,
    templateVersion: null,
    dueAt: DateTime.add(at, { hours: 1 }),
    validUntil: null,
    state: "scheduled",
    reason: null,
    threadId: null,
    messageId: null,
    createdBy: null,
    // Each a little later than the one before.
    createdAt: DateTime.add(at, { seconds: count }),
    updatedAt: at,
    ...fields
  } satisfies Notification.Notification
})

const planned = Effect.fnUntraced(function* (tenant: Tenant, fields: Partial<Notification.Notification> = {}) {
  const notification = yield* aNotification(tenant, fields)
  yield* Given.transact(Effect.flatMap(Notifications, (port) => port.plan([notification])))
  return notification
})

const found = (scope: TenantScope, id: NotificationId) =>
  Effect.map(
    Effect.flatMap(Notifications, (port) => port.find(scope, id)),
    Option.getOrNull
  )

const claim = (limit: number) => Effect.flatMap(Notifications, (port) => port.claimDue(limit))

const page = { limit: 50, cursor: null }

export const notificationsChapter: Chapter = {
  chapter: "Notifications",
  tests: [
    ...byStaff([
      hubTest("MUST keep a notification as it is given", function* () {
        const { tenants } = yield* StoreUnderTest
        const at = yield* Given.storeNow
        const thread = yield* Given.aThread(tenants[0])
        const notification = yield* planned(tenants[0], {
          content: {
            _tag: "FromTemplate",
            templateId: TemplateId.make(yield* freshId("template")),
            data: { patient: { firstName: "Zoë" }, list: [1, null, true] }
          },
          patientId: PatientId.make("patient"),
          language: Language.make("es-US"),
          templateVersion: 3,
          validUntil: DateTime.add(at, { hours: 2 }),
          state: "delivering",
          reason: "quiet_hours",
          threadId: thread.id,
          messageId: (yield* Given.freshMessageId) satisfies MessageId,
          createdBy: UserId.make("somebody")
        })
        assert.deepStrictEqual(yield* found([tenants[0]], notification.id), notification)
      }),

      hubTest("MUST keep one notification of a cause, whoever plans it and however often", function* () {
        const { tenants } = yield* StoreUnderTest
        const port = yield* Notifications
        const first = yield* planned(tenants[0], { causeKey: "the cause" })
        const [second, other, third] = [
          yield* aNotification(tenants[0], { causeKey: "the cause" }),
          yield* aNotification(tenants[0], { causeKey: "another" }),
          yield* aNotification(tenants[1], { causeKey: "the cause" })
        ]
        const kept = yield* Given.transact(port.plan([second, other, third]))
        assert.deepStrictEqual(idsOf(kept), [first.id, other.id, third.id])
        assert.isNull(yield* found("all", second.id))
        assert.deepStrictEqual(yield* port.plan([]), [])
      }),

      hubTest("MUST find what is of the scope and nothing else", function* () {
        const { tenants } = yield* StoreUnderTest
        const port = yield* Notifications
        const notification = yield* planned(tenants[0])
        const common = yield* planned(null)
        for (const scope of [[tenants[1]], [null], []] as ReadonlyArray<TenantScope>) {
          assert.isNull(yield* found(scope, notification.id))
          assert.isTrue(Option.isNone(yield* port.lock(scope, notification.id)))
          assert.notInclude(idsOf((yield* port.list({ scope, ...page })).items), notification.id)
        }
        assert.deepStrictEqual(yield* found([null], common.id), common)
        assert.isNull(yield* found("all", "nothing" as NotificationId))
      }),

      hubTest("MUST list the newest first, by kind, state and time, page by page, and count them", function* () {
        const { tenants } = yield* StoreUnderTest
        const port = yield* Notifications
        const scope = [tenants[0], null]
        const [one, two, three] = [
          yield* planned(tenants[0], { state: "delivered" }),
          yield* planned(null),
          yield* planned(tenants[0], { state: "failed", reason: "other" })
        ]
        yield* planned(tenants[1])
        const ids = (filter: object) =>
          Effect.gen(function* () {
            const { items } = yield* port.list({ scope, ...page, ...filter })
            assert.strictEqual(yield* port.count({ scope, ...filter }), items.length)
            return idsOf(items)
          })
        assert.deepStrictEqual(yield* ids({}), [three.id, two.id, one.id])
        assert.deepStrictEqual(yield* ids({ states: ["delivered", "failed"] }), [three.id, one.id])
        assert.deepStrictEqual(yield* ids({ kinds: [] }), [])
        assert.deepStrictEqual(yield* ids({ from: two.createdAt }), [three.id, two.id])
        assert.deepStrictEqual(yield* ids({ to: two.createdAt }), [one.id])
        const first = yield* port.list({ scope, limit: 2, cursor: null })
        assert.deepStrictEqual(idsOf(first.items), [three.id, two.id])
        const second = yield* port.list({ scope, limit: 2, cursor: first.nextCursor })
        assert.deepStrictEqual(idsOf(second.items), [one.id])
        assert.isNull(second.nextCursor)
        assert.deepStrictEqual(idsOf((yield* port.list({ scope, limit: 1, cursor: null, offset: 1 })).items), [two.id])
        const refused = yield* Effect.flip(port.list({ scope, limit: 2, cursor: "nonsense" }))
        assert.strictEqual(refused._tag, "InvalidCursor")
      }),

      hubTest("MUST change all of a notification but its cause, whose it is, and who made it when", function* () {
        const { tenants } = yield* StoreUnderTest
        const port = yield* Notifications
        const notification = yield* planned(tenants[0])
        const edited: Notification.Notification = {
          ...notification,
          content: { _tag: "Words", text: "Later" },
          dueAt: DateTime.add(notification.dueAt, { days: 1 }),
          validUntil: DateTime.add(notification.dueAt, { days: 2 }),
          state: "withdrawn",
          reason: "staff",
          updatedAt: DateTime.add(notification.updatedAt, { hours: 1 })
        }
        yield* Given.transact(
          Effect.gen(function* () {
            assert.deepStrictEqual(Option.getOrNull(yield* port.lock([tenants[0]], notification.id)), notification)
            yield* port.save([edited])
          })
        )
        assert.deepStrictEqual(yield* found("all", notification.id), edited)
      })
    ]),

    hubTest("MUST claim what is due by its own clock, those due first, and nothing else", function* () {
      const { advance, tenants } = yield* StoreUnderTest
      const at = yield* Given.storeNow
      const [late, early, later] = [
        yield* planned(tenants[0], { dueAt: DateTime.add(at, { minutes: 20 }) }),
        yield* planned(tenants[1], { dueAt: DateTime.add(at, { minutes: 10 }) }),
        yield* planned(null, { dueAt: DateTime.add(at, { hours: 9 }) })
      ]
      yield* planned(tenants[0], { dueAt: at, state: "withdrawn" })
      yield* planned(tenants[0], { dueAt: at, state: "delivering" })
      assert.deepStrictEqual((yield* Given.transact(claim(10))).notifications, [])
      yield* advance(Duration.minutes(30))
      const claimed = yield* Given.transact(claim(10))
      assert.deepStrictEqual(claimed.notifications, [early, late])
      assert.isTrue(DateTime.isGreaterThanOrEqualTo(claimed.now, DateTime.add(at, { minutes: 30 })))
      assert.deepStrictEqual(idsOf((yield* Given.transact(claim(1))).notifications), [early.id])
      yield* advance(Duration.hours(9))
      assert.include(idsOf((yield* Given.transact(claim(10))).notifications), later.id)
    }),

    hubTest("MUST find what became of a message, of its own tenant", function* () {
      const { tenants } = yield* StoreUnderTest
      const port = yield* Notifications
      const messageId = yield* Given.freshMessageId
      const notification = yield* planned(tenants[0], { messageId, state: "delivering" })
      yield* planned(tenants[0])
      const of = (tenant: Tenant, id: MessageId) =>
        Given.transact(port.ofMessages([{ siteGroupingId: tenant, messageId: id }]))
      assert.deepStrictEqual(yield* of(tenants[0], messageId), [notification])
      assert.deepStrictEqual(yield* of(tenants[1], messageId), [])
      assert.deepStrictEqual(yield* of(tenants[0], yield* Given.freshMessageId), [])
      assert.deepStrictEqual(yield* port.ofMessages([]), [])
    }),

    hubTest(
      "MUST pass by what somebody else claims or edits",
      function* () {
        const { tenants } = yield* StoreUnderTest
        const at = yield* Given.storeNow
        const [first, second] = [
          yield* planned(tenants[0], { dueAt: at }),
          yield* planned(tenants[0], { dueAt: DateTime.add(at, { milliseconds: 1 }) })
        ]
        const { advance } = yield* StoreUnderTest
        yield* advance(Duration.seconds(1))
        const { transact } = yield* Transaction
        const locked = yield* Deferred.make<void>()
        const looked = yield* Deferred.make<void>()
        const edit = transact(
          Effect.gen(function* () {
            yield* Effect.flatMap(Notifications, (port) => port.lock("all", first.id))
            yield* Deferred.succeed(locked, undefined)
            yield* Deferred.await(looked)
          })
        )
        const sweep = Effect.gen(function* () {
          yield* Deferred.await(locked)
          const claimed = yield* transact(claim(10))
          yield* Deferred.succeed(looked, undefined)
          return claimed
        })
        const [, claimed] = yield* within(Effect.all([edit, sweep], { concurrency: 2 }), "an edit and a claim at once")
        assert.deepStrictEqual(idsOf(claimed.notifications), [second.id])
      },
      ["concurrentTransactions"]
    )
  ]
}
