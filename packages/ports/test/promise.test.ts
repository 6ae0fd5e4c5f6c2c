/** Plain async functions behind the ports: what they throw, and what becomes of a transaction that is cut off. */
import type { Tenant } from "@careline/domain"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Exit, Fiber, type Layer, Option } from "effect"
import { PoolNumbers, StorageError, Timers, Transaction } from "../src/index.ts"
import { fromPlain, type Repositories, repositoriesLayer, toPlain } from "../src/promise/index.ts"

const unused = (): never => {
  throw new Error("not a part of this test")
}

const repositories = (parts: Partial<Repositories<string>>): Layer.Layer<PoolNumbers | Timers | Transaction> =>
  repositoriesLayer<string>({
    db: "pool",
    transact: (work) => work("transaction"),
    auditLog: unused,
    broadcaster: unused,
    changes: unused,
    circuits: unused,
    consents: unused,
    inbox: unused,
    messages: unused,
    outbox: unused,
    poolNumbers: unused,
    rateBuckets: unused,
    settings: unused,
    threads: unused,
    timers: unused,
    ...parts
  })

/** A repository that fails as it is told. */
const failing = (error: unknown) => {
  const claimDue = async () => {
    throw error
  }
  return repositories({ timers: () => ({ claimDue }) })
}
const claim = Effect.flatMap(Timers, (timers) => timers.claimDue(1))
const transact = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Transaction, (transaction) => transaction.transact(effect))

const thrown = (error: unknown) => claim.pipe(Effect.flip, Effect.provide(failing(error)))

const driverError = (code: string | undefined, constraint?: string) =>
  Object.assign(new Error("Key (phone)=(+13035550123) already exists"), { code, constraint })

describe("What a plain repository throws", () => {
  it.effect.each([
    ["23505", "StoreConflict"],
    ["40001", "StoreConflict"],
    ["40P01", "StoreConflict"],
    ["08006", "StoreUnavailable"],
    ["53300", "StoreUnavailable"],
    ["57014", "StoreUnavailable"],
    ["55P03", "StoreUnavailable"],
    ["ECONNREFUSED", "StoreUnavailable"],
    ["23503", "StoreFault"],
    ["22P02", "StoreFault"]
  ])("is told by its code: %s is a %s", ([code, tag]) =>
    Effect.gen(function* () {
      const error = yield* thrown(driverError(code, "messages_key"))
      assert.strictEqual(error.reason._tag, tag)
      assert.strictEqual(error.operation, "timers.claimDue")
      if (error.reason._tag === "StoreConflict") assert.strictEqual(error.reason.constraint, "messages_key")
    })
  )

  it.effect("is quoted nowhere, and told by its place", () =>
    Effect.gen(function* () {
      for (const error of [driverError("22P02"), new TypeError("cannot read +13035550123"), "+13035550123"]) {
        assert.notInclude((yield* thrown(error)).message, "3035550123")
      }
      assert.include((yield* thrown(new TypeError("x"))).message, "promise.test")
    })
  )

  it.effect("is itself when it is a port's own error", () =>
    Effect.gen(function* () {
      const fault = yield* thrown(driverError("ECONNRESET"))
      const own = new StorageError({ operation: "mine", reason: fault.reason })
      assert.strictEqual(yield* thrown(own), own)
    })
  )
})

describe("A transaction of plain functions", () => {
  it.effect("hands its own handle to what is called inside, and to nothing outside", () =>
    Effect.gen(function* () {
      const handles: Array<string> = []
      const noting = repositories({
        timers: (db) => ({
          claimDue: async () => {
            handles.push(db)
            return { now: new Date(0), timers: [] }
          }
        })
      })
      yield* Effect.provide(Effect.all([claim, transact(claim), claim], { concurrency: 3 }), noting)
      assert.sameMembers(handles, ["pool", "transaction", "pool"])
    })
  )

  it.live("that is interrupted has ended before whoever interrupted goes on", () =>
    Effect.gen(function* () {
      const events: Array<string> = []
      const layer = repositories({
        transact: async (work) => {
          try {
            return await work("transaction")
          } catch (error) {
            await Promise.resolve()
            events.push("rolled back")
            throw error
          }
        }
      })
      const fiber = yield* Effect.forkChild(Effect.provide(transact(Effect.never), layer))
      yield* Effect.yieldNow
      yield* Effect.promise(() => new Promise(setImmediate))
      yield* Fiber.interrupt(fiber)
      events.push("interrupted")
      assert.deepStrictEqual(events, ["rolled back", "interrupted"])
    })
  )

  it.live("that is interrupted while it waits for a connection does nothing once it has one", () =>
    Effect.gen(function* () {
      let give: () => void = () => undefined
      const connection = new Promise<void>((resolve) => (give = resolve))
      let ran = false
      const layer = repositories({ transact: (work) => connection.then(() => work("transaction")) })
      const effect = transact(Effect.sync(() => (ran = true)))
      const fiber = yield* Effect.forkChild(Effect.provide(effect, layer))
      yield* Effect.yieldNow
      const interrupted = yield* Effect.forkChild(Fiber.interrupt(fiber))
      yield* Effect.yieldNow
      give()
      yield* Fiber.join(interrupted)
      assert.isFalse(ran)
    })
  )

  it.effect("that cannot be committed fails, though its effect succeeded", () =>
    Effect.gen(function* () {
      const layer = repositories({
        transact: async (work) => {
          await work("transaction")
          throw driverError("40001")
        }
      })
      const exit = yield* Effect.exit(Effect.provide(transact(Effect.succeed(1)), layer))
      assert.isTrue(Exit.isFailure(exit))
    })
  )

  it.effect("that never calls its work is a fault", () =>
    Effect.gen(function* () {
      const layer = repositories({ transact: async () => undefined as never })
      const error = yield* Effect.flip(Effect.provide(transact(Effect.succeed(1)), layer))
      assert.strictEqual(error.reason._tag, "StoreFault")
    })
  )
})

describe("Plain data", () => {
  it("has dates, strings and null where the model has instants, brands and options", () => {
    const at = DateTime.makeUnsafe(1_772_000_000_123)
    const model = { at, list: [{ at }], some: Option.some({ at }), none: Option.none(), tenant: null as Tenant }
    const date = new Date(1_772_000_000_123)
    const plain = toPlain(model)
    assert.deepStrictEqual<unknown>(plain, {
      at: date,
      list: [{ at: date }],
      some: { at: date },
      none: null,
      tenant: null
    })
    assert.deepStrictEqual(fromPlain<typeof at>(date), at)
  })

  it("keeps bytes and other values as they are", () => {
    const bytes = new Uint8Array([1, 2])
    assert.strictEqual(toPlain({ bytes }).bytes, bytes)
    assert.isUndefined(toPlain({ missing: undefined }).missing)
  })
})

describe("A plain look-up", () => {
  it.effect("finds something or nothing", () =>
    Effect.gen(function* () {
      const layer = repositories({
        poolNumbers: () => ({
          list: unused,
          byNumbers: unused,
          carriedBy: unused,
          add: unused,
          get: async () => null,
          defaultOf: async () => ({
            id: "1",
            siteGroupingId: null,
            number: "+12025550100",
            label: null,
            providerSid: null,
            provider: null,
            status: "assigned",
            createdAt: new Date(5)
          })
        })
      })
      const numbers = yield* Effect.provide(PoolNumbers, layer)
      assert.isTrue(Option.isNone(yield* numbers.get("all", "1" as never)))
      const found = Option.getOrThrow(yield* numbers.defaultOf(null))
      assert.strictEqual(found.createdAt.epochMilliseconds, 5)
    })
  )
})
