import type { PhoneNumber } from "@careline/domain"
import { NumberTaken, TenantNumbers, type TenantScope } from "@careline/ports"
import { assert } from "@effect/vitest"
import { DateTime, Effect } from "effect"
import { byStaff, type Chapter, test } from "../shared/Chapter.ts"
import { idsOf, sameTenantNumber, sameSet } from "../shared/Compare.ts"
import * as Given from "../shared/Given.ts"
import { freshNumber, StoreUnderTest } from "../shared/Harness.ts"

const list = (scope: TenantScope) => Effect.flatMap(TenantNumbers, (numbers) => numbers.list(scope))

const byNumbers = (digits: ReadonlyArray<PhoneNumber.E164>) =>
  Effect.flatMap(TenantNumbers, (numbers) => numbers.byNumbers(digits))

/** A number of each of the three spaces. */
const oneOfEach = Effect.gen(function* () {
  const { tenants } = yield* StoreUnderTest
  return [
    yield* Given.aTenantNumber(tenants[0]),
    yield* Given.aTenantNumber(tenants[1]),
    yield* Given.aTenantNumber(null)
  ] as const
})

export const tenantNumbersChapter: Chapter = {
  chapter: "Tenant numbers",
  tests: byStaff([
    test("MUST keep a number as it is given", function* () {
      const { tenants } = yield* StoreUnderTest
      const full = yield* Given.aTenantNumber(tenants[0], {
        label: "Front desk ’ 💊",
        providerSid: "PN-1",
        provider: "acme",
        status: "suspended"
      })
      const bare = yield* Given.aTenantNumber(null)
      sameTenantNumber((yield* list([tenants[0]]))[0], full)
      sameTenantNumber((yield* list([null]))[0], bare)
    }),

    test("MUST list within the scope only", function* () {
      const { tenants } = yield* StoreUnderTest
      const [own, others, systemWide] = yield* oneOfEach
      sameSet(idsOf(yield* list([tenants[0]])), [own.id])
      sameSet(idsOf(yield* list([null])), [systemWide.id])
      sameSet(idsOf(yield* list([tenants[0], tenants[1]])), [own.id, others.id])
      sameSet(idsOf(yield* list("all")), [own.id, others.id, systemWide.id])
      assert.deepStrictEqual(yield* list([]), [])
    }),

    test("MUST refuse digits that are known already, whoever's", function* () {
      const { tenants } = yield* StoreUnderTest
      const number = yield* Given.aTenantNumber(tenants[0])
      for (const tenant of [tenants[0], tenants[1], null]) {
        const failure = yield* Effect.flip(Given.aTenantNumber(tenant, { number: number.number }))
        assert.instanceOf(failure, NumberTaken)
        assert.strictEqual(failure.number, number.number)
      }
      sameTenantNumber((yield* byNumbers([number.number]))[0], number)
      assert.strictEqual((yield* list("all")).length, 1)
    }),

    test("MUST give digits to one of many at once", function* () {
      const { tenants } = yield* StoreUnderTest
      const number = yield* freshNumber
      const added = yield* Effect.forEach(
        [tenants[0], tenants[1], null, tenants[0]],
        (tenant) =>
          Given.aTenantNumber(tenant, { number }).pipe(
            Effect.as("added"),
            Effect.catchTag("NumberTaken", () => Effect.succeed("taken"))
          ),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(added.toSorted(), ["added", "taken", "taken", "taken"])
    }),

    test("MUST find numbers by their digits, whoever's, and leave out those that are not ours", function* () {
      const numbers = yield* oneOfEach
      const digits = numbers.map(({ number }) => number)
      sameSet(idsOf(yield* byNumbers([...digits, yield* freshNumber])), idsOf(numbers))
      assert.deepStrictEqual(yield* byNumbers([]), [])
    }),

    test("MUST list a tenant's numbers the oldest first", function* () {
      const { tenants } = yield* StoreUnderTest
      const now = yield* Given.storeNow
      const daysAgo = (days: number) => ({ createdAt: DateTime.subtract(now, { days }) })
      const young = yield* Given.aTenantNumber(tenants[0], daysAgo(1))
      const old = yield* Given.aTenantNumber(tenants[0], { ...daysAgo(4), status: "suspended" })
      const others = yield* Given.aTenantNumber(tenants[1], daysAgo(3))
      assert.deepStrictEqual(idsOf(yield* list([tenants[0]])), idsOf([old, young]))
      const both = idsOf(yield* list([tenants[1], tenants[0], tenants[1]]))
      assert.deepStrictEqual(
        both.filter((id) => id !== others.id),
        idsOf([old, young])
      )
      assert.lengthOf(both, 3)
    })
  ])
}
