/** Throughput limits, and a fallback while the active provider fails: on memory and a clock of our own. */
import {
  type PhoneNumber,
  type PhoneNumberId,
  type SendOutcome,
  type SiteGroupingId,
  type UserId,
  VoipSettings
} from "@careline/domain"
import { Messages, PoolNumbers, Settings, Telephony, TelephonyProviders } from "@careline/ports"
import * as Memory from "@careline/testkit"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import * as Application from "../src/index.ts"

const noon = Date.UTC(2026, 2, 2, 17)
const north = "north" as SiteGroupingId
const south = "south" as SiteGroupingId
const nurse: Application.Actor = { userId: "nurse" as UserId, scope: [north] }
const line = "+12025550100" as PhoneNumber.E164
const spareLine = "+12025550200" as PhoneNumber.E164

interface Sent {
  readonly provider: string
  readonly from: string
  readonly body: string
}

const capabilities: Telephony.Capabilities = {
  messages: {
    mms: null,
    maxTextLength: 1600,
    attemptEcho: "none",
    find: "none",
    findAfterMillis: null,
    status: "none"
  },
  webhooks: { unsigned: "forged", signatureCovers: "bytes", signatureMaxAgeMillis: null, namesKeywords: false },
  optOutReplies: "application"
}

/** Two providers that answer as they are told, and what they took, in its order. */
const makeWorld = () => {
  const sent: Array<Sent> = []
  const answers: Record<string, SendOutcome.SendOutcome["_tag"]> = { active: "Accepted", spare: "Accepted" }
  const outcomeOf = (tag: SendOutcome.SendOutcome["_tag"], id: string): SendOutcome.SendOutcome => {
    switch (tag) {
      case "Accepted":
        return { _tag: tag, providerMessageId: id, status: "accepted" }
      case "Rejected":
        return { _tag: tag, reason: "unauthorised", code: "401" }
      case "Throttled":
        return { _tag: tag, retryAfterMillis: null }
      case "NotSent":
      case "Unknown":
        return { _tag: tag, detail: "as told" }
    }
  }
  const telephony = (provider: string) =>
    Telephony.make({
      provider,
      capabilities,
      webhooks: {
        receive: () => Effect.succeed({ account: provider, events: [] }),
        reply: () => ({ status: 204, headers: {}, body: "" })
      },
      messages: {
        send: ({ body, from }) =>
          Effect.sync(() => {
            sent.push({ provider, from, body })
            return outcomeOf(answers[provider]!, `${provider}-${sent.length}`)
          })
      }
    })
  return { sent, answers, active: telephony("active"), spare: telephony("spare") }
}

const limits: Application.Limits.LimitsShape = {
  ...Application.Limits.defaults,
  circuit: { failuresToOpen: 2, openForMillis: 60_000, probeForMillis: 60_000 },
  sendBackoff: 1_000
}

const setUp = Effect.fnUntraced(function* () {
  yield* TestClock.setTime(noon)
  const numbers = yield* PoolNumbers
  const add = (id: string, number: PhoneNumber.E164, siteGroupingId: SiteGroupingId, provider: string | null) =>
    Effect.flatMap(DateTime.now, (createdAt) =>
      numbers.add({
        id: id as PhoneNumberId,
        siteGroupingId,
        number,
        label: null,
        providerSid: null,
        provider,
        status: "assigned",
        createdAt
      })
    )
  yield* add("1", line, north, null)
  yield* (yield* Settings).put(north, VoipSettings.defaults)
  return add
})

let count = 0
/** Staff text somebody new; the message, to be looked at again. */
const write = Effect.fnUntraced(function* (content: string) {
  const externalContact = `+1303555${String(3000 + ++count)}`
  const { thread } = yield* Application.createThread(nurse, { siteGroupingId: north, externalContact })
  const message = yield* Application.sendMessage(nurse, {
    threadId: thread.id,
    content,
    mediaUrls: [],
    idempotencyKey: null
  })
  return Effect.map(
    Effect.flatMap(Messages, (messages) => messages.get([north], thread.id, message.id)),
    Option.getOrThrow
  )
})

const dispatchAll = Effect.gen(function* () {
  while ((yield* Application.dispatchSends()) > 0) continue
})

const withProviders =
  (world: ReturnType<typeof makeWorld>, change: Partial<Application.Limits.LimitsShape> = {}, fallback = true) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    effect.pipe(
      Effect.provideService(Application.Limits.Limits, { ...limits, ...change }),
      Effect.provide(
        Layer.mergeAll(
          Memory.layer,
          Layer.succeed(
            TelephonyProviders.TelephonyProviders,
            TelephonyProviders.make(world.active, [], fallback ? world.spare : null)
          )
        )
      )
    )

/** The active provider fails often enough to be given up. */
const exhaust = Effect.fnUntraced(function* (
  world: ReturnType<typeof makeWorld>,
  answer: SendOutcome.SendOutcome["_tag"]
) {
  world.answers.active = answer
  for (let failure = 0; failure < limits.circuit.failuresToOpen; failure++) yield* write(`failure ${failure}`)
  yield* dispatchAll
  world.sent.length = 0
})

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
        assert.deepInclude(message.metaData, { provider: "spare", sentFrom: spareLine })
      }).pipe(withProviders(world))
    }
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
})
