/** A fallback while the active provider fails, and what no provider carries. */
import { Inbox } from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as Application from "../src/index.ts"
import {
  dispatchAll,
  exhaust,
  line,
  makeWorld,
  north,
  nurse,
  setUp,
  south,
  southLine,
  spareLine,
  withProviders,
  write
} from "./support/twoProviders.ts"

describe("A fallback provider", () => {
  it.effect.each(["NotSent", "Throttled", "Unknown", "Rejected"] as const)(
    "carries the next texts from a number that it owns, once the active one answered %s again and again",
    (answer) => {
      const world = makeWorld()
      return Effect.gen(function* () {
        const add = yield* setUp()
        yield* add("2", spareLine, north, "spare")
        yield* exhaust(world, answer)
        const look = yield* write("Can you call us?")
        yield* dispatchAll
        assert.deepInclude(world.sent, { provider: "spare", from: spareLine, body: "Can you call us?" })
        const message = yield* look
        assert.strictEqual(message.deliveryStatus, "accepted")
        assert.deepInclude(message.metaData, { provider: "spare", sentFrom: spareLine, phoneNumber: spareLine })
      }).pipe(withProviders(world))
    }
  )

  /** Five texts that the active provider took, and says afterwards, after a while, that it lets our account send none. */
  const refusedAfterwards = (afterMillis: number) => {
    const world = makeWorld()
    return Effect.gen(function* () {
      const add = yield* setUp()
      yield* add("2", spareLine, north, "spare")
      for (const text of ["first", "second", "third", "fourth", "fifth"]) yield* write(text)
      yield* dispatchAll
      yield* TestClock.adjust(afterMillis)
      yield* (yield* Inbox).accept(
        world.sent.map((_, place) => ({
          provider: "active",
          account: "active",
          event: {
            _tag: "DeliveryReported" as const,
            providerMessageId: `active-${place + 1}`,
            attemptId: null,
            status: "failed" as const,
            failureReason: "account_suspended" as const,
            errorCode: "1060"
          }
        }))
      )
      yield* Application.applyReports()
      yield* write("Can you call us?")
      yield* dispatchAll
      return world.sent.at(-1)
    }).pipe(withProviders(world))
  }

  it.effect(
    "carries the next texts once the active one took them and refused them afterwards, for its whole account",
    () =>
      Effect.map(refusedAfterwards(30_000), (last) =>
        assert.deepInclude(last, { provider: "spare", body: "Can you call us?" })
      )
  )

  it.effect("is not asked because of what the active one says of texts of an hour ago", () =>
    Effect.map(refusedAfterwards(3_600_000), (last) =>
      assert.deepInclude(last, { provider: "active", body: "Can you call us?" })
    )
  )

  it.effect("is not asked while the active one serves, whatever it refuses", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      const add = yield* setUp()
      yield* add("2", spareLine, north, "spare")
      for (let index = 0; index < 10; index++) yield* write(`text ${index}`)
      yield* dispatchAll
      assert.isTrue(world.sent.every(({ from, provider }) => provider === "active" && from === line))
    }).pipe(withProviders(world))
  })

  it.effect("never gets a text of unknown outcome: that one stays where it was tried", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      const add = yield* setUp()
      yield* add("2", spareLine, north, "spare")
      world.answers.active = "Unknown"
      const looks = [yield* write("first"), yield* write("second"), yield* write("third")]
      yield* dispatchAll
      yield* TestClock.adjust("10 minutes")
      yield* dispatchAll
      for (const look of looks) assert.strictEqual((yield* look).deliveryStatus, "unknown")
      assert.isEmpty(world.sent.filter(({ provider }) => provider === "spare"))
      assert.lengthOf(world.sent, 3)
    }).pipe(withProviders(world))
  })

  it.effect("takes over a text that certainly never left", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      const add = yield* setUp()
      yield* add("2", spareLine, north, "spare")
      world.answers.active = "NotSent"
      const looks = [yield* write("first"), yield* write("second")]
      yield* dispatchAll
      for (const look of looks) {
        assert.deepInclude((yield* look).metaData.delay, { reason: "provider_unreachable" })
      }
      yield* TestClock.adjust("2 seconds")
      yield* dispatchAll
      for (const look of looks) {
        const { deliveryStatus, metaData } = yield* look
        assert.strictEqual(deliveryStatus, "accepted")
        assert.deepInclude(metaData, { provider: "spare", delay: null })
      }
    }).pipe(withProviders(world))
  })

  it.effect("without a number of the tenant's leaves the text waiting, and the message says so", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      const add = yield* setUp()
      // Another tenant's number is nobody's here.
      yield* add("2", spareLine, south, "spare")
      yield* exhaust(world, "NotSent")
      const look = yield* write("Can you call us?")
      yield* dispatchAll
      assert.isEmpty(world.sent.filter(({ provider }) => provider === "spare"))
      const { deliveryStatus, metaData } = yield* look
      assert.strictEqual(deliveryStatus, "queued")
      assert.deepInclude(metaData.delay, { reason: "no_number_at_provider" })

      world.answers.active = "Accepted"
      yield* TestClock.adjust("2 minutes")
      yield* dispatchAll
      yield* TestClock.adjust("2 minutes")
      yield* dispatchAll
      assert.strictEqual((yield* look).deliveryStatus, "accepted")
      assert.isNull((yield* look).metaData.delay)
    }).pipe(withProviders(world))
  })

  it.effect("is given up once a text is old that no number can carry, rather than surprise somebody with it", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      yield* setUp()
      yield* exhaust(world, "NotSent")
      const look = yield* write("Can you call us?")
      for (let hour = 0; hour < 5; hour++) {
        yield* dispatchAll
        yield* TestClock.adjust("1 hour")
      }
      yield* dispatchAll
      const { deliveryStatus, metaData } = yield* look
      assert.strictEqual(deliveryStatus, "failed")
      assert.deepInclude(metaData, { delay: null })
      assert.isTrue(world.sent.every(({ provider }) => provider === "active"))
    }).pipe(withProviders(world))
  })

  it.effect("gives way again once one text got through to the active one", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      const add = yield* setUp()
      yield* add("2", spareLine, north, "spare")
      yield* exhaust(world, "Throttled")
      world.answers.active = "Accepted"
      yield* TestClock.adjust("61 seconds")
      yield* dispatchAll
      world.sent.length = 0
      yield* write("after the outage")
      yield* dispatchAll
      assert.deepStrictEqual(world.sent, [{ provider: "active", from: line, body: "after the outage" }])
    }).pipe(withProviders(world))
  })

  it.effect("is none unless one is named: texts wait for the active provider", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      const add = yield* setUp()
      yield* add("2", spareLine, north, "spare")
      yield* exhaust(world, "NotSent")
      const look = yield* write("Can you call us?")
      yield* dispatchAll
      assert.isTrue(world.sent.every(({ provider }) => provider === "active"))
      assert.deepInclude((yield* look).metaData.delay, { reason: "provider_unreachable" })
    }).pipe(withProviders(world, {}, false))
  })

  it.effect("does not keep the active one waiting for a text that it could not carry anyway", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      const add = yield* setUp()
      yield* add("2", spareLine, north, "spare")
      // The contacts of this tenant know a number of the fallback's only.
      yield* add("3", southLine, south, "spare")
      yield* exhaust(world, "NotSent")
      yield* TestClock.adjust("3 seconds")
      yield* dispatchAll
      world.answers.active = "Accepted"
      yield* TestClock.adjust("61 seconds")
      yield* write("from the south", south)
      yield* dispatchAll
      assert.deepInclude(world.sent, { provider: "spare", from: southLine, body: "from the south" })
      world.sent.length = 0
      for (let minute = 0; minute < 3; minute++) {
        yield* write(`minute ${minute}`)
        yield* dispatchAll
        yield* TestClock.adjust("1 minute")
      }
      assert.isTrue(world.sent.every(({ provider }) => provider === "active"))
    }).pipe(withProviders(world))
  })

  it.effect("answers from the number that the contact knows, when that is one of its own", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      const add = yield* setUp()
      yield* add("3", southLine, south, "spare")
      yield* write("from the south", south)
      yield* dispatchAll
      assert.deepStrictEqual(world.sent, [{ provider: "spare", from: southLine, body: "from the south" }])
    }).pipe(withProviders(world))
  })

  it.effect("is not needed for a tenant whose number stayed with a former provider, and who has another one", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      const add = yield* setUp()
      yield* add("3", southLine, south, "former")
      yield* TestClock.adjust("1 second")
      yield* add("4", spareLine, south, null)
      const look = yield* write("from the south", south)
      yield* dispatchAll
      assert.deepStrictEqual(world.sent, [{ provider: "active", from: spareLine, body: "from the south" }])
      assert.strictEqual((yield* look).metaData.sentFrom, spareLine)
    }).pipe(withProviders(world, {}, false))
  })
})

describe("What the provider does not carry", () => {
  it.effect("is refused before anything is kept: a text that is too long, and media where there are none", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      yield* setUp()
      const error = yield* Effect.flip(write("a".repeat(1601)))
      assert.deepInclude(error, { _tag: "InvalidRequest", field: "content" })
      const externalContact = "+13035559999"
      const { thread } = yield* Application.createThread(nurse, { siteGroupingId: north, externalContact })
      const mediaUrls = ["https://files.example.com/one.jpg"]
      const refused = yield* Effect.flip(
        Application.sendMessage(nurse, { threadId: thread.id, content: "Look", mediaUrls, idempotencyKey: null })
      )
      assert.deepInclude(refused, { _tag: "InvalidRequest", field: "mediaUrls" })
      yield* dispatchAll
      assert.isEmpty(world.sent)
    }).pipe(withProviders(world))
  })
})
