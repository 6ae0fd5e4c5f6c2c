/** A team's own transaction behind the port: what runs in it, and what becomes of it when it is cut off. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber } from "effect"
import type { Repositories } from "../../src/index.ts"
import { claim, driverError, repositories, timers, transact } from "../support/plainRepositories.ts"

type Transact = Repositories<string>["transact"]

/** All that is ready to run has run. */
const turns = Effect.promise(async () => {
  for (let turn = 0; turn < 10; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
})

describe("A transaction of plain functions", () => {
  it.effect("hands its own handle to what is called inside, and to nothing outside", () =>
    Effect.gen(function* () {
      const handles: Array<string> = []
      const layer = repositories({ timers: timers((db) => handles.push(db)) })
      yield* Effect.provide(Effect.all([claim, transact(claim), claim], { concurrency: 3 }), layer)
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

  it.effect("that throws before it begins is told by what it throws", () =>
    Effect.gen(function* () {
      const broken: Transact = () => {
        throw driverError("08006")
      }
      const error = yield* Effect.flip(Effect.provide(transact(Effect.void), repositories({ transact: broken })))
      assert.strictEqual(error.reason._tag, "StoreUnavailable")
    })
  )
})

describe("A transaction that does not do what it should", () => {
  it.effect("is a fault when it never calls its work", () =>
    Effect.gen(function* () {
      const layer = repositories({ transact: async () => undefined as never })
      const { reason } = yield* Effect.flip(Effect.provide(transact(Effect.succeed(1)), layer))
      assert.strictEqual(reason._tag, "StoreFault")
      assert.include(reason.message, "did not call")
    })
  )

  const tooEarly: Readonly<Record<string, (begun: Promise<void>) => Transact>> = {
    "gives up waiting": (begun) => (work) =>
      Promise.race([work("transaction"), begun.then(() => Promise.reject(driverError("57014")))]),
    "does not wait for it": () => async (work) => {
      void work("transaction")
      return undefined as never
    }
  }
  it.live.each(Object.entries(tooEarly))("ends its work before it fails when it %s", ([, transactTooEarly]) =>
    Effect.gen(function* () {
      const events: Array<string> = []
      const begun = Promise.withResolvers<void>()
      const answered = Promise.withResolvers<void>()
      const layer = repositories({
        transact: transactTooEarly(begun.promise),
        timers: timers(async () => {
          events.push("statement")
          begun.resolve()
          await answered.promise
          events.push("statement ended")
        })
      })
      const failing = yield* Effect.forkChild(
        Effect.provide(transact(Effect.andThen(claim, claim)), layer).pipe(
          Effect.flip,
          Effect.tap(() => Effect.sync(() => events.push("failed")))
        )
      )
      yield* Effect.promise(() => begun.promise)
      yield* turns
      answered.resolve()
      const { reason } = yield* Fiber.join(failing)
      assert.strictEqual(reason._tag, "StoreFault")
      assert.include(reason.message, "ended before")
      yield* turns
      assert.deepStrictEqual(events, ["statement", "statement ended", "failed"])
    })
  )

  it.live("runs nothing that it is asked for after its end", () =>
    Effect.gen(function* () {
      let ran = false
      let late: () => Promise<unknown> = async () => undefined
      const later: Transact = async (work) => {
        late = () => work("transaction")
        return undefined as never
      }
      const layer = repositories({ transact: later })
      yield* Effect.flip(Effect.provide(transact(Effect.sync(() => (ran = true))), layer))
      yield* Effect.promise(() => late().catch(() => undefined))
      assert.isFalse(ran)
    })
  )

  const again: Readonly<Record<string, Transact>> = {
    "after it failed": (work) => work("one").catch(() => work("two")),
    "after it succeeded": (work) => work("one").then(() => work("two")),
    "while it runs": async (work) => (await Promise.all([work("one"), work("two")]))[0],
    "while it runs, and hides it": async (work) => {
      const first = work("one").catch(() => undefined as never)
      await work("two").catch(() => undefined)
      return first
    }
  }
  it.live.each(Object.entries(again))("is refused when it calls its work again %s", ([when, transactAgain]) =>
    Effect.gen(function* () {
      const handles: Array<string> = []
      const layer = repositories({ transact: transactAgain, timers: timers((db) => handles.push(db)) })
      const effect = when.includes("failed") ? Effect.andThen(claim, Effect.fail("refused" as const)) : claim
      const error = yield* Effect.flip(Effect.provide(transact(Effect.andThen(Effect.yieldNow, effect)), layer))
      assert.include(typeof error === "string" ? error : error.reason.message, "more than once")
      assert.notInclude(handles, "two")
    })
  )
})
