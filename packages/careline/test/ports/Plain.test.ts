/** Plain data behind the ports: what becomes of it on the way, and what cannot be read. */
import type { Tenant } from "@careline/domain"
import {
  Broadcaster,
  type Inbox,
  Messages,
  type Telephony,
  TelephonyError,
  type ThreadView as PortsThreadView,
  Timers
} from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { type Brand, DateTime, Effect, Option, Stream } from "effect"
import { expectTypeOf } from "vitest"
import {
  fromPlain,
  fromPlainTelephony,
  type Lane,
  type Plain,
  type Promised,
  type ThreadView,
  toPlain
} from "../../src/index.ts"
import { claim, repositories, unused } from "../support/plainRepositories.ts"

const at = DateTime.makeUnsafe(1_772_000_000_123)
const date = new Date(1_772_000_000_123)

describe("Plain data", () => {
  it("has dates, strings and null where the model has instants, brands and options", () => {
    const model = { at, list: [{ at }], some: Option.some({ at }), none: Option.none(), tenant: null as Tenant }
    assert.deepStrictEqual<unknown>(toPlain(model), {
      at: date,
      list: [{ at: date }],
      some: { at: date },
      none: null,
      tenant: null
    })
    assert.deepStrictEqual(fromPlain<typeof at>(date), at)
  })

  it("keeps bytes and other values as they are", () => {
    for (const value of [
      new Uint8Array([1]),
      new ArrayBuffer(1),
      new Map([[1, date]]),
      new Set([date]),
      new Error("x")
    ]) {
      assert.strictEqual(toPlain<{ value: unknown }>({ value }).value, value)
      assert.strictEqual(fromPlain<{ value: unknown }>({ value }).value, value)
    }
    assert.isUndefined(toPlain({ missing: undefined }).missing)
    assert.strictEqual(fromPlain<DateTime.Utc>(at as never), at)
  })

  it("is read of entities and of rows without a prototype", () => {
    class Entity {
      createdAt = date
      readonly inner = Object.assign(Object.create(null) as object, { createdAt: date })
      get computed() {
        return unused()
      }
    }
    const read: unknown = fromPlain(new Entity() as never)
    assert.deepStrictEqual(read, { createdAt: at, inner: { createdAt: at } })
  })

  it("pollutes nothing, whatever a field is named", () => {
    const hostile = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}')
    for (const value of [fromPlain<object>(hostile), toPlain<object>(hostile)]) {
      assert.strictEqual(Object.getPrototypeOf(value), Object.prototype)
      assert.notProperty(value, "polluted")
      assert.notProperty({}, "polluted")
    }
  })

  it("is typed without brands, and leaves alone what is no record", () => {
    type Position = number & Brand.Brand<"Position">
    expectTypeOf<Plain<Position>>().toEqualTypeOf<number>()
    expectTypeOf<Plain<1 | 2>>().toEqualTypeOf<1 | 2>()
    expectTypeOf<Plain<bigint | boolean | null>>().toEqualTypeOf<bigint | boolean | null>()
    expectTypeOf<Plain<Map<string, Date>>>().toEqualTypeOf<Map<string, Date>>()
    expectTypeOf<Plain<ReadonlySet<string>>>().toEqualTypeOf<ReadonlySet<string>>()
    expectTypeOf<Plain<{ a: Tenant; b: Uint8Array }>>().toEqualTypeOf<{
      readonly a: string | null
      readonly b: Uint8Array
    }>()
  })

  it("has names for an adapter's signatures", () => {
    type Claim = Promised<Inbox["Service"]>["claimLanes"]
    expectTypeOf<Awaited<ReturnType<Claim>>["lanes"][number]>().toEqualTypeOf<Lane>()
    expectTypeOf<ThreadView>().toEqualTypeOf<Plain<PortsThreadView>>()
    expectTypeOf<Lane["contact"]>().toEqualTypeOf<string>()
  })
})

