/** What could not be applied is kept for a person, and for the number that it came for. */
import type { PhoneNumber } from "@careline/domain"
import { Inbox } from "@careline/ports"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { type Chapter, test } from "../shared/Chapter.ts"
import * as Given from "../shared/Given.ts"
import { freshContact, freshNumber, StoreUnderTest } from "../shared/Harness.ts"
import * as Paging from "../shared/Paging.ts"
import * as Traffic from "./Traffic.ts"

const MANY = 100

const release = (limit = MANY) => Given.transact(Effect.flatMap(Inbox, (inbox) => inbox.releaseParked(limit)))
const retry = (id: string) => Given.transact(Effect.flatMap(Inbox, (inbox) => inbox.retryParked(id)))
const dismiss = (id: string) => Given.transact(Effect.flatMap(Inbox, (inbox) => inbox.dismissParked(id)))

const add = Effect.fnUntraced(function* (number: PhoneNumber.E164, place: 0 | 1 = 0) {
  const { tenants } = yield* StoreUnderTest
  return yield* Given.aTenantNumber(tenants[place], { number })
})

/** Texts from two contacts to a number that nobody put on record. */
const early = Effect.gen(function* () {
  const to = yield* freshNumber
  const [ana, ben] = [yield* freshContact, yield* freshContact]
  for (const [from, words] of [
    [ana, "one"],
    [ben, "two"],
    [ana, "three"]
  ] as const) {
    assert.deepStrictEqual(yield* Traffic.accept([yield* Traffic.aText(from, to, words)]), ["unroutable"])
  }
  return { to, ana, ben }
})

/** One text that failed for good on a number that is a tenant's. */
const failed = Effect.gen(function* () {
  const { tenants } = yield* StoreUnderTest
  const { number } = yield* Given.aTenantNumber(tenants[0])
  const from = yield* freshContact
  yield* Traffic.textsIn(from, number, ["failed"])
  yield* Traffic.work(({ events }) => events.map(({ id }) => ({ _tag: "Parked", id, reason: "a defect" })))
  const [event] = yield* Traffic.parked(1)
  return { from, number, id: event!.id }
})

export const inboxParkedChapter: Chapter = {
  chapter: "Inbox: what is parked",
  tests: [
    test("MUST say for which number, from whom, when and why", function* () {
      const { to } = yield* early
      const shown = yield* Traffic.parked(MANY)
      assert.deepStrictEqual(
        shown.map((event) => [event.to, event.kind]),
        [to, to, to].map((number) => [number, "MessageReceived"])
      )
      for (const { from, reason } of shown) {
        assert.isNotNull(from)
        assert.isNotEmpty(reason)
      }
    }),

    test("MUST page, newest first, with nothing twice and nothing left out", function* () {
      yield* early
      const inbox = yield* Inbox
      const all = (yield* Traffic.parked(MANY)).map(({ id }) => id)
      const pages = yield* Paging.walk((cursor) => inbox.parked({ limit: 2, cursor }))
      const paged = pages.flatMap(({ items }) => items.map(({ id }) => id))
      assert.deepStrictEqual(paged, all)
      const refused = yield* Effect.flip(inbox.parked({ limit: 2, cursor: "not a cursor" }))
      assert.strictEqual(refused._tag, "InvalidCursor")
    }),

    test("MUST apply what came before its number was added, in order, for the tenant that it is added for", function* () {
      const { tenants } = yield* StoreUnderTest
      const { ana, to } = yield* early
      assert.strictEqual(yield* release(), 0)
      yield* add(to)
      assert.strictEqual(yield* release(), 3)
      const lanes = yield* Given.peek(Traffic.claimLanes())
      assert.deepStrictEqual(lanes.map(Traffic.wordsOf), [["one", "three"], ["two"]])
      for (const { siteGroupingId } of lanes) assert.strictEqual(siteGroupingId, tenants[0])
      assert.strictEqual(lanes[0]?.contact, ana)
      assert.deepStrictEqual(yield* Traffic.parked(MANY), [])
      assert.strictEqual(yield* release(), 0)
    }),

    test("MUST apply no more at once than is asked for, the oldest first", function* () {
      const { to } = yield* early
      yield* add(to)
      assert.strictEqual(yield* release(2), 2)
      assert.deepStrictEqual(yield* Traffic.waiting, [["one"], ["two"]])
      assert.strictEqual(yield* release(2), 1)
    }),

    test("MUST apply nothing that came for another number, nor what failed", function* () {
      yield* early
      yield* failed
      yield* add(yield* freshNumber)
      assert.strictEqual(yield* release(), 0)
      assert.lengthOf(yield* Traffic.parked(MANY), 4)
    }),

    test("MUST apply a parked event again, once, as if it had never failed", function* () {
      const { id } = yield* failed
      assert.isTrue(yield* retry(id))
      assert.isFalse(yield* retry(id))
      const [lane] = yield* Given.peek(Traffic.claimLanes())
      assert.deepStrictEqual(
        lane?.events.map(({ failures }) => failures),
        [0]
      )
      assert.deepStrictEqual(yield* Traffic.parked(MANY), [])
      yield* Traffic.work(({ events }) => events.map(Traffic.done))
      assert.isFalse(yield* retry(id))
      assert.deepStrictEqual(yield* Traffic.waiting, [])
    }),

    test("MUST leave parked what came for a number that is no tenant's, however it is asked for", function* () {
      yield* early
      const [event] = yield* Traffic.parked(1)
      assert.isFalse(yield* retry(event!.id))
      assert.lengthOf(yield* Traffic.parked(MANY), 3)
    }),

    test("MUST dismiss a parked event, once, and apply it to nothing", function* () {
      const { to } = yield* early
      const { id } = yield* failed
      for (const one of yield* Traffic.parked(MANY)) assert.isTrue(yield* dismiss(one.id))
      assert.isFalse(yield* dismiss(id))
      assert.isFalse(yield* retry(id))
      yield* add(to)
      assert.strictEqual(yield* release(), 0)
      assert.deepStrictEqual(yield* Traffic.waiting, [])
    }),

    test("MUST know no event by an id that it gave nobody", function* () {
      for (const id of ["", "0", "-1", "999999999999999999", "no-such-event", "1; drop table lanes"]) {
        assert.isFalse(yield* retry(id), id)
        assert.isFalse(yield* dismiss(id), id)
      }
    }),

    test("MUST still know a dismissed event that is delivered again", function* () {
      const text = yield* Traffic.aText(yield* freshContact, yield* freshNumber)
      yield* Traffic.accept([text])
      const [event] = yield* Traffic.parked(1)
      yield* dismiss(event!.id)
      assert.deepStrictEqual(yield* Traffic.accept([text]), ["duplicate"])
    })
  ]
}
