/** The chapter "Inbox: lanes" of the repository contract. */
import { Inbox, type Lane, type Settlement, Transaction } from "@careline/ports"
import { assert } from "@effect/vitest"
import { DateTime, Deferred, Duration, Effect, Fiber } from "effect"
import { type Chapter, test } from "../shared/Chapter.ts"
import { sameSet } from "../shared/Compare.ts"
import { giveMoment, within } from "../shared/Deadline.ts"
import * as Given from "../shared/Given.ts"
import { freshContact, StoreUnderTest } from "../shared/Harness.ts"
import * as Traffic from "./Traffic.ts"

/** A contact, and the digits of a number of the first tenant. */
const aLane = Effect.gen(function* () {
  const { tenants } = yield* StoreUnderTest
  const { number } = yield* Given.aTenantNumber(tenants[0])
  return { from: yield* freshContact, to: number }
})

/** So many lanes with a text each, `lane 1` the oldest. */
const lanesOfOneText = Effect.fnUntraced(function* (count: number) {
  const { to } = yield* aLane
  const contacts = yield* Effect.forEach(Array.from({ length: count }), () => freshContact)
  for (const [index, from] of contacts.entries()) yield* Traffic.textsIn(from, to, [`lane ${index + 1}`])
  return contacts
})

const contactsOf = (lanes: ReadonlyArray<Lane>) => lanes.map(({ contact }) => contact)

const minute = Duration.minutes(1)

const postpone =
  (until: DateTime.Utc) =>
  ({ id }: { readonly id: string }): Settlement => ({
    _tag: "Postponed",
    id,
    until,
    reason: "could not be applied"
  })

const park = ({ id }: { readonly id: string }, reason = "nobody can read it"): Settlement => ({
  _tag: "Parked",
  id,
  reason
})

const inAMinute = Effect.map(Given.storeNow, (now) => DateTime.addDuration(now, minute))

