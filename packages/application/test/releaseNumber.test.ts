/** A number goes back to its provider on purpose: once, whatever becomes of the answer, and never one that somebody needs. */
import { type InventoryNumber, NumberLifecycle, type PhoneNumber, type PhoneNumberId } from "@careline/domain"
import {
  NumberInventory,
  NumberOrders,
  type Numbers,
  type Telephony,
  TelephonyError,
  TelephonyProviders
} from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as Application from "../src/index.ts"
import { Crash, facet, fragile } from "./support/Crash.ts"
import * as World from "./support/purchaseWorld.ts"

const digits = "+12025550150" as PhoneNumber.E164
const OUTAGE = new TelephonyError.Unavailable({ message: "no answer", code: null })
const REFUSAL = new TelephonyError.Refused({ message: "a port is under way", code: "21422" })

/** A provider that owns the number, and what it does when it is asked to take it back, one after the other. */
const makeProvider = (...mishaps: Array<"lost" | "unreached" | "refuses" | "dies">) => {
  const released: Array<string> = []
  const fail = (reason: TelephonyError.TelephonyErrorReason) =>
    Effect.fail(new TelephonyError.TelephonyError({ provider: "acme", operation: "numbers.release", reason }))
  const release: Numbers.Numbers["release"] = (number) =>
    Effect.suspend(() => {
      released.push(number)
      const mishap = mishaps.shift()
      if (mishap === "refuses") return fail(REFUSAL)
      if (mishap === "unreached") return fail(OUTAGE)
      provider.market.giveBack(number)
      if (mishap === "dies") return Effect.die(new Error("canary"))
      return mishap === "lost" ? fail(OUTAGE) : Effect.void
    })
  const provider = World.makeProvider("acme", { release })
  provider.market.own(digits)
  return { ...provider, released }
}

const acquired = Effect.gen(function* () {
  const [id] = ["01900000-0000-7000-8000-000000000001" as PhoneNumberId]
  const monthlyPrice = { amount: "1.15", currency: "USD" }
  const given = { id, number: digits, provider: "acme", providerSid: `sid-${digits}`, monthlyPrice }
  const number = NumberLifecycle.acquire(given, yield* DateTime.now)
  yield* (yield* NumberInventory).add(number)
  return number
})

const order = (id: PhoneNumberId) => Application.releaseNumber(World.admin, id, { confirm: digits })

const status = Effect.map(World.inventory, ([number]) => number?.status ?? "none")

const worked = Effect.gen(function* () {
  for (let count = 0; count < 20; count++) {
    yield* TestClock.adjust("15 minutes")
    yield* Application.buyNumbers()
  }
})

const isOpen = Effect.map(
  Effect.flatMap(NumberOrders, (orders) => orders.open),
  (open) => open.length > 0
)

const play = <A, E>(
  telephony: Telephony.TelephonyService,
  body: (number: InventoryNumber.InventoryNumber) => Effect.Effect<A, E, Layer.Success<ReturnType<typeof World.world>>>,
  layer: Layer.Layer<never> = Layer.empty
) =>
  Effect.gen(function* () {
    yield* World.setUp
    return yield* body(yield* acquired)
  }).pipe(
    Effect.provide(Layer.merge(World.world(telephony), layer)),
    Effect.provideService(Application.BuysNumbers, false)
  )

