/** How often an idle worker looks for work, in virtual time. */
import { describe, assert, it } from "@effect/vitest"
import { Effect, Queue, Stream } from "effect"
import { TestClock } from "effect/testing"
import { Limits } from "../src/shared/Limits.ts"
import { loop } from "../src/shared/WorkerLoop.ts"

const idle = Effect.fnUntraced(function* (pollEveryMax?: number) {
  const looks: Array<number> = []
  const found: Array<number> = []
  const wakeups = yield* Queue.unbounded<void>()
  const look = Effect.sync(() => {
    looks.push(0)
    return found.shift() ?? 0
  })
  yield* loop("test", look, Stream.fromQueue(wakeups), pollEveryMax)
  yield* TestClock.adjust(0)
  /** How often it looked meanwhile. */
  const within = Effect.fnUntraced(function* (seconds: number) {
    const before = looks.length
    yield* TestClock.adjust(seconds * 1_000)
    return looks.length - before
  })
  return { looks, wakeups, found, within }
})

const limited = Effect.updateService(Limits, (limits) => ({ ...limits, pollEvery: 1_000, pollEveryMax: 5_000 }))

describe("An idle worker", () => {
  it.effect("looks ever less often, but never less often than it may", () =>
    Effect.gen(function* () {
      const { within } = yield* idle()
      assert.deepStrictEqual([yield* within(1), yield* within(2), yield* within(4), yield* within(50)], [1, 1, 1, 10])
    }).pipe(limited)
  )

  it.effect("looks at once when it is told of work, and often after that", () =>
    Effect.gen(function* () {
      const { looks, wakeups, within } = yield* idle()
      yield* within(60)
      const before = looks.length
      yield* Queue.offer(wakeups, undefined)
      // From fiber to fiber, in no time.
      yield* Effect.repeat(Effect.yieldNow, { times: 50 })
      assert.deepStrictEqual([looks.length - before, yield* within(1), yield* within(2)], [1, 1, 1])
    }).pipe(limited)
  )

  it.effect("looks often again when it found something", () =>
    Effect.gen(function* () {
      const { found, within } = yield* idle()
      yield* within(57)
      found.push(1)
      // The look that finds something is followed by another at once.
      assert.deepStrictEqual([yield* within(5), yield* within(1), yield* within(2)], [2, 1, 1])
    }).pipe(limited)
  )

  it.effect("looks for alarms that are due as often as ever", () =>
    Effect.gen(function* () {
      const { within } = yield* idle(1_000)
      assert.strictEqual(yield* within(60), 60)
    }).pipe(limited)
  )
})
