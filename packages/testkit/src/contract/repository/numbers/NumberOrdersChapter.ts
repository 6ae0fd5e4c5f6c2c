/** The chapter "Number orders" of the repository contract. */
import { type NumberOrder, PhoneNumberId } from "@careline/domain"
import { IdGenerator, NumberOrders, SiteGroupings } from "@careline/ports"
import { assert } from "@effect/vitest"
import { Duration, Effect, Exit } from "effect"
import { type Chapter, numberTest } from "../shared/Chapter.ts"
import * as Given from "../shared/Given.ts"
import { freshNumber, StoreUnderTest } from "../shared/Harness.ts"

const LEASE = Duration.toMillis(Duration.minutes(1))

const orders = NumberOrders

/** An order that may be claimed, not in the store. */
const wanted = Effect.fnUntraced(function* (fields: Partial<NumberOrder.NumberOrder> = {}) {
  const [id] = yield* Effect.flatMap(IdGenerator, (ids) => ids.next("phoneNumber", 1))
  const order: NumberOrder.NumberOrder = {
    id: PhoneNumberId.make(id!),
    kind: "purchase",
    number: yield* freshNumber,
    purpose: "both",
    provider: "acme",
    price: { amount: "1.15", currency: "USD" },
    wantedBy: null,
    state: "wanted",
    providerSid: null,
    failures: 0,
    startedAt: null,
    failedBecause: null,
    ...fields
  }
  return order
})

const added = Effect.fnUntraced(function* (fields: Partial<NumberOrder.NumberOrder> = {}) {
  const order = yield* wanted(fields)
  yield* Effect.flatMap(orders, ({ add }) => Given.transact(add([order])))
  return order
})

const claim = (limit = 10) => Effect.flatMap(orders, (port) => port.claim({ limit, leaseMillis: LEASE }))
const open = Effect.flatMap(orders, (port) => port.open)

const advance = Effect.fnUntraced(function* (order: NumberOrder.NumberOrder, fence: string, inMinutes = 0) {
  const dueInMillis = Duration.toMillis(Duration.minutes(inMinutes))
  return yield* Effect.flatMap(orders, (port) => port.advance({ order, fence, dueInMillis }))
})

const note = (...conditions: Parameters<NumberOrders["Service"]["note"]>[0]) =>
  Effect.flatMap(orders, (port) => Given.transact(Effect.andThen(port.hold, port.note(conditions))))