describe("A number that is released", () => {
  it.effect("is off the record once its provider has it again, and costs nothing of the budget any more", () => {
    const { market, released, telephony } = makeProvider()
    return play(telephony, ({ id }) =>
      Effect.gen(function* () {
        const since = yield* DateTime.now
        const { spentMicros } = yield* NumberOrders
        const purchase = {
          id,
          kind: "purchase",
          purpose: "both",
          number: digits,
          provider: "acme",
          wantedBy: null,
          failures: 0
        } as const
        const price = { amount: "1.15", currency: "USD" }
        const kept = { providerSid: null, startedAt: null, failedBecause: null }
        yield* (yield* NumberOrders).add([{ ...purchase, ...kept, price, state: "done" }])
        assert.strictEqual(yield* spentMicros(since, "USD"), 1_150_000)
        assert.strictEqual((yield* order(id)).status, "releasing")
        assert.deepInclude((yield* Application.poolHealth(World.admin)).counts, { releasing: 1, available: 0 })
        yield* Application.buyNumbers()
        assert.isEmpty(released, "until then it may be undone")
        assert.strictEqual(yield* spentMicros(since, "USD"), 1_150_000)
        yield* worked
        assert.deepStrictEqual([released, yield* status], [[digits], "none"])
        assert.isUndefined(market.find(digits))
        assert.strictEqual(yield* spentMicros(since, "USD"), 0)
        assert.isFalse(yield* isOpen)
      })
    )
  })

  it.effect("is looked for before it is asked about again, whatever became of the answer", () =>
    Effect.gen(function* () {
      for (const [mishap, times] of [
        ["lost", 1],
        ["dies", 1],
        ["unreached", 2]
      ] as const) {
        const { market, released, telephony } = makeProvider(mishap)
        yield* play(telephony, ({ id }) =>
          Effect.gen(function* () {
            yield* order(id)
            yield* worked
            assert.strictEqual(yield* status, "none", mishap)
          })
        )
        assert.isUndefined(market.find(digits), mishap)
        assert.lengthOf(released, times, mishap)
      }
    })
  )

  it.effect("ends the same, wherever a host is cut off", () =>
    Effect.gen(function* () {
      let cutOff = 0
      for (let at = 1; ; at++) {
        const { market, telephony } = makeProvider()
        const crash = new Crash(at)
        yield* play(telephony, ({ id }) =>
          Effect.gen(function* () {
            yield* order(id)
            yield* TestClock.adjust("15 minutes")
            const breaking = { ...telephony, numbers: facet(telephony.numbers, crash) }
            const ports = yield* Effect.all([fragile(NumberOrders, crash), fragile(NumberInventory, crash)])
            const providers = Layer.succeed(TelephonyProviders.TelephonyProviders, TelephonyProviders.make(breaking))
            yield* Effect.ignoreCause(Effect.provide(Application.buyNumbers(), Layer.mergeAll(...ports, providers)))
            yield* worked
            const where = `cut off at step ${at}`
            assert.deepStrictEqual([yield* status, yield* isOpen], ["none", false], where)
            assert.isUndefined(market.find(digits), where)
          })
        )
        if (!crash.happened) break
        cutOff++
      }
      assert.isAbove(cutOff, 10)
    })
  )

  it.effect("stays ours, retired and not in the pool, where its provider refuses; operators are told", () => {
    const { market, telephony } = makeProvider("refuses")
    const { alerts, layer } = World.heard()
    return play(
      telephony,
      ({ id }) =>
        Effect.gen(function* () {
          yield* order(id)
          yield* worked
          assert.deepStrictEqual([yield* status, yield* isOpen], ["retired", false])
          assert.isDefined(market.find(digits))
          assert.deepStrictEqual(
            alerts.map(({ condition, subject }) => `${subject}.${condition}`),
            ["number_order.release_refused"]
          )
          yield* order(id)
          yield* worked
          assert.strictEqual(yield* status, "none", "it may be tried again")
        }),
      layer
    )
  })

  it.effect("is never given up on while its provider is away; operators are told once", () => {
    const { telephony } = makeProvider(...Array.from({ length: 40 }, () => "unreached" as const))
    const { alerts, layer } = World.heard()
    return play(
      telephony,
      ({ id }) =>
        Effect.gen(function* () {
          yield* order(id)
          yield* worked
          yield* worked
          assert.deepStrictEqual([yield* status, yield* isOpen], ["releasing", true])
          assert.deepStrictEqual(
            alerts.map(({ condition }) => condition),
            ["stuck_release"]
          )
        }),
      layer
    )
  })

  it.effect("is where it was again for who undoes it in time, and cannot be once its provider was asked", () => {
    const { market, released, telephony } = makeProvider("unreached")
    return play(telephony, ({ id }) =>
      Effect.gen(function* () {
        yield* order(id)
        assert.strictEqual((yield* Application.undoNumber(World.admin, id))?.status, "available")
        yield* worked
        assert.deepStrictEqual([released.length, yield* status, yield* isOpen], [0, "available", false])
        yield* order(id)
        yield* TestClock.adjust("15 minutes")
        const other = yield* Effect.flip(Application.undoNumber(World.admin, id))
        assert.deepInclude(other, { _tag: "NothingToUndo", reason: "not_yours_or_too_late" })
        yield* worked
        assert.isUndefined(market.find(digits))
      })
    )
  })

  it.effect("cannot be had back where its provider was asked a moment ago", () => {
    const { telephony } = makeProvider("unreached")
    const asked = World.limits({ undoWithin: 60_000, orderBackoff: 10 * 60_000 })
    return Effect.gen(function* () {
      yield* World.setUp
      const { id } = yield* acquired
      yield* order(id)
      const [claimed] = yield* Effect.andThen(
        TestClock.adjust("59 seconds"),
        (yield* NumberOrders).claim({ limit: 1, leaseMillis: 1 })
      )
      assert.isUndefined(claimed, "not due yet")
      yield* Effect.provideService(Application.buyNumbers(), Application.BuysNumbers, false)
      assert.strictEqual(yield* status, "releasing")
      assert.isTrue(yield* (yield* NumberOrders).cancelRelease(digits))
      assert.isFalse(yield* (yield* NumberOrders).cancelRelease(digits))
      const late = yield* Effect.flip(Application.undoNumber(World.admin, id))
      assert.deepInclude(late, { _tag: "NothingToUndo", reason: "under_way" })
    }).pipe(Effect.provide(Layer.merge(World.world(telephony), asked)))
  })

  it.effect("has rested, is nobody's, and is the one that is named", () => {
    const { released, telephony } = makeProvider()
    return play(telephony, ({ id, ...number }) =>
      Effect.gen(function* () {
        const inventory = yield* NumberInventory
        const other = Application.releaseNumber(World.admin, id, { confirm: "+12025550151" })
        assert.deepInclude(yield* Effect.flip(other), { _tag: "InvalidRequest", field: "confirm" })
        const tenants = { ...World.admin, scope: [World.north] }
        assert.deepInclude(yield* Effect.flip(Application.releaseNumber(tenants, id, { confirm: digits })), {
          _tag: "NotFound"
        })
        const holder = { siteGroupingId: World.north }
        const now = yield* DateTime.now
        for (const held of [
          { status: "assigned", holder },
          { status: "suspended", holder },
          { status: "replaced", holder, endsAt: DateTime.add(now, { days: 30 }) },
          { status: "quarantined", endsAt: DateTime.add(now, { days: 30 }) }
        ] as const) {
          yield* inventory.save([{ ...number, id, ...held }])
          assert.deepInclude(yield* Effect.flip(order(id)), { _tag: "WrongNumberStatus", status: held.status })
        }
        yield* inventory.save([{ ...number, id, status: "retired" }])
        yield* order(id)
        assert.deepInclude(yield* Effect.flip(order(id)), { _tag: "WrongNumberStatus", status: "releasing" })
        yield* worked
        assert.lengthOf(released, 1)
      })
    )
  })

  it.effect("is given to nobody meanwhile, and counts who tries it", () => {
    const { telephony } = makeProvider()
    return play(telephony, ({ id }) =>
      Effect.gen(function* () {
        const inventory = yield* NumberInventory
        yield* order(id)
        const at = yield* DateTime.now
        const taken = yield* inventory.take({
          siteGroupingId: World.north,
          areaCode: null,
          purpose: "both",
          key: null,
          at
        })
        assert.strictEqual(taken._tag, "None")
        const tried = { number: digits, from: "+13035550199" as never, isAnswerable: true, retireAfter: 1, at }
        assert.strictEqual((yield* inventory.noteUnroutedMessage(tried))._tag, "Some")
        yield* worked
        assert.strictEqual((yield* inventory.noteUnroutedMessage(tried))._tag, "None", "it is no number of ours")
      })
    )
  })
})