describe("A plain look-up", () => {
  it.effect("finds something or nothing", () =>
    Effect.gen(function* () {
      const lines = { get: async () => null, find: async () => ({ createdAt: new Date(5) }) }
      const messages = yield* Effect.provide(Messages, repositories({ messages: () => lines as never }))
      assert.isTrue(Option.isNone(yield* messages.get("all", "1" as never, "1" as never)))
      const found = Option.getOrThrow(yield* messages.find("all", "1" as never))
      assert.strictEqual(found.createdAt.epochMilliseconds, 5)
    })
  )
})

describe("An answer that cannot be read", () => {
  const circle: { now: Date; timers: Array<never>; self?: unknown } = { now: date, timers: [] }
  circle.self = circle
  const answers: Readonly<Record<string, typeof circle>> = {
    "a date that is no time": { now: new Date(Number.NaN), timers: [] },
    "a field that throws": Object.defineProperty({ now: date, timers: [] }, "self", { get: unused, enumerable: true }),
    "an entity within itself": circle
  }
  it.effect.each(Object.entries(answers))("is a fault of the operation: %s", ([, answer]) =>
    Effect.gen(function* () {
      const error = yield* claim.pipe(
        Effect.flip,
        Effect.provide(repositories({ timers: () => ({ claimDue: async () => answer }) }))
      )
      assert.strictEqual(error.reason._tag, "StoreFault")
      assert.include(error.message, "timers.claimDue: an answer that cannot be read")
    })
  )

  it.effect("is a fault of a stream, too, as is one that does not begin", () =>
    Effect.gen(function* () {
      const publish = unused
      const events = async function* () {
        yield { id: "1", event: { at: new Date(Number.NaN) } as never }
      }
      for (const subscribe of [events, unused]) {
        const { subscribe: listen } = yield* Effect.provide(
          Broadcaster,
          repositories({ broadcaster: () => ({ publish, subscribe }) })
        )
        const error = yield* Effect.flip(Stream.runDrain(listen("all", null)))
        assert.strictEqual(error.reason._tag, "StoreFault")
        assert.strictEqual(error.operation, "broadcaster.subscribe")
      }
    })
  )
})

describe("A plain repository", () => {
  it.effect("may be an object of a class", () =>
    Effect.gen(function* () {
      class Clock {
        readonly now = date
        async claimDue() {
          return { now: this.now, timers: [] }
        }
      }
      const { now } = yield* Effect.provide(
        Effect.flatMap(Timers, (timers) => timers.claimDue(1)),
        repositories({ timers: () => new Clock() })
      )
      assert.deepStrictEqual(now, at)
    })
  )
})

describe("What a plain provider throws", () => {
  const asked = (error: unknown) => {
    const status = async () => {
      throw error
    }
    return fromPlainTelephony({
      provider: "acme",
      capabilities: {} as Telephony.Capabilities,
      webhooks: { receive: unused, reply: unused },
      messages: { send: unused, status }
    }).messages.status("1")
  }

  it.effect("is a reason of another copy of the package, or its error", () =>
    Effect.gen(function* () {
      class RateLimited extends Error {
        readonly _tag = "RateLimited"
        readonly code = null
        readonly retryAfterMillis = 5
      }
      class Foreign extends Error {
        readonly _tag = "TelephonyError"
        readonly provider = "theirs"
        readonly operation = "status"
        readonly reason = new RateLimited("slowly")
      }
      for (const [error, provider] of [
        [new RateLimited("slowly"), "acme"],
        [new Foreign(), "theirs"]
      ] as const) {
        const told = yield* Effect.flip(asked(error))
        assert.instanceOf(told, TelephonyError.TelephonyError)
        assert.instanceOf(told.reason, TelephonyError.RateLimited)
        assert.strictEqual(told.provider, provider)
        assert.isTrue(told.isRetryable)
      }
    })
  )

  it.effect("is a defect when it is anything else", () =>
    Effect.gen(function* () {
      for (const error of [new TypeError("x"), { _tag: "RateLimited" }]) {
        assert.strictEqual((yield* Effect.exit(asked(error)))._tag, "Failure")
        assert.strictEqual((yield* Effect.flip(Effect.sandbox(asked(error)))).reasons[0]?._tag, "Die")
      }
    })
  )
})
