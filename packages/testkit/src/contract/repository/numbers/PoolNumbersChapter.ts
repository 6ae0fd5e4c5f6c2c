/** The chapter "Pool numbers" of the repository contract. */
import type { PhoneNumber, PoolNumber, Tenant } from "@careline/domain"
import { NumberTaken, PoolNumbers, type TenantScope } from "@careline/ports"
import { assert } from "@effect/vitest"
import { DateTime, Effect, Option } from "effect"
import { byStaff, type Chapter, test } from "../shared/Chapter.ts"
import { idsOf, samePoolNumber, sameSet } from "../shared/Compare.ts"
import * as Given from "../shared/Given.ts"
import { freshNumber, StoreUnderTest } from "../shared/Harness.ts"

const list = (scope: TenantScope) => Effect.flatMap(PoolNumbers, (numbers) => numbers.list(scope))

const get = (number: PoolNumber.PoolNumber, scope: TenantScope) =>
  Effect.flatMap(PoolNumbers, (numbers) => numbers.get(scope, number.id))

const byNumbers = (digits: ReadonlyArray<PhoneNumber.E164>) =>
  Effect.flatMap(PoolNumbers, (numbers) => numbers.byNumbers(digits))

const defaultOf = (tenant: PoolNumber.PoolNumber["siteGroupingId"]) =>
  Effect.map(
    Effect.flatMap(PoolNumbers, (numbers) => numbers.defaultOf(tenant)),
    Option.getOrUndefined
  )

const carriedBy = (tenants: ReadonlyArray<Tenant>, provider: string, unclaimed = false) =>
  Effect.flatMap(PoolNumbers, (numbers) => numbers.carriedBy(tenants, provider, unclaimed))

/** A number of each of the three spaces. */
const oneOfEach = Effect.gen(function* () {
  const { tenants } = yield* StoreUnderTest
  return [
    yield* Given.aPoolNumber(tenants[0]),
    yield* Given.aPoolNumber(tenants[1]),
    yield* Given.aPoolNumber(null)
  ] as const
})

