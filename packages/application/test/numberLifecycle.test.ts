/**
 * Whatever is done to numbers in whatever order: none is in two hands, none leaves its quarantine early, none that too many
 * still try becomes anybody's again, and no tenant sees another's.
 */
import { type InventoryNumber, type PhoneNumberId, SiteGroupingId } from "@careline/domain"
import { NumberInventory } from "@careline/ports"
import { fc, test } from "@fast-check/vitest"
import { Effect, Layer, ManagedRuntime } from "effect"
import { TestClock } from "effect/testing"
import { assert, describe } from "vitest"
import * as Application from "../src/index.ts"
import * as World from "./support/numberWorld.ts"

type Held = InventoryNumber.InventoryNumber

const { administrator } = World
const tenants = ["north", "south", "east"].map((id) => SiteGroupingId.make(id))
const RETIRE_AFTER = 3
const NUMBERS = 3

const limits: Application.Limits.LimitsShape = {
  ...Application.Limits.defaults,
  retireAfter: RETIRE_AFTER,
  replacementGrace: 10 * World.DAY,
  quarantine: 30 * World.DAY
}

/** What the commands know of a number: what has to hold, kept by themselves. */
interface Known {
  readonly status: InventoryNumber.NumberStatus
  readonly holder: SiteGroupingId | null
  /** Days from the start, before which it is nobody's to assign. */
  readonly restsUntil: number
  readonly tried: number
}

interface Model {
  day: number
  readonly numbers: Map<PhoneNumberId, Known>
}

interface Real {
  readonly run: <A, E>(effect: Effect.Effect<A, E, World.World>) => Promise<A>
  readonly provider: World.Provider
}

const holderOf = (number: Held): SiteGroupingId | null => number.holder?.siteGroupingId ?? null

/** What holds after every step; the model takes in what became of the numbers. */
const check = Effect.fnUntraced(function* (model: Model) {
  const inventory = yield* NumberInventory
  const numbers = [...(yield* inventory.list("all")), ...(yield* inventory.list("unassigned"))]
  assert.strictEqual(new Set(numbers.map(({ number }) => number)).size, NUMBERS)
  assert.lengthOf(numbers, NUMBERS)
  for (const number of numbers) {
    const before = model.numbers.get(number.id)!
    const holder = holderOf(number)
    if (holder !== null && holder !== before.holder) {
      assert.strictEqual(before.holder, null, "it was somebody's")
      assert.isAtLeast(model.day, before.restsUntil, "it rested")
      assert.isBelow(before.tried, RETIRE_AFTER, "few tried it")
    }
    if (before.status === "quarantined" && number.status !== "quarantined") {
      assert.isAtLeast(model.day, before.restsUntil, "it rested to the end")
      assert.strictEqual(number.status === "retired", before.tried >= RETIRE_AFTER, "as many tried it")
    }
    if (before.status === "retired") assert.strictEqual(number.status, "retired")
    const leaves = before.holder !== null && holder === null
    model.numbers.set(number.id, {
      status: number.status,
      holder,
      restsUntil: leaves ? model.day + 30 : before.restsUntil,
      tried: leaves || holder !== null ? 0 : before.tried
    })
  }
  for (const tenant of tenants) {
    const seen = yield* Application.viewNumbers(World.staffOf(tenant), undefined)
    for (const number of seen) assert.strictEqual(holderOf(number), tenant)
    for (const { thread } of yield* World.threadsOf(World.staffOf(tenant))) {
      assert.strictEqual(thread.siteGroupingId, tenant)
    }
  }
})

type Command = fc.AsyncCommand<Model, Real>

/** A step that may be refused: what has to hold holds then as well. */
const command = (
  name: string,
  step: (model: Model, provider: World.Provider) => Effect.Effect<unknown, unknown, World.World>
): Command => ({
  check: () => true,
  run: (model, { provider, run }) =>
    run(
      Effect.provideService(
        Effect.andThen(Effect.ignore(step(model, provider)), check(model)),
        Application.Limits.Limits,
        limits
      )
    ),
  toString: () => name
})

const idOf = (index: number) => `id-+120255501${String(index).padStart(2, "0")}` as PhoneNumberId
const digitsOf = (index: number) => `+120255501${String(index).padStart(2, "0")}`
const someNumber = fc.integer({ min: 0, max: NUMBERS - 1 })
const someTenant = fc.constantFrom(...tenants)

const commands = [
  someTenant.map((tenant) => command(`assign to ${tenant}`, () => World.assign(tenant))),
  someTenant.map((tenant) =>
    command(`activate ${tenant}`, () => Application.assignOnActivation(administrator, tenant, null))
  ),
  someTenant.map((tenant) =>
    command(`deactivate ${tenant}`, () => Application.deactivateSiteGrouping(administrator, tenant))
  ),
  fc
    .tuple(someNumber, fc.option(someNumber))
    .map(([old, by]) =>
      command(`delete ${old} for ${by}`, () => World.replace(idOf(old), by === null ? null : idOf(by)))
    ),
  fc
    .tuple(someNumber, fc.constantFrom("assigned" as const, "suspended" as const), fc.boolean())
    .map(([number, status, isDefault]) =>
      command(`${number} is ${status}`, () =>
        Application.editNumber(administrator, idOf(number), { status, isDefault })
      )
    ),
  fc.tuple(someNumber, fc.integer({ min: 1, max: RETIRE_AFTER })).map(([number, texts]) =>
    command(`${texts} texts to ${number}`, (model, provider) =>
      Effect.gen(function* () {
        const known = model.numbers.get(idOf(number))!
        if (known.holder === null) model.numbers.set(idOf(number), { ...known, tried: Math.max(known.tried, texts) })
        for (let contact = 0; contact < texts; contact++) {
          yield* World.text(provider, `+1303555012${contact}`, digitsOf(number), "hello")
        }
      })
    )
  ),
  fc.constantFrom(1, 9, 10, 29, 31).map((days) =>
    command(`${days} days pass`, (model) =>
      Effect.suspend(() => {
        model.day += days
        return World.pass(days)
      })
    )
  )
]

describe("Numbers, whatever is done to them", () => {
  test.prop([fc.commands(commands, { maxCommands: 40, size: "max" })], { numRuns: 60 })(
    "are in one hand, rest to the end, and are nobody's again when too many try them",
    async (steps) => {
      const provider = World.makeProvider()
      const runtime = ManagedRuntime.make(World.world(provider.telephony).pipe(Layer.provideMerge(TestClock.layer())))
      const run = runtime.runPromise as Real["run"]
      await run(
        Effect.gen(function* () {
          for (const tenant of tenants) yield* World.found(tenant)
          for (let index = 0; index < NUMBERS; index++) yield* World.pooled(digitsOf(index))
        })
      )
      const untouched: Known = { status: "available", holder: null, restsUntil: 0, tried: 0 }
      const model: Model = {
        day: 0,
        numbers: new Map(Array.from({ length: NUMBERS }, (_, index) => [idOf(index), untouched]))
      }
      await fc.asyncModelRun(() => ({ model, real: { run, provider } }), steps)
      await runtime.dispose()
    }
  )
})
