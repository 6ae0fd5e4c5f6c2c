/** The pool is kept filled: what is bought is bought once, is led here, and is within what may be spent. */
import { PendingAssignment, type PendingAssignmentId, type SiteGroupingId, type Tenant } from "@careline/domain"
import {
  NumberInventory,
  NumberOrders,
  SiteGroupings,
  TelephonyError,
  type Telephony,
  TelephonyProviders
} from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as Application from "../src/index.ts"
import { Crash, facet, fragile } from "./support/Crash.ts"
import * as World from "./support/purchaseWorld.ts"

const newPendingId = () => crypto.randomUUID() as PendingAssignmentId

const request = (areaCode: string | null, siteGroupingId: Tenant = World.north) =>
  Effect.flatMap(DateTime.now, (requestedAt) =>
    Effect.flatMap(NumberInventory, ({ addPendingAssignment: add }) =>
      add(PendingAssignment.begin({ id: newPendingId(), siteGroupingId, areaCode, key: "request" }, requestedAt))
    )
  )

const statuses = Effect.map(World.inventory, (numbers) => numbers.map(({ status }) => status).toSorted())

describe("The pool", () => {
  it.effect("is filled below its minimum by a batch, each number led here, and then left alone", () =>
    Effect.gen(function* () {
      const { market, telephony, twice } = World.makeProvider()
      yield* Effect.gen(function* () {
        yield* World.setUp
        yield* World.settle
        assert.deepStrictEqual(yield* statuses, ["available", "available", "available"])
        for (const { monthlyPrice, number, provider, providerSid } of yield* World.inventory) {
          assert.deepStrictEqual(
            [monthlyPrice, provider, providerSid],
            [{ amount: "1.15", currency: "USD" }, "acme", `sid-${number}`]
          )
          assert.strictEqual(market.find(number)?.fields["texts"], "here")
        }
        assert.lengthOf(market.purchases, 3)
        assert.isEmpty(twice())
      }).pipe(Effect.provide(World.world(telephony)))
    })
  )

  it.effect("buys what a tenant waits for, of the area code that it wants, before anything else", () =>
    Effect.gen(function* () {
      const { telephony } = World.makeProvider()
      yield* Effect.gen(function* () {
        yield* World.setUp
        yield* request("512")
        yield* World.settle
        const numbers = yield* (yield* NumberInventory).list([World.north])
        assert.lengthOf(numbers, 1)
        assert.match(numbers[0]!.number, /^\+1512/)
        assert.strictEqual(numbers[0]!.status, "assigned")
        assert.isEmpty(yield* (yield* NumberInventory).pendingAssignments)
        assert.strictEqual(numbers[0]!.assignmentKey, "request", "the same request finds it")
      }).pipe(Effect.provide(Layer.mergeAll(World.world(telephony), World.budget("1.15"))))
    })
  )

  it.effect("serves everybody else where one cannot be served, fills itself all the same, and says so", () =>
    Effect.gen(function* () {
      const { telephony } = World.makeProvider()
      const { alerts, layer } = World.heard()
      const south = "south" as SiteGroupingId
      const broken = Layer.effect(
        NumberInventory,
        Effect.map(NumberInventory, (inventory) =>
          NumberInventory.of({
            ...inventory,
            take: (given) => (given.siteGroupingId === World.north ? Effect.die("broken") : inventory.take(given))
          })
        )
      )
      yield* Effect.gen(function* () {
        yield* World.setUp
        const createdAt = yield* DateTime.now
        yield* (yield* SiteGroupings).add({ id: south, name: "South", createdAt, deactivatedAt: null })
        yield* request("999", World.north)
        yield* request(null, south)
        yield* World.settle
        assert.include(
          alerts.map(({ condition }) => condition),
          "assignment_failed"
        )
        assert.deepStrictEqual(yield* statuses, ["assigned", "available", "available", "available"])
        assert.lengthOf(yield* (yield* NumberInventory).list([south]), 1)
      }).pipe(Effect.provide(Layer.provideMerge(Layer.merge(broken, layer), World.world(telephony))))
    })
  )

  it.effect("says of each pending assignment what keeps it from being bought, and refuses what never can be", () =>
    Effect.gen(function* () {
      const { telephony } = World.makeProvider()
      const reason = Effect.flatMap(NumberInventory, ({ pendingAssignments }) =>
        Effect.map(pendingAssignments, ([pending]) => pending?.reason)
      )
      yield* Effect.gen(function* () {
        yield* World.setUp
        yield* request("999")
        yield* World.turn
        assert.strictEqual(yield* reason, "no_offers")
      }).pipe(Effect.provide(World.world(telephony)))
      const cases = [
        [World.budget("1"), "over_budget"],
        [World.budget("100", { monthly: { amount: "100", currency: "EUR" } }), "currency"]
      ] as const
      for (const [budget, expected] of cases) {
        yield* Effect.gen(function* () {
          yield* World.setUp
          yield* request(null)
          yield* World.turn
          assert.strictEqual(yield* reason, expected)
        }).pipe(Effect.provide(Layer.merge(World.world(telephony), budget)))
      }
      const down = World.makeProvider("acme", {
        search: () =>
          new TelephonyError.TelephonyError({
            provider: "acme",
            operation: "numbers.search",
            reason: new TelephonyError.Unavailable({ message: "down", code: null })
          })
      })
      yield* Effect.gen(function* () {
        yield* World.setUp
        yield* request(null)
        yield* World.turn
        assert.strictEqual(yield* reason, "provider_unavailable")
      }).pipe(Effect.provide(World.world(down.telephony)))
      const unpriced = {
        ...telephony,
        capabilities: {
          ...telephony.capabilities,
          numbers: { ...telephony.capabilities.numbers!, prices: false as const }
        }
      }
      yield* Effect.gen(function* () {
        yield* World.setUp
        const refused = yield* Effect.flip(Application.assignFromPool(World.admin, World.north, {}))
        assert.deepInclude(refused, { _tag: "NumberNotForSale", reason: "no_price" })
        const { _tag } = yield* Application.assignOnActivation(World.admin, World.north, null)
        assert.strictEqual(_tag, "None")
      }).pipe(Effect.provide(World.world(unpriced)))
    })
  )

  it.effect(
    "says that it ran empty where nothing is bought, once anybody has used it, and shows it with its health",
    () =>
      Effect.gen(function* () {
        const { telephony } = World.makeProvider()
        const { alerts, layer } = World.heard()
        yield* Effect.gen(function* () {
          yield* World.setUp
          yield* Application.replenishPool()
          assert.isEmpty(alerts)
          yield* Application.addToPool(World.admin, {
            number: "+12025550100",
            overrideReason: "it is ours by contract"
          })
          yield* TestClock.adjust("1 minute")
          assert.deepInclude(yield* Application.poolHealth(World.admin), { level: "ok", conditions: [] })
          yield* Application.assignFromPool(World.admin, World.north, {})
          yield* Application.replenishPool()
          assert.deepStrictEqual(
            alerts.map(({ condition, isOver }) => [condition, isOver]),
            [["empty", false]]
          )
          const { conditions, level } = yield* Application.poolHealth(World.admin)
          assert.deepStrictEqual([level, conditions], ["empty", ["empty"]])
        }).pipe(
          Effect.provideService(Application.BuysNumbers, false),
          Effect.provide(
            Layer.merge(
              World.world({ ...telephony, numbers: { ...telephony.numbers, owns: () => Effect.succeed(true) } }),
              layer
            )
          )
        )
      })
  )

  it.effect("says that most of the budget is spent before it keeps anything from being bought", () =>
    Effect.gen(function* () {
      const { telephony } = World.makeProvider()
      const { alerts, layer } = World.heard()
      yield* Effect.gen(function* () {
        yield* World.setUp
        yield* World.settle
        const told = alerts.map(({ condition }) => condition)
        assert.include(told, "near_budget")
        assert.notInclude(told, "over_budget")
      }).pipe(Effect.provide(Layer.mergeAll(World.world(telephony), World.budget("4"), layer)))
    })
  )

  it.effect("keeps to its budget, to its maximum, and to nothing without a budget; and says so once", () =>
    Effect.gen(function* () {
      const cases = [
        [World.budget("2.40"), World.limits({ poolMin: 3 }), 2, "over_budget"],
        [World.budget("100"), World.limits({ poolMin: 50, poolBatch: 50, poolMax: 4 }), 4, "low"],
        [World.budget("100", { monthly: null }), World.limits(), 0, "over_budget"],
        [World.budget("100", { monthly: { amount: "100", currency: "EUR" } }), World.limits(), 0, "currency"]
      ] as const
      for (const [budget, limits, bought, condition] of cases) {
        const { market, telephony } = World.makeProvider()
        const { alerts, layer } = World.heard()
        yield* Effect.gen(function* () {
          yield* World.setUp
          yield* World.settle
          assert.lengthOf(market.purchases, bought)
          const told = alerts.filter((alert) => alert.condition === condition)
          assert.deepStrictEqual(
            told.map(({ isOver }) => isOver),
            [false],
            condition
          )
        }).pipe(Effect.provide(Layer.mergeAll(World.world(telephony), budget, limits, layer)))
      }
    })
  )

  it.effect("has money again in the next month", () =>
    Effect.gen(function* () {
      const { market, telephony } = World.makeProvider()
      yield* Effect.gen(function* () {
        yield* World.setUp
        yield* World.settle
        assert.lengthOf(market.purchases, 1)
        yield* TestClock.setTime(Date.UTC(2026, 3, 1))
        yield* World.settle
        assert.lengthOf(market.purchases, 2)
      }).pipe(Effect.provide(Layer.mergeAll(World.world(telephony), World.budget("1.20"))))
    })
  )

  it.effect("says once that it is empty and low, and once that it is so no more", () =>
    Effect.gen(function* () {
      const { telephony } = World.makeProvider()
      const { alerts, layer } = World.heard()
      yield* Effect.gen(function* () {
        yield* World.setUp
        yield* World.settle
        assert.sameMembers(
          alerts.map(({ condition, isOver }) => `${condition} ${isOver}`),
          ["low false", "empty false", "low true", "empty true"]
        )
      }).pipe(Effect.provide(Layer.merge(World.world(telephony), layer)))
    })
  )

  it.effect("stops buying for a while once its account is refused, and tells somebody", () =>
    Effect.gen(function* () {
      const { asked, mishaps, telephony } = World.makeProvider()
      const { alerts, layer } = World.heard()
      mishaps.push("account", "account", "account")
      yield* Effect.gen(function* () {
        yield* World.setUp
        for (let count = 0; count < 60; count++) {
          yield* World.turn
          yield* TestClock.adjust("30 seconds")
        }
        assert.lengthOf(asked, 3)
        assert.lengthOf(
          alerts.filter(({ condition, subject }) => subject === "number_pool" && condition === "account_refused"),
          1
        )
        yield* TestClock.adjust("1 hour")
        yield* World.settle
        assert.lengthOf(yield* statuses, 3)
      }).pipe(Effect.provide(Layer.merge(World.world(telephony), layer)))
    })
  )

  it.effect("buys what tenants wait for though it is full, and though others wait for what cannot be searched", () =>
    Effect.gen(function* () {
      const reasons = [
        [new TelephonyError.Refused({ message: "no such area code", code: null }), "no_offers"],
        [new TelephonyError.Unavailable({ message: "down", code: null }), "provider_unavailable"]
      ] as const
      for (const [reason, condition] of reasons) {
        const { telephony } = World.makeProvider()
        const { alerts, layer } = World.heard()
        const numbers: Telephony.TelephonyService["numbers"] = {
          ...telephony.numbers,
          search: (query) =>
            query.areaCode === "999"
              ? new TelephonyError.TelephonyError({ provider: "acme", operation: "numbers.search", reason })
              : telephony.numbers.search(query)
        }
        yield* Effect.gen(function* () {
          yield* World.setUp
          yield* World.settle
          assert.deepStrictEqual(yield* statuses, ["available"])
          yield* request("999", null)
          yield* request("512")
          yield* World.settle
          assert.lengthOf(yield* (yield* NumberInventory).list([World.north]), 1)
          assert.isTrue(alerts.some((alert) => alert.condition === condition))
        }).pipe(
          Effect.provide(
            Layer.mergeAll(World.world({ ...telephony, numbers }), World.limits({ poolMin: 1, poolMax: 1 }), layer)
          )
        )
      }
    })
  )

  it.effect("leaves numbers alone for a day that are on offer and not sold to us, and says once that orders fail", () =>
    Effect.gen(function* () {
      const { asked, market, mishaps, telephony } = World.makeProvider()
      const { alerts, layer } = World.heard()
      mishaps.push(...Array.from({ length: 15 }, () => "not_available" as const))
      yield* Effect.gen(function* () {
        yield* World.setUp
        for (let count = 0; count < 30; count++) {
          yield* World.turn
          yield* TestClock.adjust("1 minute")
        }
        assert.strictEqual(new Set(asked).size, asked.length, "no number twice")
        assert.lengthOf(market.purchases, 3)
        const failing = alerts.filter(({ condition, isOver }) => condition === "order_failed" && !isOver)
        assert.lengthOf(failing, 1)
        assert.lengthOf(
          alerts.filter(({ subject }) => subject === "number_order"),
          0
        )
      }).pipe(Effect.provide(Layer.mergeAll(World.world(telephony), World.limits({ ordersPerBatch: 20 }), layer)))
    })
  )

  it.effect("gives who waits a number that came back, and buys none for them", () =>
    Effect.gen(function* () {
      const { market, telephony } = World.makeProvider()
      yield* Effect.gen(function* () {
        yield* World.setUp
        yield* World.settle
        yield* request(null)
        yield* World.turn
        assert.deepStrictEqual(yield* statuses, ["assigned", "available", "available"])
        assert.lengthOf(market.purchases, 3)
      }).pipe(Effect.provide(World.world(telephony)))
    })
  )
})

