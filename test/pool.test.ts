/** Two hosts fill one pool on a real PostgreSQL, and assign from it: never too many, too dear, or twice. */
import * as Application from "@careline/application"
import { layer as postgres } from "@careline/adapter-postgres"
import {
  NumberLifecycle,
  PendingAssignment,
  type PendingAssignmentId,
  type PhoneNumber,
  type PhoneNumberId,
  type SiteGroupingId,
  type UserId
} from "@careline/domain"
import {
  type BroadcastEvent,
  Broadcaster,
  NumberInventory,
  NumberOrders,
  type NumberStoragePorts,
  type StoragePorts,
  type Telephony,
  TelephonyProviders
} from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { type Context, DateTime, Effect, Fiber, Layer, Queue, Redacted, Result, Stream } from "effect"
import * as fc from "fast-check"
import * as World from "../packages/application/test/support/purchaseWorld.ts"
import { freshDatabase } from "./support/postgres.ts"

const POOL_MAX = 20
const limits = Application.Limits.withDefaults({
  poolMin: POOL_MAX,
  poolBatch: 7,
  poolMax: POOL_MAX,
  poolLookEvery: 1,
  orderBackoff: 1,
  orderBackoffMax: 5,
  undoWithin: 1
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
    const numbers = yield* Application.asSystem(inventory.list("unassigned"))
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

const administrator: Application.Actor = { userId: "administrator" as UserId, scope: "all" }

type Services = StoragePorts | NumberStoragePorts | TelephonyProviders.TelephonyProviders

/** Two hosts on one database of their own, with the tenants on record. */
const twoHosts = (tenants: ReadonlyArray<SiteGroupingId>, telephony = World.makeProvider().telephony) =>
  Effect.gen(function* () {
    const url = yield* Effect.promise(freshDatabase)
    const open = () => Layer.build(Layer.fresh(host(url, telephony, "1000")))
    const contexts: ReadonlyArray<Context.Context<Services>> = [yield* open(), yield* open()]
    const on = <A, E>(index: number, effect: Effect.Effect<A, E, Services>) =>
      Effect.provideContext(effect, contexts[index % 2]!)
    for (const id of tenants) yield* on(0, Application.createSiteGrouping(administrator, { id, name: id }))
    return on
  })

const numberOf = (digits: string) =>
  Effect.map(DateTime.now, (now) => {
    const id = crypto.randomUUID() as PhoneNumberId
    const given = { id, number: digits as PhoneNumber.E164, provider: null, providerSid: null, monthlyPrice: null }
    return NumberLifecycle.acquire(given, now)
  })

const pooled = (index: number, market?: ReturnType<typeof World.makeProvider>["market"]) =>
  Effect.gen(function* () {
    const number = yield* numberOf(`+1202555${1000 + index}`)
    market?.own(number.number)
    yield* (yield* NumberInventory).add(number)
  }).pipe(Application.asSystem)

const keyed = Effect.flatMap(NumberInventory, (inventory) => inventory.list("all")).pipe(
  Effect.map((numbers) =>
    numbers.flatMap(({ assignmentKey, holder }) =>
      assignmentKey === null ? [] : `${holder?.siteGroupingId} ${assignmentKey}`
    )
  ),
  Application.asSystem
)
const waiting = Application.asSystem(Effect.flatMap(NumberInventory, (inventory) => inventory.pendingAssignments))

const RACES = 12
const races = Array.from({ length: RACES }, (_, race) => `race-${race}` as SiteGroupingId)

describe("Two requests at once with one key", () => {
  it.live("get one number, also where it is the last", () =>
    Effect.gen(function* () {
      const on = yield* twoHosts(races)
      for (const tenant of races) {
        yield* on(0, pooled(races.indexOf(tenant)))
        const ask = (index: number) =>
          on(index, Application.assignFromPool(administrator, tenant, { additional: true, idempotencyKey: "once" }))
        const [one, other] = yield* Effect.all([ask(0), ask(1)], { concurrency: 2 })
        assert.strictEqual(one._tag, "Assigned")
        assert.deepStrictEqual(one, other)
        assert.isEmpty(yield* on(0, waiting))
      }
    })
  )

  it.live("get one number where neither has a key and none is additional", () =>
    Effect.gen(function* () {
      const on = yield* twoHosts(races)
      for (const [index, tenant] of races.entries()) {
        for (const one of [0, 1]) yield* on(one, pooled(2 * index + one))
        const ask = (one: number) => on(one, Application.assignFromPool(administrator, tenant, {}))
        const [one, other] = yield* Effect.all([ask(0), ask(1)], { concurrency: 2 })
        assert.deepStrictEqual(one, other)
      }
    })
  )
})

const [poisoned, patient] = ["poisoned" as SiteGroupingId, "patient" as SiteGroupingId]

describe("A pending assignment under a key that a number was assigned under", () => {
  it.live("is met by that number, and keeps nobody from theirs", () =>
    Effect.gen(function* () {
      const on = yield* twoHosts([poisoned, patient])
      yield* on(0, pooled(0))
      yield* on(0, Application.assignFromPool(administrator, poisoned, { idempotencyKey: "once" }))
      const requestedAt = yield* DateTime.now
      const add = (siteGroupingId: SiteGroupingId, key: string) =>
        Effect.flatMap(NumberInventory, (inventory) =>
          inventory.addPendingAssignment(
            PendingAssignment.begin(
              { id: crypto.randomUUID() as PendingAssignmentId, siteGroupingId, areaCode: null, key },
              requestedAt
            )
          )
        ).pipe(Application.asSystem)
      yield* on(0, add(poisoned, "once"))
      yield* on(0, add(patient, "other"))
      yield* on(0, pooled(1))
      yield* on(1, turns)
      assert.isEmpty(yield* on(0, waiting))
      assert.sameMembers(yield* on(0, keyed), [`${poisoned} once`, `${patient} other`])
    })
  )
})

describe("Two hosts that give numbers back", () => {
  it.live("ask the provider for each once, where it answers, and leave none on record that is gone", () =>
    Effect.gen(function* () {
      const released: Array<string> = []
      const provider = World.makeProvider("acme", {
        release: (number) =>
          Effect.sync(() => {
            released.push(number)
            provider.market.giveBack(number)
          })
      })
      const on = yield* twoHosts([], provider.telephony)
      const numbers = Array.from({ length: 8 }, (_, index) => index)
      for (const index of numbers) yield* on(index, pooled(index, provider.market))
      const known = yield* on(
        0,
        Application.asSystem(Effect.flatMap(NumberInventory, ({ list }) => list("unassigned")))
      )
      const order = (index: number, of: number) =>
        Effect.result(
          on(index, Application.releaseNumber(administrator, known[of]!.id, { confirm: known[of]!.number }))
        )
      const orders = numbers.flatMap((of) => [order(0, of), order(1, of)])
      const answers = yield* Effect.all(orders, { concurrency: 4 })
      assert.lengthOf(answers.filter(Result.isSuccess), numbers.length, "one of both")
      const carryOut = (index: number) =>
        Effect.forEach(Array.from({ length: 10 }), () => on(index, Application.buyNumbers()), { discard: true })
      yield* Effect.all([carryOut(0), carryOut(1)], { concurrency: 2 })
      assert.sameMembers(
        released,
        known.map(({ number }) => number as string)
      )
      const left = yield* on(1, Application.asSystem(Effect.flatMap(NumberInventory, ({ list }) => list("unassigned"))))
      assert.isEmpty(left)
    })
  )
})

describe("What becomes of a pending assignment", () => {
  it.live("is told once for each change, to screens and administrators, by whichever of two hosts", () =>
    Effect.gen(function* () {
      const clinic = "clinic" as SiteGroupingId
      const on = yield* twoHosts([clinic, patient])
      const { alerts, layer } = World.heard()
      const heard = yield* Queue.unbounded<BroadcastEvent>()
      const events = yield* on(0, Broadcaster)
      yield* Effect.forkScoped(
        Stream.runForEach(events.subscribe([clinic], null), ({ event }) => Queue.offer(heard, event))
      )
      // Nobody sells numbers there.
      const asked = yield* on(0, Application.assignFromPool(administrator, clinic, { areaCode: "907" }))
      assert(asked._tag === "Ordered")
      const { id } = asked.pending
      const both = <A, E>(effect: Effect.Effect<A, E, Services>) =>
        Effect.all([on(0, effect), on(1, effect)], { concurrency: 2 }).pipe(Effect.provide(layer))
      yield* both(turns)
      const told = () => alerts.filter(({ subject }) => subject === "pending_assignment")
      const of = (condition: string, isOver: boolean, reason: string | null) => ({
        subject: "pending_assignment",
        condition,
        isOver,
        detail: { siteGrouping: clinic, pendingAssignment: id, reason }
      })
      assert.deepStrictEqual(told(), [of("waiting", false, "no_offers")])
      const number = yield* numberOf("+19075550100")
      yield* on(0, Effect.flatMap(NumberInventory, (all) => all.add(number)).pipe(Application.asSystem))
      yield* both(turns)
      assert.deepStrictEqual(told().slice(1), [of("assigned", true, null)])
      // Asked for, waiting with a reason, assigned.
      const changes = yield* Effect.replicateEffect(Queue.take(heard), 3)
      const event = { siteGroupingId: clinic, type: "pending_assignment.updated", pendingAssignmentId: id }
      assert.deepStrictEqual(changes, [event, event, event] as typeof changes)
      yield* on(1, Application.assignFromPool(administrator, clinic, { areaCode: "907", additional: true }))
      // What follows is the next request's: nothing was told twice.
      const next = yield* Queue.take(heard)
      assert(next.type === "pending_assignment.updated" && next.pendingAssignmentId !== id)
      yield* on(1, Application.cancelPendingAssignment(administrator, next.pendingAssignmentId)).pipe(
        Effect.provide(layer)
      )
      assert.deepInclude(told().at(-1), { condition: "cancelled", isOver: true })
    }).pipe(Effect.scoped)
  )
})

const tenants = ["north", "south", "east"].map((id) => id as SiteGroupingId)
const step = fc.record({
  host: fc.nat(1),
  what: fc.oneof(
    fc.record({
      tenant: fc.constantFrom(...tenants),
      key: fc.constantFrom(null, "a", "b"),
      areaCode: fc.constantFrom(null, "202", "303"),
      additional: fc.boolean()
    }),
    fc.constantFrom("turn" as const, "pooled" as const)
  )
})

/** What a request may be refused for. */
const REFUSALS: ReadonlyArray<string> = ["AssignmentPending", "IdempotencyMismatch", "NumberHeld"]

describe("Requests and workers of two hosts, in any order and at once", () => {
  it("assign one number for each key, and serve everybody in the end", () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { minLength: 2, maxLength: 5 }), { maxLength: 6 }), (rounds) =>
        Effect.gen(function* () {
          const on = yield* twoHosts(tenants)
          let count = 0
          const play = ({ host: index, what }: (typeof rounds)[number][number]) => {
            if (what === "turn") return on(index, World.turn)
            if (what === "pooled") return on(index, pooled(count++))
            const { tenant, key: idempotencyKey, ...request } = what
            const ask = Application.assignFromPool(administrator, tenant, { ...request, idempotencyKey })
            return Effect.map(Effect.result(on(index, ask)), (answer) => {
              if (Result.isFailure(answer)) assert.include(REFUSALS, answer.failure._tag)
            })
          }
          for (const round of rounds) yield* Effect.forEach(round, play, { concurrency: "unbounded", discard: true })
          // Of an area code that nobody sells, somebody waits still.
          for (let turn = 0; turn < 25; turn++) yield* on(turn, World.turn)
          const left = yield* on(0, waiting)
          const keys = yield* on(1, keyed)
          assert.isEmpty(left.filter(({ areaCode }) => areaCode === null))
          assert.strictEqual(new Set(keys).size, keys.length)
        }).pipe(Effect.scoped, Effect.runPromise)
      ),
      { numRuns: 8 }
    ))
})