export const numberOrdersChapter: Chapter = {
  chapter: "Number orders",
  tests: [
    numberTest("MUST keep all of an order, and how far it has come, under its fence only", function* () {
      const { advance: later, tenants } = yield* StoreUnderTest
      const createdAt = yield* Given.storeNow
      const grouping = { id: tenants[0], name: null, createdAt, deactivatedAt: null }
      yield* Effect.flatMap(SiteGroupings, (groupings) => groupings.add(grouping)).pipe(
        Effect.catchTag("SiteGroupingTaken", () => Effect.void)
      )
      const order = yield* added({ wantedBy: { siteGroupingId: tenants[0] } })
      const [first] = yield* claim()
      assert.deepStrictEqual(first?.order, order)
      const begun: NumberOrder.NumberOrder = { ...order, state: "ordering", startedAt: createdAt, failures: 2 }
      const fence = yield* advance(begun, first!.fence, 5)
      assert.isNotNull(fence)
      assert.isNull(yield* advance(order, first!.fence), "a fence holds once")
      assert.isEmpty(yield* claim(), "not due yet")
      yield* later(Duration.minutes(5))
      const [again] = yield* claim()
      assert.deepStrictEqual(again?.order, begun)
      assert.isNull(yield* advance(order, fence!), "somebody else has it since")
      assert.deepStrictEqual(yield* open, [begun])
      yield* advance({ ...begun, wantedBy: null }, again!.fence)
      const other = yield* added({ wantedBy: { siteGroupingId: tenants[0] } })
      assert.deepStrictEqual(yield* open, [{ ...begun, wantedBy: null }, other], "it is for the tenant no more")
    }),

    numberTest("MUST hand out an order to one only, until its lease is over, and none that is over", function* () {
      const { advance: later } = yield* StoreUnderTest
      const [one, other] = [yield* added(), yield* added()]
      const claims = yield* Effect.all([claim(1), claim(1), claim(1)], { concurrency: "unbounded" })
      assert.sameMembers(
        claims.flat().map(({ order }) => order.id),
        [one.id, other.id]
      )
      yield* later(Duration.millis(LEASE))
      const again = yield* claim()
      assert.lengthOf(again, 2)
      yield* advance({ ...again[0]!.order, state: "done", providerSid: "PN-1" }, again[0]!.fence)
      yield* advance({ ...again[1]!.order, state: "failed", failedBecause: "other" }, again[1]!.fence)
      yield* later(Duration.hours(1))
      assert.isEmpty(yield* claim())
      assert.isEmpty(yield* open)
    }),

    numberTest("MUST have one open order of a number, and another once that is over", function* () {
      const order = yield* added()
      const second = yield* Effect.exit(added({ number: order.number }))
      if (Exit.isSuccess(second)) assert.fail("two orders of one number are open")
      const [claimed] = yield* claim()
      yield* advance({ ...order, state: "failed", failedBecause: "not_available" }, claimed!.fence)
      yield* added({ number: order.number })
      assert.lengthOf(yield* open, 1)
    }),

    numberTest("MUST add up what orders cost, and count those that failed", function* () {
      const { advance: later } = yield* StoreUnderTest
      const port = yield* orders
      const before = yield* Given.storeNow
      const dear = yield* added({ price: { amount: "6.0725", currency: "USD" } })
      yield* added({ price: { amount: "2", currency: "EUR" } })
      yield* later(Duration.hours(1))
      const between = yield* Given.storeNow
      yield* added()
      assert.strictEqual(yield* port.spentMicros(before, "USD"), 7_222_500)
      assert.strictEqual(yield* port.spentMicros(between, "USD"), 1_150_000)
      const claimed = (yield* claim()).find(({ order }) => order.id === dear.id)
      yield* advance({ ...dear, state: "failed", failedBecause: "account" }, claimed!.fence)
      assert.strictEqual(yield* port.spentMicros(before, "USD"), 1_150_000)
      assert.deepStrictEqual(yield* port.failed(between), { all: 1, account: 1 })
      yield* later(Duration.hours(1))
      assert.deepStrictEqual(yield* port.failed(yield* Given.storeNow), { all: 0, account: 0 })
    }),

    numberTest("MUST keep a release until it is due, and end it only before its provider is asked", function* () {
      const { advance: later } = yield* StoreUnderTest
      const port = yield* orders
      const release = yield* wanted({ kind: "release", price: null })
      yield* Given.transact(port.add([release], LEASE))
      assert.deepStrictEqual(yield* open, [release])
      assert.isEmpty(yield* claim(), "not due yet")
      const purchase = yield* added()
      assert.isFalse(yield* port.cancelRelease(purchase.number), "a purchase is no release")
      assert.isTrue(yield* port.cancelRelease(release.number))
      assert.deepStrictEqual(yield* open, [purchase])
      const again = yield* wanted({ kind: "release", number: release.number, price: null })
      yield* Given.transact(port.add([again]))
      const claimed = (yield* claim()).find(({ order }) => order.id === again.id)!
      assert.isNotNull(yield* advance({ ...again, state: "ordering" }, claimed.fence, 1))
      assert.isFalse(yield* port.cancelRelease(release.number))
      yield* later(Duration.minutes(1))
      const held = (yield* claim()).find(({ order }) => order.id === again.id)!
      assert.deepStrictEqual(held.order, { ...again, state: "ordering" })
      const third = yield* added({ kind: "release", price: null })
      const lease = (yield* claim()).find(({ order }) => order.id === third.id)!
      assert.isTrue(yield* port.cancelRelease(third.number))
      assert.isNull(
        yield* advance({ ...third, state: "ordering" }, lease.fence),
        "whoever has it in hand finds it ended"
      )
    }),

    numberTest(
      "MUST add up no price of a number that was given back since, and take no release for a purchase",
      function* () {
        const port = yield* orders
        const since = yield* Given.storeNow
        const bought = yield* added()
        yield* added()
        const [first] = yield* claim()
        yield* advance({ ...bought, state: "done" }, first!.fence)
        assert.strictEqual(yield* port.spentMicros(since, "USD"), 2_300_000)
        const release = yield* added({ kind: "release", number: bought.number })
        assert.strictEqual(yield* port.spentMicros(since, "USD"), 2_300_000, "it is ours still")
        const claimed = (yield* claim()).find(({ order }) => order.id === release.id)!
        yield* advance({ ...release, state: "done" }, claimed.fence)
        assert.strictEqual(yield* port.spentMicros(since, "USD"), 1_150_000)
        const refused = yield* added({ kind: "release" })
        const last = (yield* claim()).find(({ order }) => order.id === refused.id)!
        yield* advance({ ...refused, state: "failed", failedBecause: "other" }, last.fence)
        assert.deepStrictEqual([yield* port.failed(since), yield* port.refused(since)], [{ all: 0, account: 0 }, []])
      }
    ),

    numberTest("MUST know for what numbers orders failed lately, where that was the number's own doing", function* () {
      const { advance: later } = yield* StoreUnderTest
      const port = yield* orders
      const since = yield* Given.storeNow
      const reasons = ["not_available", "requirements", "other", "account", "gave_up"] as const
      for (const failedBecause of reasons) {
        const order = yield* added()
        const [claimed] = yield* claim()
        yield* advance({ ...order, state: "failed", failedBecause }, claimed!.fence)
      }
      const refused = yield* port.refused(since)
      assert.lengthOf(refused, 3)
      const again = yield* added({ number: refused[0]! })
      const [claimed] = yield* claim()
      yield* advance({ ...again, state: "failed", failedBecause: "not_available" }, claimed!.fence)
      assert.lengthOf(yield* port.refused(since), 3, "each once")
      yield* later(Duration.hours(1))
      assert.isEmpty(yield* port.refused(yield* Given.storeNow))
    }),

    numberTest("MUST say to one of all hosts, and each time only once, that it is time to look", function* () {
      const { advance: later } = yield* StoreUnderTest
      const { look } = yield* orders
      const looks = Effect.all([look(LEASE), look(LEASE), look(LEASE)], { concurrency: "unbounded" })
      assert.lengthOf((yield* looks).filter(Boolean), 1)
      yield* later(Duration.millis(LEASE))
      assert.lengthOf((yield* looks).filter(Boolean), 1)
    }),

    numberTest("MUST tell what began and what ended of the pool's conditions", function* () {
      assert.deepStrictEqual(yield* note("low", "empty"), { began: ["low", "empty"], ended: [] })
      assert.deepStrictEqual(yield* note("low", "over_budget"), { began: ["over_budget"], ended: ["empty"] })
      assert.deepStrictEqual(yield* note("low", "over_budget"), { began: [], ended: [] })
      assert.deepStrictEqual(yield* Effect.flatMap(orders, (port) => port.conditions), ["low", "over_budget"])
      assert.deepStrictEqual(yield* note(), { began: [], ended: ["low", "over_budget"] })
    })
  ]
}