describe("An order for a number", () => {
  it.effect("ends well whatever happens to it, and is never paid for twice", () =>
    Effect.gen(function* () {
      for (const mishap of ["lost", "never_arrived", "throttled", "not_available", "dies_after"] as const) {
        const { market, mishaps, telephony, twice } = World.makeProvider()
        mishaps.push(mishap)
        yield* Effect.gen(function* () {
          yield* World.setUp
          yield* World.settle
          assert.isAtLeast((yield* statuses).length, 2, mishap)
          assert.isEmpty(twice(), mishap)
          // Nothing that was paid for is lost.
          assert.sameMembers(
            (yield* World.inventory).map(({ number }) => number as string),
            market.purchases.map(({ number }) => number),
            mishap
          )
          assert.isEmpty(yield* (yield* NumberOrders).open, mishap)
        }).pipe(Effect.provide(World.world(telephony)))
      }
    })
  )

  it.effect("is ours though its answer was lost and the provider is silent about it for longer than it says", () =>
    Effect.gen(function* () {
      const { market, mishaps, telephony } = World.makeProvider()
      mishaps.push("lost")
      let looks = 0
      const numbers: Telephony.TelephonyService["numbers"] = {
        ...telephony.numbers,
        find: (order) =>
          Effect.flatMap(telephony.numbers.find(order), (found) =>
            Effect.succeed(found._tag === "Owned" && ++looks <= 4 ? ({ _tag: "Absent" } as const) : found)
          )
      }
      yield* Effect.gen(function* () {
        yield* World.setUp
        yield* World.settle
        assert.isAbove(looks, 4)
        assert.lengthOf(market.purchases, 1)
        assert.deepStrictEqual(
          (yield* World.inventory).map(({ number }) => number as string),
          market.purchases.map(({ number }) => number)
        )
      }).pipe(
        Effect.provide(
          Layer.mergeAll(World.world({ ...telephony, numbers }), World.limits({ poolMin: 1, poolBatch: 1, poolMax: 1 }))
        )
      )
    })
  )

  it.effect("that is stuck keeps nobody waiting: neither the tenant that it was for, nor the pool", () =>
    Effect.gen(function* () {
      for (const isRequested of [true, false]) {
        const { asked, market, telephony } = World.makeProvider()
        const unavailable = new TelephonyError.Unavailable({ message: "down", code: null })
        const numbers: Telephony.TelephonyService["numbers"] = {
          ...telephony.numbers,
          configure: (number) =>
            number === asked[0]
              ? new TelephonyError.TelephonyError({
                  provider: "acme",
                  operation: "numbers.configure",
                  reason: unavailable
                })
              : telephony.numbers.configure(number)
        }
        yield* Effect.gen(function* () {
          yield* World.setUp
          if (isRequested) yield* request("512")
          yield* World.settle
          assert.deepStrictEqual(yield* statuses, isRequested ? ["assigned", "available"] : ["available"])
          assert.lengthOf(market.purchases, isRequested ? 3 : 2)
          assert.lengthOf(yield* (yield* NumberOrders).open, 1)
        }).pipe(
          Effect.provide(
            Layer.mergeAll(
              World.world({ ...telephony, numbers }),
              World.limits({ poolMin: 1, poolBatch: 1, poolMax: 2 })
            )
          )
        )
      }
    })
  )

  it.effect("is brought in where nothing is bought any more, and where it was not asked for yet, it never is", () =>
    Effect.gen(function* () {
      const { market, mishaps, telephony } = World.makeProvider()
      mishaps.push("lost")
      yield* Effect.gen(function* () {
        yield* World.setUp
        yield* Application.replenishPool()
        yield* Application.buyNumbers()
        yield* Effect.provideService(World.settle, Application.BuysNumbers, false)
        assert.lengthOf(market.purchases, 1)
        assert.deepStrictEqual(yield* statuses, ["available"])
        assert.isEmpty(yield* (yield* NumberOrders).open)
        yield* request(null)
        yield* Effect.provideService(World.turn, Application.BuysNumbers, false)
        assert.deepStrictEqual(yield* statuses, ["assigned"])
      }).pipe(Effect.provide(Layer.merge(World.world(telephony), World.limits({ ordersPerBatch: 1 }))))
    })
  )

  it.effect("goes to the pool where its tenant waits for another one meanwhile", () =>
    Effect.gen(function* () {
      const { mishaps, telephony } = World.makeProvider()
      mishaps.push("lost")
      yield* Effect.gen(function* () {
        yield* World.setUp
        yield* request("512")
        yield* World.turn
        const inventory = yield* NumberInventory
        const [bought] = yield* (yield* NumberOrders).open
        const [pending] = yield* inventory.pendingAssignments
        yield* inventory.savePendingAssignments([PendingAssignment.cancel(pending!)])
        yield* request("303")
        yield* World.settle
        const [own, ...others] = yield* inventory.list([World.north])
        assert.isEmpty(others)
        assert.match(own!.number, /^\+1303/)
        assert.isTrue((yield* inventory.list("unassigned")).some(({ number }) => number === bought?.number))
      }).pipe(Effect.provide(Layer.merge(World.world(telephony), World.limits({ ordersPerBatch: 1 }))))
    })
  )

  it.effect("that is carried out later is waited for, and another number is bought for one that fails", () =>
    Effect.gen(function* () {
      for (const state of ["success", "failure"] as const) {
        const { market, mishaps, telephony, twice } = World.makeProvider()
        mishaps.push("later")
        yield* Effect.gen(function* () {
          yield* World.setUp
          yield* World.turn
          yield* TestClock.adjust("10 minutes")
          yield* Application.buyNumbers()
          assert.isEmpty(yield* statuses, "nobody has what is not ours yet")
          market.settleOrders(state)
          yield* World.settle
          assert.isAtLeast((yield* statuses).length, 2)
          assert.isEmpty(twice())
        }).pipe(Effect.provide(World.world(telephony)))
      }
    })
  )

  it.effect("ends the same, wherever it is cut off", () =>
    Effect.gen(function* () {
      let cutOff = 0
      for (let at = 1; ; at++) {
        const { market, telephony, twice } = World.makeProvider()
        const crash = new Crash(at)
        const breaking: Telephony.TelephonyService = { ...telephony, numbers: facet(telephony.numbers, crash) }
        yield* Effect.gen(function* () {
          yield* World.setUp
          yield* request("512")
          const ports = yield* Effect.all([
            fragile(NumberOrders, crash),
            fragile(NumberInventory, crash),
            fragile(SiteGroupings, crash)
          ])
          const providers = Layer.succeed(TelephonyProviders.TelephonyProviders, TelephonyProviders.make(breaking))
          const process = Layer.mergeAll(...ports, providers)
          yield* Effect.ignoreCause(Effect.provide(World.turn, process))
          yield* World.settle
          const where = `cut off at step ${at}`
          assert.isEmpty(twice(), where)
          assert.isEmpty(yield* (yield* NumberOrders).open, where)
          assert.lengthOf(yield* (yield* NumberInventory).list([World.north]), 1, where)
          assert.sameMembers(
            (yield* World.inventory).map(({ number }) => number as string),
            market.purchases.map(({ number }) => number),
            where
          )
        }).pipe(
          Effect.provide(
            Layer.mergeAll(World.world(telephony), World.limits({ poolMin: 1, poolBatch: 1, ordersPerBatch: 1 }))
          )
        )
        if (!crash.happened) break
        cutOff++
      }
      assert.isAbove(cutOff, 20)
    })
  )

  it.effect("is nobody's any more whose lease is over: whoever comes back changes nothing", () =>
    Effect.gen(function* () {
      const { market, telephony, twice } = World.makeProvider()
      yield* Effect.gen(function* () {
        yield* World.setUp
        yield* Application.replenishPool()
        const orders = yield* NumberOrders
        const [late] = yield* orders.claim({ limit: 1, leaseMillis: 1_000 })
        yield* TestClock.adjust("2 seconds")
        yield* World.settle
        const order = { ...late!.order, state: "wanted" as const }
        assert.isNull(yield* orders.advance({ order, fence: late!.fence, dueInMillis: 0 }))
        yield* World.settle
        assert.isEmpty(twice())
        assert.lengthOf(market.purchases, 3)
      }).pipe(Effect.provide(World.world(telephony)))
    })
  )
})
