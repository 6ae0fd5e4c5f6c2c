/** The chapter "Site groupings" of the repository contract. */
import { type SiteGrouping, SiteGroupingId, VoipSettings } from "@careline/domain"
import { Settings, SiteGroupings, SiteGroupingTaken } from "@careline/ports"
import { assert } from "@effect/vitest"
import { Effect, Option } from "effect"
import { byStaff, type Chapter, numberTest } from "../shared/Chapter.ts"
import { idsOf } from "../shared/Compare.ts"
import * as Given from "../shared/Given.ts"
import { StoreUnderTest } from "../shared/Harness.ts"

const aGrouping = Effect.fnUntraced(function* (fields: Partial<SiteGrouping.SiteGrouping> = {}) {
  const { nextInt } = yield* StoreUnderTest
  const grouping: SiteGrouping.SiteGrouping = {
    id: SiteGroupingId.make(`grouping-${yield* nextInt}`),
    name: "Harbor “Clinic”",
    createdAt: yield* Given.storeNow,
    deactivatedAt: null,
    ...fields
  }
  yield* Effect.flatMap(SiteGroupings, (groupings) => groupings.add(grouping))
  return grouping
})

const locked = (id: SiteGroupingId) =>
  Effect.map(Given.transact(Effect.flatMap(SiteGroupings, (groupings) => groupings.lock(id))), Option.getOrUndefined)

const isOn = (tenant: SiteGroupingId) =>
  Effect.flatMap(Settings, (settings) => Effect.map(settings.effective([tenant]), ([found]) => found!.voipEnabled))

export const siteGroupingsChapter: Chapter = {
  chapter: "Site groupings",
  tests: byStaff([
    numberTest("MUST keep a site grouping as it is given, once", function* () {
      const groupings = yield* SiteGroupings
      const grouping = yield* aGrouping()
      assert.deepStrictEqual(yield* locked(grouping.id), grouping)
      assert.deepStrictEqual(yield* groupings.list([grouping.id]), [grouping])
      const failure = yield* Effect.flip(groupings.add({ ...grouping, name: "another" }))
      assert.instanceOf(failure, SiteGroupingTaken)
      assert.strictEqual((yield* locked(grouping.id))?.name, grouping.name)
    }),

    numberTest("MUST have a tenant on record that something was kept of, and list the scope's only", function* () {
      const { tenants } = yield* StoreUnderTest
      const groupings = yield* SiteGroupings
      yield* Given.aTenantNumber(tenants[0])
      const added = yield* aGrouping()
      yield* Given.aTenantNumber(null)
      const all = idsOf(yield* groupings.list("all"))
      assert.includeMembers([...all], [tenants[0], added.id])
      assert.notInclude(all, "")
      assert.deepStrictEqual(idsOf(yield* groupings.list([tenants[0], null])), [tenants[0]])
      assert.isTrue(yield* groupings.hold(tenants[0]))
      assert.isTrue(yield* groupings.hold(null))
      assert.isFalse(yield* groupings.hold(SiteGroupingId.make("nobody has heard of it")))
    }),

    numberTest("MUST switch the line of a deactivated tenant off, and on again with it", function* () {
      const groupings = yield* SiteGroupings
      const grouping = yield* aGrouping()
      const other = yield* aGrouping()
      yield* (yield* Settings).put(grouping.id, VoipSettings.defaults)
      yield* groupings.save({ ...grouping, name: "Renamed", deactivatedAt: yield* Given.storeNow })
      assert.strictEqual((yield* locked(grouping.id))?.name, "Renamed")
      assert.isFalse(yield* groupings.hold(grouping.id))
      assert.isFalse(yield* isOn(grouping.id))
      assert.isTrue(yield* isOn(other.id))
      assert.deepStrictEqual(yield* groupings.deactivated([other.id, null, grouping.id]), [grouping.id])
      yield* groupings.save(grouping)
      assert.isTrue(yield* groupings.hold(grouping.id))
      assert.isTrue(yield* isOn(grouping.id))
    })
  ])
}
