/** The chapter "Audit trail" of the repository contract. */
import type { Tenant } from "@careline/domain"
import { AuditChain, type AuditEntry, AuditLog, type AuditRecord, AuditTrail } from "@careline/ports"
import { assert } from "@effect/vitest"
import { DateTime, Duration, Effect } from "effect"
import { accessTest, byStaff, type Chapter } from "../shared/Chapter.ts"
import * as Given from "../shared/Given.ts"
import { StoreUnderTest } from "../shared/Harness.ts"
import * as Paging from "../shared/Paging.ts"

const record = (entries: ReadonlyArray<AuditEntry>) => Effect.flatMap(AuditLog, (log) => log.record(entries))

const entryOf = Effect.fnUntraced(function* (siteGroupingId: Tenant, fields: Partial<AuditEntry> = {}) {
  const { people } = yield* StoreUnderTest
  const entry: AuditEntry = {
    siteGroupingId,
    actor: people.users[0],
    action: "thread.view",
    subject: `thread:${yield* Given.freshThreadId}`,
    detail: { purpose: "TREAT", patients: JSON.stringify([people.patients[0]]), count: 1, flagged: true, was: null },
    at: yield* Given.storeNow,
    ...fields
  }
  return entry
})

/** What is wrong with the tenant's chain, followed in small steps, and its entries. */
const follow = Effect.fnUntraced(function* (tenant: Tenant) {
  const trail = yield* AuditTrail
  const [head] = yield* trail.heads([tenant])
  const records: Array<AuditRecord> = []
  const faults: Array<AuditChain.AuditFault> = []
  let last = AuditChain.start(tenant)
  while (true) {
    const links = yield* trail.links(tenant, last.place, 2)
    if (links.length === 0) break
    const followed = AuditChain.follow(last, links)
    records.push(...links)
    faults.push(...followed.faults)
    last = followed.last
  }
  return { records, faults: [...faults, ...AuditChain.end(last, head!)] }
})

const pages = Effect.fnUntraced(function* (
  query: Omit<Parameters<AuditTrail["Service"]["list"]>[0], "limit" | "cursor">
) {
  const trail = yield* AuditTrail
  const found = yield* Paging.walk((cursor) => trail.list({ ...query, limit: 2, cursor }))
  return found.flatMap(({ items }) => items.map(({ subject }) => subject))
})

export const auditTrailChapter: Chapter = {
  chapter: "Audit trail",
  tests: byStaff([
    accessTest(
      "MUST chain the entries of each tenant without a gap, in whatever transactions they were noted",
      function* () {
        const { tenants } = yield* StoreUnderTest
        const [north, south] = tenants
        const noted: Array<AuditEntry> = []
        for (const tenant of [north, south, north, null, north]) {
          const entry = yield* entryOf(tenant)
          noted.push(entry)
          const undone = Effect.ignore(Given.transact(Effect.andThen(record([entry]), Effect.fail("undone"))))
          yield* Given.transact(Effect.andThen(undone, record([entry])))
        }
        for (const tenant of [north, south, null]) {
          const { faults, records } = yield* follow(tenant)
          assert.deepStrictEqual(faults, [])
          assert.deepStrictEqual(
            records.map(({ hash: _hash, place, ...entry }) => [place, entry]),
            noted.filter(({ siteGroupingId }) => siteGroupingId === tenant).map((entry, index) => [index + 1, entry])
          )
        }
      }
    ),

    accessTest("MUST chain entries that are noted at the same time", function* () {
      const { tenants } = yield* StoreUnderTest
      const entries = yield* Effect.forEach(Array.from({ length: 24 }), (_, nth) => entryOf(tenants[nth % 2]!))
      const pairs = entries.map((entry, nth) => [entry, entries[(nth * 7 + 1) % 24]!])
      yield* Effect.forEach(pairs, (pair) => Given.transact(record(pair)), { concurrency: 8, discard: true })
      const [north, south] = [yield* follow(tenants[0]), yield* follow(tenants[1])]
      assert.deepStrictEqual([north.faults, south.faults], [[], []])
      assert.strictEqual(north.records.length + south.records.length, 48)
    }),

    accessTest("MUST give hashes that tell every alteration of an entry, and every one that is gone", function* () {
      const { tenants } = yield* StoreUnderTest
      const [north] = tenants
      for (let nth = 0; nth < 4; nth++) yield* Given.transact(record([yield* entryOf(north)]))
      const { records } = yield* follow(north)
      const second = records[1]!
      const start = AuditChain.start(north)
      const alterations: ReadonlyArray<Partial<AuditRecord>> = [
        { actor: "somebody" },
        { action: "thread.read" },
        { subject: "thread:1" },
        { detail: { ...second.detail, count: 2 } },
        { at: DateTime.add(second.at, { milliseconds: 1 }) },
        { siteGroupingId: tenants[1] }
      ]
      for (const alteration of alterations) {
        const altered = records.map((one) => (one === second ? { ...one, ...alteration } : one))
        assert.deepStrictEqual(AuditChain.follow(start, altered).faults, [
          { _tag: "Altered", siteGroupingId: north, place: 2 }
        ])
      }
      const without = records.filter((one) => one !== second)
      assert.deepStrictEqual(AuditChain.follow(start, without).faults, [
        { _tag: "Missing", siteGroupingId: north, from: 2, to: 2 }
      ])
      const cut = AuditChain.follow(start, records.slice(0, 2))
      const [head] = yield* (yield* AuditTrail).heads([north])
      assert.deepStrictEqual(AuditChain.end(cut.last, head!), [
        { _tag: "Missing", siteGroupingId: north, from: 3, to: 4 }
      ])
    }),

    accessTest("MUST list what is asked for, the newest first, page by page", function* () {
      const { advance, people, tenants } = yield* StoreUnderTest
      const [north, south] = tenants
      const variations: ReadonlyArray<readonly [Tenant, Partial<AuditEntry>]> = [
        [north, {}],
        [south, { actor: "somebody" }],
        [null, { action: "message.send" }],
        [north, { detail: { patients: JSON.stringify([people.patients[1], people.patients[0]]) } }],
        [north, { detail: {} }]
      ]
      const noted: Array<AuditEntry> = []
      for (const [tenant, fields] of variations) {
        const entry = yield* entryOf(tenant, fields)
        noted.push(entry)
        yield* Given.transact(record([entry]))
        yield* advance(Duration.seconds(1))
      }
      const subjectsOf = (...nths: ReadonlyArray<number>) => nths.map((nth) => noted[nth]!.subject)
      assert.deepStrictEqual(yield* pages({ scope: "all" }), subjectsOf(4, 3, 2, 1, 0))
      assert.deepStrictEqual(yield* pages({ scope: [north] }), subjectsOf(4, 3, 0))
      assert.deepStrictEqual(yield* pages({ scope: [] }), [])
      assert.deepStrictEqual(yield* pages({ scope: "all", actor: "somebody" }), subjectsOf(1))
      assert.deepStrictEqual(yield* pages({ scope: [south, null], action: "message.send" }), subjectsOf(2))
      assert.deepStrictEqual(yield* pages({ scope: "all", subject: noted[3]!.subject }), subjectsOf(3))
      assert.deepStrictEqual(yield* pages({ scope: [north], patientId: people.patients[1] }), subjectsOf(3))
      assert.deepStrictEqual(yield* pages({ scope: "all", from: noted[1]!.at, to: noted[3]!.at }), subjectsOf(2, 1))
    })
  ])
}