export const poolNumbersChapter: Chapter = {
  chapter: "Pool numbers",
  tests: byStaff([
    test("MUST keep a number as it is given", function* () {
      const { tenants } = yield* StoreUnderTest
      const full = yield* Given.aPoolNumber(tenants[0], {
        label: "Front desk ’ 💊",
        providerSid: "PN-1",
        provider: "acme",
        status: "suspended"
      })
      const bare = yield* Given.aPoolNumber(null)
      samePoolNumber(Option.getOrUndefined(yield* get(full, "all")), full)
      samePoolNumber(Option.getOrUndefined(yield* get(bare, "all")), bare)
    }),

    test("MUST list and get within the scope only", function* () {
      const { tenants } = yield* StoreUnderTest
      const [own, others, systemWide] = yield* oneOfEach
      sameSet(idsOf(yield* list([tenants[0]])), [own.id])
      sameSet(idsOf(yield* list([null])), [systemWide.id])
      sameSet(idsOf(yield* list([tenants[0], tenants[1]])), [own.id, others.id])
      sameSet(idsOf(yield* list("all")), [own.id, others.id, systemWide.id])
      assert.deepStrictEqual(yield* list([]), [])
      assert.isTrue(Option.isSome(yield* get(own, [tenants[0]])))
      assert.isTrue(Option.isNone(yield* get(own, [tenants[1], null])))
      assert.isTrue(Option.isNone(yield* get(systemWide, [tenants[0]])))
    }),

    test("MUST refuse digits that are in a pool already, whoever's", function* () {
      const { tenants } = yield* StoreUnderTest
      const number = yield* Given.aPoolNumber(tenants[0])
      for (const tenant of [tenants[0], tenants[1], null]) {
        const failure = yield* Effect.flip(Given.aPoolNumber(tenant, { number: number.number }))
        assert.instanceOf(failure, NumberTaken)
        assert.strictEqual(failure.number, number.number)
      }
      samePoolNumber((yield* byNumbers([number.number]))[0], number)
      assert.strictEqual((yield* list("all")).length, 1)
    }),

    test("MUST give digits to one of many at once", function* () {
      const { tenants } = yield* StoreUnderTest
      const number = yield* freshNumber
      const added = yield* Effect.forEach(
        [tenants[0], tenants[1], null, tenants[0]],
        (tenant) =>
          Given.aPoolNumber(tenant, { number }).pipe(
            Effect.as("added"),
            Effect.catchTag("NumberTaken", () => Effect.succeed("taken"))
          ),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(added.toSorted(), ["added", "taken", "taken", "taken"])
    }),

    test("MUST find numbers by their digits, whoever's, and leave out those in no pool", function* () {
      const numbers = yield* oneOfEach
      const digits = numbers.map(({ number }) => number)
      sameSet(idsOf(yield* byNumbers([...digits, yield* freshNumber])), idsOf(numbers))
      assert.deepStrictEqual(yield* byNumbers([]), [])
    }),

    test("MUST take the tenant's oldest number that is not suspended for its default", function* () {
      const { tenants } = yield* StoreUnderTest
      const now = yield* Given.storeNow
      const daysAgo = (days: number) => ({ createdAt: DateTime.subtract(now, { days }) })
      assert.isUndefined(yield* defaultOf(tenants[0]))
      yield* Given.aPoolNumber(tenants[0], daysAgo(1))
      const oldest = yield* Given.aPoolNumber(tenants[0], daysAgo(3))
      yield* Given.aPoolNumber(tenants[0], daysAgo(2))
      yield* Given.aPoolNumber(tenants[0], { ...daysAgo(4), status: "suspended" })
      yield* Given.aPoolNumber(tenants[1], { ...daysAgo(5), status: "suspended" })
      const systemWide = yield* Given.aPoolNumber(null, daysAgo(9))
      assert.strictEqual((yield* defaultOf(tenants[0]))?.id, oldest.id)
      assert.isUndefined(yield* defaultOf(tenants[1]))
      assert.strictEqual((yield* defaultOf(null))?.id, systemWide.id)
    }),

    test("MUST give the numbers that a provider carries for exactly these tenants, the oldest first", function* () {
      const { tenants } = yield* StoreUnderTest
      const now = yield* Given.storeNow
      const carried = (days: number, fields: Partial<PoolNumber.PoolNumber> = {}) => ({
        createdAt: DateTime.subtract(now, { days }),
        provider: "acme",
        ...fields
      })
      const young = yield* Given.aPoolNumber(tenants[0], carried(1))
      const old = yield* Given.aPoolNumber(tenants[0], carried(5))
      const others = yield* Given.aPoolNumber(tenants[1], carried(3))
      const systemWide = yield* Given.aPoolNumber(null, carried(4))
      yield* Given.aPoolNumber(tenants[0], carried(9, { status: "suspended" }))
      yield* Given.aPoolNumber(tenants[0], carried(9, { provider: "another" }))
      yield* Given.aPoolNumber(tenants[0], carried(9, { provider: null }))
      assert.deepStrictEqual(idsOf(yield* carriedBy([tenants[0]], "acme")), idsOf([old, young]))
      assert.deepStrictEqual(idsOf(yield* carriedBy([null], "acme")), idsOf([systemWide]))
      const all = yield* carriedBy([tenants[1], null, tenants[0], tenants[1]], "acme")
      assert.deepStrictEqual(idsOf(all), idsOf([old, systemWide, others, young]))
      samePoolNumber(all[0], old)
      const unclaimed = (yield* carriedBy([tenants[0]], "nobody", true)).map(({ provider }) => provider)
      assert.isNotEmpty(unclaimed)
      assert.isTrue(unclaimed.every((provider) => provider === null))
      assert.deepStrictEqual(yield* carriedBy([tenants[0]], "nobody"), [])
      assert.deepStrictEqual(yield* carriedBy([], "acme"), [])
    })
  ])
}
