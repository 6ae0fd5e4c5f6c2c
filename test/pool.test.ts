/** Two hosts fill one pool on a real PostgreSQL: never too many, never too dear, and no number twice. */
import * as Application from "@careline/application"
import { layer as postgres } from "@careline/adapter-postgres"
import { NumberInventory, NumberOrders, type Telephony, TelephonyProviders } from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Redacted } from "effect"
import * as World from "../packages/application/test/support/purchaseWorld.ts"
import { freshDatabase } from "./support/postgres.ts"

const POOL_MAX = 20
const limits = Application.Limits.withDefaults({
  poolMin: POOL_MAX,
  poolBatch: 7,
  poolMax: POOL_MAX,
  poolLookEvery: 1,
  orderBackoff: 1,
  orderBackoffMax: 5
})

/** A host's workers over a connection pool of its own. */
const host = (url: string, telephony: Telephony.TelephonyService, budget: string) =>
  Layer.mergeAll(
    postgres({ url: Redacted.make(url), maxConnections: 2 }),
    Layer.succeed(TelephonyProviders.TelephonyProviders, TelephonyProviders.make(telephony)),
    Layer.succeed(Application.Limits.Limits, limits),
    Layer.succeed(Application.BuysNumbers, true),
    World.budget(budget)
  )

const turns = Effect.forEach(Array.from({ length: 25 }), () => World.turn, { discard: true })

const filled = Effect.fnUntraced(function* (budget: string) {
  const url = yield* Effect.promise(freshDatabase)
  const { market, mishaps, telephony, twice } = World.makeProvider()
  mishaps.push("lost", "not_available", "lost", "dies_after", "not_available")
  const migrated = host(url, telephony, budget)
  yield* Effect.provide(Effect.void, migrated)
  const hosts = yield* Effect.forEach([1, 2], () =>
    Effect.forkChild(Effect.provide(Effect.all([turns, turns], { concurrency: 2 }), host(url, telephony, budget)))
  )
  yield* Effect.forEach(hosts, Fiber.join)
  yield* Effect.gen(function* () {
    const inventory = yield* NumberInventory
    const numbers = yield* Application.asSystem(inventory.list("nobody"))
    const open = yield* Application.asSystem(Effect.flatMap(NumberOrders, (orders) => orders.open))
    assert.isEmpty(open)
    assert.isEmpty(twice())
    assert.sameMembers(
      numbers.map(({ number }) => number as string),
      market.purchases.map(({ number }) => number)
    )
  }).pipe(Effect.provide(migrated))
  return market.purchases.length
})

describe("Two hosts that fill one pool", () => {
  it.live("never buy more than it may have, nor a number twice, whatever happens to orders", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* filled("1000"), POOL_MAX)
    })
  )

  it.live("never spend more than they may", () =>
    Effect.gen(function* () {
      // Seven at 1.15.
      assert.strictEqual(yield* filled("8.10"), 7)
    })
  )
})
