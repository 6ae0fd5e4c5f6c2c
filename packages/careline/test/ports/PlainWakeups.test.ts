/** A team's wake-ups behind the port: they begin again, and say so once. */
import { Inbox } from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Logger, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { Repositories } from "../../src/index.ts"
import { FIRST_PAUSE, LONGEST_PAUSE } from "../../src/ports/PlainWakeups.ts"
import { repositories, unused } from "../support/plainRepositories.ts"

type PlainInbox = ReturnType<Repositories<string>["inbox"]>

/** An inbox as an object of a class: its wake-ups are its own. */
class Listening implements PlainInbox {
  readonly accept = unused
  readonly claimLanes = unused
  readonly claimReports = unused
  readonly claimCallReports = unused
  readonly settle = unused
  readonly parked = unused
  readonly releaseParked = unused
  readonly retryParked = unused
  readonly dismissParked = unused
  begun = 0
  readonly listen: (begun: number) => AsyncIterable<unknown>

  constructor(listen: (begun: number) => AsyncIterable<unknown>) {
    this.listen = listen
  }

  wakeups(): AsyncIterable<unknown> {
    this.begun++
    return this.listen(this.begun)
  }
}

const once = async function* () {
  yield "tick"
}

const onceAndWait = async function* () {
  yield "tick"
  await new Promise(() => undefined)
}

const listen = (inbox: PlainInbox) =>
  Effect.gen(function* () {
    const warnings: Array<unknown> = []
    let ticks = 0
    const { wakeups } = yield* Effect.provide(Inbox, repositories({ inbox: () => inbox }))
    const fiber = yield* Stream.runForEach(wakeups, () => Effect.sync(() => ticks++)).pipe(
      Effect.provide(Logger.layer([Logger.make(({ message }) => void warnings.push(message))])),
      Effect.forkChild
    )
    const pass = (millis: number) =>
      Effect.gen(function* () {
        // Promises settle by the real clock.
        yield* Effect.promise(() => new Promise(setImmediate))
        yield* TestClock.adjust(millis)
        yield* Effect.promise(() => new Promise(setImmediate))
      })
    yield* pass(0)
    return { fiber, pass, ticks: () => ticks, warnings }
  })

describe("Plain wake-ups", () => {
  it.effect("begin again after a pause when they end, and say so each time that they had ticked", () =>
    Effect.gen(function* () {
      const inbox = new Listening(once)
      const { pass, ticks, warnings } = yield* listen(inbox)
      assert.deepStrictEqual([ticks(), warnings.length], [1, 1])
      yield* pass(FIRST_PAUSE - 1)
      assert.strictEqual(inbox.begun, 1)
      yield* pass(1)
      assert.deepStrictEqual([inbox.begun, ticks(), warnings.length], [2, 2, 2])
    })
  )

  it.effect("wait longer and longer while they throw, say so once, and go on", () =>
    Effect.gen(function* () {
      const inbox = new Listening((begun) => {
        if (begun === 1) throw new Error("My pain\n    at five (x:1:2)")
        return begun < 20
          ? { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("+13035550123")) }) }
          : onceAndWait()
      })
      const { pass, ticks, warnings } = yield* listen(inbox)
      yield* pass(FIRST_PAUSE)
      assert.strictEqual(inbox.begun, 2)
      yield* pass(FIRST_PAUSE)
      assert.strictEqual(inbox.begun, 2)
      yield* pass(FIRST_PAUSE)
      assert.strictEqual(inbox.begun, 3)
      assert.deepStrictEqual([ticks(), warnings.length], [0, 1])
      assert.notMatch(JSON.stringify(warnings), /pain|five|3035550123/)
      for (let begun = 3; begun < 20; begun++) yield* pass(LONGEST_PAUSE)
      assert.deepStrictEqual([inbox.begun, ticks(), warnings.length], [20, 1, 1])
    })
  )

  it.effect("are quiet where there are none", () =>
    Effect.gen(function* () {
      const quiet = {
        accept: unused,
        claimLanes: unused,
        claimReports: unused,
        claimCallReports: unused,
        settle: unused,
        parked: unused,
        releaseParked: unused,
        retryParked: unused,
        dismissParked: unused
      }
      const { pass, ticks, warnings } = yield* listen(quiet)
      yield* pass(LONGEST_PAUSE)
      assert.deepStrictEqual([ticks(), warnings.length], [0, 0])
    })
  )

  it.effect("end without a word when nobody listens any more", () =>
    Effect.gen(function* () {
      let isEnded = false
      const waiting = {
        [Symbol.asyncIterator]: () => ({
          next: () => new Promise<never>(() => undefined),
          return: async () => {
            isEnded = true
            return { done: true as const, value: undefined }
          }
        })
      }
      const { fiber, warnings } = yield* listen(new Listening(() => waiting))
      yield* Fiber.interrupt(fiber)
      assert.isTrue(isEnded)
      assert.deepStrictEqual(warnings, [])
    })
  )
})
