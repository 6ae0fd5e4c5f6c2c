/** Throughput limits, and a provider that asks to wait. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as Application from "../src/index.ts"
import { dispatchAll, line, makeWorld, setUp, withProviders, write } from "./support/twoProviders.ts"

describe("A throughput limit", () => {
  it.effect("per number lets texts leave at its rate: the others wait, and say until when", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      yield* setUp()
      const looks = yield* Effect.forEach([1, 2, 3, 4, 5], (index) => write(`text ${index}`))
      yield* dispatchAll
      assert.lengthOf(world.sent, 2)
      const waiting = (yield* Effect.all(looks)).filter(({ deliveryStatus }) => deliveryStatus === "queued")
      assert.lengthOf(waiting, 3)
      for (const { metaData } of waiting) assert.deepInclude(metaData.delay, { reason: "rate_limit" })
      for (let second = 1; second <= 3; second++) {
        yield* TestClock.adjust("1 second")
        yield* dispatchAll
        assert.lengthOf(world.sent, 2 + second)
      }
      for (const look of looks) assert.strictEqual((yield* look).deliveryStatus, "accepted")
    }).pipe(withProviders(world, { sendRatePerNumber: { perSecond: 1, burst: 2 } }))
  })

  it.effect("per account holds for all numbers together", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      yield* setUp()
      yield* Effect.forEach([1, 2, 3, 4, 5, 6], (index) => write(`text ${index}`))
      yield* dispatchAll
      assert.lengthOf(world.sent, 3)
    }).pipe(withProviders(world, { sendRatePerAccount: { perSecond: 3, burst: 3 } }))
  })

  it.effect("says so before a number is used so much that texts would wait for long", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      yield* setUp()
      yield* Effect.forEach([1, 2, 3], (index) => write(`text ${index}`))
      const error = yield* Effect.flip(write("one too many"))
      assert.deepInclude(error, { _tag: "NumberOverused", number: line, waiting: 3 })
      assert.include(String(error), "Send from another number, or later")
      yield* dispatchAll
      yield* write("now it goes")
    }).pipe(withProviders(world, { queuedPerNumber: 3 }))
  })

  it.effect("looks at a backlog once, lets it leave in order, and nobody overtakes it", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      yield* setUp()
      const texts = 100
      for (let index = 0; index < texts; index++) yield* write(`text ${index}`)
      let looks = 0
      const dispatch = Effect.gen(function* () {
        for (let done = 1; done > 0; looks += done) done = yield* Application.dispatchSends()
      })
      yield* dispatch
      yield* write("late")
      for (let second = 0; second <= texts; second++) {
        yield* TestClock.adjust("1 second")
        yield* dispatch
      }
      assert.deepStrictEqual(
        world.sent.map(({ body }) => body),
        [...Array.from({ length: texts }, (_, index) => `text ${index}`), "late"]
      )
      assert.isAtMost(looks, 3 * texts)
    }).pipe(withProviders(world, { sendRatePerNumber: { perSecond: 1, burst: 1 } }))
  })

  it.effect("that workers meet late loses no turn for good", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      yield* setUp()
      for (let index = 0; index < 20; index++) yield* write(`text ${index}`)
      yield* dispatchAll
      for (let look = 0; look < 20; look++) {
        yield* TestClock.adjust("1300 millis")
        yield* dispatchAll
      }
      // One in each look, and as many more as the time between looks adds up to.
      assert.lengthOf(world.sent, 20)
    }).pipe(withProviders(world, { sendRatePerNumber: { perSecond: 1, burst: 1 } }))
  })
})

describe("A provider that asks to wait", () => {
  it.effect("delays a text for hours, and does not make it fail", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      yield* setUp()
      world.answers.active = "Throttled"
      const look = yield* write("Can you call us?")
      for (let minute = 0; minute < 120; minute += 5) {
        yield* dispatchAll
        assert.strictEqual((yield* look).metaData.delay?.reason, "provider_throttled")
        yield* TestClock.adjust("5 minutes")
      }
      world.answers.active = "Accepted"
      yield* dispatchAll
      assert.strictEqual((yield* look).deliveryStatus, "accepted")
      assert.isNull((yield* look).metaData.delay)
    }).pipe(withProviders(world, {}, false))
  })

  it.effect("is given up once the text is old", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      yield* setUp()
      world.answers.active = "Throttled"
      const look = yield* write("Can you call us?")
      for (let minute = 0; minute <= 250; minute += 5) {
        yield* dispatchAll
        yield* TestClock.adjust("5 minutes")
      }
      const { deliveryStatus, metaData } = yield* look
      assert.strictEqual(deliveryStatus, "failed")
      assert.deepInclude(metaData, { failureReason: "provider_unreachable", delay: null })
    }).pipe(withProviders(world, {}, false))
  })
})
