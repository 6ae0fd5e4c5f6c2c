/** The chapter "Access in an emergency" of the repository contract. */
import { type BreakGlass, BreakGlassId, type Tenant } from "@careline/domain"
import { BreakGlasses, IdGenerator, Transaction } from "@careline/ports"
import { assert } from "@effect/vitest"
import { DateTime, Duration, Effect, Option } from "effect"
import { accessTest, byStaff, type Chapter } from "../shared/Chapter.ts"
import { idsOf } from "../shared/Compare.ts"
import * as Given from "../shared/Given.ts"
import { StoreUnderTest } from "../shared/Harness.ts"

/** An access that begins now. */
const beginning = Effect.fnUntraced(function* (siteGroupingId: Tenant) {
  const { advance, people } = yield* StoreUnderTest
  yield* advance(Duration.seconds(1))
  const now = yield* Given.storeNow
  const [id] = yield* (yield* IdGenerator).next("breakGlass", 1)
  const glass: BreakGlass.BreakGlass = {
    id: BreakGlassId.make(id!),
    siteGroupingId,
    userId: people.users[0],
    reason: "The on-call nurse of that site cannot be reached",
    openedAt: now,
    expiresAt: DateTime.addDuration(now, Duration.minutes(30)),
    closedAt: null
  }
  return glass
})

/** An access in the store. */
const opened = Effect.fnUntraced(function* (siteGroupingId: Tenant) {
  const glass = yield* beginning(siteGroupingId)
  yield* (yield* BreakGlasses).open(glass)
  return glass
})

export const breakGlassesChapter: Chapter = {
  chapter: "Access in an emergency",
  tests: byStaff([
    accessTest(
      "MUST keep all of an access, and when it was given back, and show it within its scope only",
      function* () {
        const { tenants } = yield* StoreUnderTest
        const [north, south] = tenants
        const glass = yield* opened(north)
        const glasses = yield* BreakGlasses
        assert.deepStrictEqual(yield* glasses.get([north], glass.id), Option.some(glass))
        assert.deepStrictEqual(yield* glasses.get([south, null], glass.id), Option.none())
        assert.deepStrictEqual(yield* glasses.get("all", BreakGlassId.make("nonsense")), Option.none())
        const closed = { ...glass, closedAt: DateTime.add(glass.openedAt, { minutes: 3 }) }
        yield* glasses.close(closed)
        assert.deepStrictEqual(yield* glasses.get("all", glass.id), Option.some(closed))
      }
    ),

    accessTest("MUST count what one user opened since a time, of whichever tenants", function* () {
      const { people, tenants } = yield* StoreUnderTest
      const [north, south] = tenants
      const [first] = yield* Effect.forEach([north, south, north], opened)
      const glasses = yield* BreakGlasses
      const before = DateTime.subtractDuration(first!.openedAt, Duration.seconds(1))
      assert.strictEqual(yield* glasses.countOf(people.users[0], before), 3)
      assert.strictEqual(yield* glasses.countOf(people.users[0], first!.openedAt), 2)
      assert.strictEqual(yield* glasses.countOf(people.users[1], before), 0)
    }),

    accessTest("MUST count one user's in one transaction after the other, so that a limit holds", function* () {
      const { people, tenants } = yield* StoreUnderTest
      const [north] = tenants
      const glasses = yield* BreakGlasses
      const { transact } = yield* Transaction
      const since = DateTime.subtractDuration(yield* glasses.now, Duration.hours(1))
      const atMost = 3
      const attempts = yield* Effect.forEach(Array.from({ length: 8 }), () => beginning(north))
      yield* Effect.forEach(
        attempts,
        (glass) =>
          transact(
            Effect.gen(function* () {
              if ((yield* glasses.countOf(people.users[0], since)) < atMost) yield* glasses.open(glass)
            })
          ),
        { concurrency: "unbounded", discard: true }
      )
      assert.strictEqual(yield* glasses.countOf(people.users[0], since), atMost)
    }),

    accessTest("MUST list accesses, the newest first, page by page", function* () {
      const { tenants } = yield* StoreUnderTest
      const [north, south] = tenants
      const [first, , third] = yield* Effect.forEach([north, south, north], opened)
      const glasses = yield* BreakGlasses
      const page = yield* glasses.list({ scope: [north], limit: 1, cursor: null })
      assert.deepStrictEqual(page.items, [third!])
      const rest = yield* glasses.list({ scope: [north], limit: 1, cursor: page.nextCursor })
      assert.deepStrictEqual([rest.items, rest.nextCursor], [[first!], null])
      const all = yield* glasses.list({ scope: "all", limit: 200, cursor: null })
      assert.strictEqual(idsOf(all.items).length, 3)
    })
  ])
}