export const inboxLanesChapter: Chapter = {
  chapter: "Inbox: lanes",
  tests: [
    test("MUST hand out the texts of a contact in the order in which they were accepted", function* () {
      const { from, to } = yield* aLane
      const words = Array.from({ length: 25 }, (_, index) => `text ${index}`)
      for (const batch of [words.slice(0, 1), words.slice(1, 20), words.slice(20)]) {
        yield* Traffic.textsIn(from, to, batch)
      }
      assert.deepStrictEqual(yield* Traffic.waiting, [words])
    }),

    test("MUST keep the order of a lane over several claims", function* () {
      const { from, to } = yield* aLane
      const words = Array.from({ length: 7 }, (_, index) => `text ${index}`)
      yield* Traffic.textsIn(from, to, words)
      const seen: Array<string> = []
      for (let round = 0; round < 4; round++) {
        const lanes = yield* Traffic.work(({ events }) => events.map(Traffic.done), 10, 2)
        seen.push(...lanes.flatMap(Traffic.wordsOf))
      }
      assert.deepStrictEqual(seen, words)
    }),

    test("MUST put a contact's texts to all numbers of one tenant in one lane", function* () {
      const { tenants } = yield* StoreUnderTest
      const numbers = [yield* Given.aTenantNumber(tenants[0]), yield* Given.aTenantNumber(tenants[0])]
      const from = yield* freshContact
      for (const [index, { number }] of [...numbers, ...numbers].entries()) {
        yield* Traffic.textsIn(from, number, [`text ${index}`])
      }
      assert.deepStrictEqual(yield* Traffic.waiting, [["text 0", "text 1", "text 2", "text 3"]])
    }),

    test("MUST give a lane to the tenant of the number, so that one contact has a lane in each", function* () {
      const { tenants } = yield* StoreUnderTest
      const from = yield* freshContact
      const spaces = [tenants[0], tenants[1], null]
      for (const tenant of spaces) {
        const { number } = yield* Given.aTenantNumber(tenant)
        yield* Traffic.textsIn(from, number, [String(tenant)])
      }
      const lanes = yield* Given.peek(Traffic.claimLanes())
      assert.deepStrictEqual(
        lanes.map(({ siteGroupingId }) => siteGroupingId),
        spaces
      )
      assert.deepStrictEqual(contactsOf(lanes), [from, from, from])
      assert.deepStrictEqual(
        lanes.map(Traffic.wordsOf),
        spaces.map((tenant) => [String(tenant)])
      )
    }),

    test("MUST hand out as many lanes and texts as are asked for, the oldest first", function* () {
      const [first, second] = yield* lanesOfOneText(4)
      assert.deepStrictEqual(contactsOf(yield* Given.peek(Traffic.claimLanes(2, 10))), [first, second])
      const { from, to } = yield* aLane
      yield* Traffic.textsIn(from, to, ["a", "b", "c"])
      const lanes = yield* Given.peek(Traffic.claimLanes(10, 2))
      assert.deepStrictEqual(lanes.map(Traffic.wordsOf).at(-1), ["a", "b"])
    }),

    test("MUST bring every lane to its turn", function* () {
      const contacts = yield* lanesOfOneText(7)
      const seen: Array<string> = []
      for (let round = 0; round < 4; round++) {
        seen.push(...contactsOf(yield* Traffic.work(({ events }) => events.map(Traffic.done), 2)))
      }
      assert.deepStrictEqual(seen, contacts)
      assert.deepStrictEqual(yield* Traffic.waiting, [])
    }),

    test("MUST hand out again what a worker claimed and did not settle", function* () {
      const { from, to } = yield* aLane
      yield* Traffic.textsIn(from, to, ["a", "b", "c"])
      yield* Traffic.work(({ events }) => events.slice(0, 1).map(Traffic.done))
      assert.deepStrictEqual(yield* Traffic.waiting, [["b", "c"]])
      yield* Traffic.work(() => [])
      assert.deepStrictEqual(yield* Traffic.waiting, [["b", "c"]])
    }),

    test("MUST leave the texts pending, their failures uncounted, when the worker's transaction fails", function* () {
      const { from, to } = yield* aLane
      yield* Traffic.textsIn(from, to, ["a", "b"])
      const until = yield* inAMinute
      yield* Given.peek(Traffic.work(({ events }) => [postpone(until)(events[0]!), Traffic.done(events[1]!)]))
      const [lane] = yield* Given.peek(Traffic.claimLanes())
      assert.deepStrictEqual(
        lane?.events.map(({ event, failures }) => [Traffic.wordOf(event), failures]),
        [
          ["a", 0],
          ["b", 0]
        ]
      )
    }),

    test("MUST hold a postponed text and all behind it back until it is due, in their order", function* () {
      const { advance } = yield* StoreUnderTest
      const { from, to } = yield* aLane
      yield* Traffic.textsIn(from, to, ["a", "b", "c"])
      const until = yield* inAMinute
      yield* Traffic.work(({ events }) => [Traffic.done(events[0]!), postpone(until)(events[1]!)])
      assert.deepStrictEqual(yield* Traffic.waiting, [])
      yield* Traffic.textsIn(from, to, ["d"])
      assert.deepStrictEqual(yield* Traffic.waiting, [])
      yield* advance(Duration.seconds(30))
      assert.deepStrictEqual(yield* Traffic.waiting, [])
      yield* advance(Duration.seconds(30))
      assert.deepStrictEqual(yield* Traffic.waiting, [["b", "c", "d"]])
    }),

    test("MUST go on with other lanes while one is held back", function* () {
      const [held, free] = yield* lanesOfOneText(2)
      const until = yield* inAMinute
      yield* Traffic.work(({ contact, events }) => (contact === held ? events.map(postpone(until)) : []))
      assert.deepStrictEqual(contactsOf(yield* Given.peek(Traffic.claimLanes(1))), [free])
    }),

    test("MUST count how often a text failed", function* () {
      const { advance } = yield* StoreUnderTest
      const { from, to } = yield* aLane
      yield* Traffic.textsIn(from, to, ["a", "b"])
      for (const expected of [0, 1, 2]) {
        const until = yield* inAMinute
        const [lane] = yield* Traffic.work(({ events }) => events.slice(0, 1).map(postpone(until)))
        assert.deepStrictEqual(
          lane?.events.map(({ failures }) => failures),
          [expected, 0]
        )
        yield* advance(minute)
      }
    }),

    test("MUST let a lane go on behind a parked text, and show the reason", function* () {
      const { from, to } = yield* aLane
      yield* Traffic.textsIn(from, to, ["a", "b"])
      yield* Traffic.work(({ events }) => [park(events[0]!)])
      assert.deepStrictEqual(yield* Traffic.waiting, [["b"]])
      const parked = yield* Traffic.parked(10)
      assert.deepStrictEqual(
        parked.map(({ kind, reason }) => [kind, reason]),
        [["MessageReceived", "nobody can read it"]]
      )
    }),

    test("MUST leave a text that is done as it is, however it is settled again", function* () {
      const { advance } = yield* StoreUnderTest
      const { from, to } = yield* aLane
      yield* Traffic.textsIn(from, to, ["a", "b"])
      const [lane] = yield* Traffic.work(({ events }) => events.slice(0, 1).map(Traffic.done))
      const [text] = lane!.events
      const until = yield* inAMinute
      for (const again of [postpone(until)(text!), park(text!), Traffic.done(text!)]) {
        yield* Given.transact(Traffic.settle([again]))
        assert.deepStrictEqual(yield* Traffic.waiting, [["b"]], again._tag)
      }
      yield* advance(minute)
      assert.deepStrictEqual(yield* Traffic.waiting, [["b"]])
      assert.deepStrictEqual(yield* Traffic.parked(10), [])
    }),

    test("MUST leave a parked text as it is, however it is settled again", function* () {
      const { advance } = yield* StoreUnderTest
      const { from, to } = yield* aLane
      yield* Traffic.textsIn(from, to, ["a", "b"])
      const [lane] = yield* Traffic.work(({ events }) => [park(events[0]!)])
      const [text] = lane!.events
      const parked = Traffic.parked(10)
      const before = yield* parked
      assert.deepStrictEqual(
        before.map(({ id }) => id),
        [text!.id]
      )
      const until = yield* inAMinute
      for (const again of [postpone(until)(text!), Traffic.done(text!), park(text!, "once more")]) {
        yield* Given.transact(Traffic.settle([again]))
        assert.deepStrictEqual(yield* Traffic.waiting, [["b"]], again._tag)
        assert.deepStrictEqual(yield* parked, before, again._tag)
      }
      yield* advance(minute)
      assert.deepStrictEqual(yield* Traffic.waiting, [["b"]])
    }),

    test("MUST settle nothing when nothing is given", function* () {
      yield* lanesOfOneText(1)
      yield* Given.transact(Traffic.settle([]))
      assert.strictEqual((yield* Traffic.waiting).length, 1)
    }),

    test("MUST tell the store's time with a claim", function* () {
      const { advance } = yield* StoreUnderTest
      const inbox = yield* Inbox
      const claim = Given.peek(inbox.claimLanes({ lanes: 1, eventsPerLane: 1 }))
      const before = (yield* claim).now
      yield* advance(Duration.hours(1))
      const { now } = yield* claim
      assert.isAtLeast(now.epochMilliseconds - before.epochMilliseconds, Duration.toMillis(Duration.hours(1)))
    }),

    test(
      "MUST hand a lane that is being worked on to nobody else, nor its later texts",
      function* () {
        const contacts = yield* lanesOfOneText(4)
        const { to } = yield* aLane
        const { transact } = yield* Transaction
        const claimed = yield* Deferred.make<void>()
        const looked = yield* Deferred.make<void>()
        const one = transact(
          Effect.gen(function* () {
            const lanes = yield* Traffic.claimLanes(2)
            yield* Deferred.succeed(claimed, undefined)
            yield* Deferred.await(looked)
            yield* Traffic.settle(lanes.flatMap(({ events }) => events.map(Traffic.done)))
            return contactsOf(lanes)
          })
        )
        const other = Effect.gen(function* () {
          yield* Deferred.await(claimed)
          const later = yield* Effect.forkChild(Traffic.textsIn(contacts[0]!, to, ["later"]))
          yield* giveMoment(Fiber.join(later))
          const lanes = yield* transact(Traffic.claimLanes())
          yield* Deferred.succeed(looked, undefined)
          yield* Fiber.join(later)
          return contactsOf(lanes)
        })
        const [mine, theirs] = yield* within(Effect.all([one, other], { concurrency: 2 }), "two claims at once")
        assert.deepStrictEqual(mine, contacts.slice(0, 2))
        assert.deepStrictEqual(theirs, contacts.slice(2))
        sameSet((yield* Traffic.waiting).flat(), ["lane 3", "lane 4", "later"])
      },
      ["concurrentTransactions"]
    ),

    test(
      "SHOULD accept a text without waiting for whoever works on its lane",
      function* () {
        const [from] = yield* lanesOfOneText(1)
        const { to } = yield* aLane
        const { transact } = yield* Transaction
        const claimed = yield* Deferred.make<void>()
        const accepted = yield* Deferred.make<void>()
        const worker = transact(
          Effect.gen(function* () {
            yield* Traffic.claimLanes()
            yield* Deferred.succeed(claimed, undefined)
            yield* Deferred.await(accepted)
          })
        )
        const intake = Effect.gen(function* () {
          yield* Deferred.await(claimed)
          yield* Traffic.textsIn(from!, to, ["later"])
          yield* Deferred.succeed(accepted, undefined)
        })
        yield* within(Effect.all([worker, intake], { concurrency: 2 }), "accepting beside a worker")
        assert.deepStrictEqual(yield* Traffic.waiting, [["lane 1", "later"]])
      },
      ["concurrentTransactions"]
    ),

    test("MUST apply every text exactly once and in its lane's order under many workers", function* () {
      const { to } = yield* aLane
      const contacts = yield* Effect.forEach(Array.from({ length: 6 }), () => freshContact)
      const words = Array.from({ length: 10 }, (_, index) => `text ${index}`)
      const seen = new Map<string, Array<string>>(contacts.map((contact) => [contact, []]))
      const worker = Effect.gen(function* () {
        let idle = 0
        while (idle < 3) {
          const lanes = yield* Traffic.work(
            (lane) => {
              seen.get(lane.contact)?.push(...Traffic.wordsOf(lane))
              return lane.events.map(Traffic.done)
            },
            2,
            3
          )
          idle = lanes.length === 0 ? idle + 1 : 0
        }
      })
      const intake = Effect.forEach(words, (word) =>
        Effect.forEach(contacts, (from) => Traffic.textsIn(from, to, [word]), { concurrency: "unbounded" })
      )
      yield* Effect.all([intake, worker, worker, worker], { concurrency: "unbounded" })
      // What came in after the workers had gone home.
      yield* worker
      for (const [contact, applied] of seen) assert.deepStrictEqual(applied, words, `the texts of ${contact}`)
    })
  ]
}
