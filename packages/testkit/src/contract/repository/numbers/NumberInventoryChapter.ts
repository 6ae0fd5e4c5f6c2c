/** The chapter "Number inventory" of the repository contract. */
import {
  CallId,
  type Contact,
  Call,
  type InventoryNumber,
  NumberLifecycle,
  PendingAssignment,
  type PendingAssignmentId,
  type PhoneNumber,
  PhoneNumberId,
  type Tenant,
  Thread
} from "@careline/domain"
import { Calls, IdGenerator, Inbox, NumberInventory, NumberTaken, TenantNumbers, SiteGroupings } from "@careline/ports"
import { assert } from "@effect/vitest"
import { DateTime, Duration, Deferred, Effect, Option, Result } from "effect"
import { type Chapter, numberTest } from "../shared/Chapter.ts"
import { idsOf, sameNumber, sameSet } from "../shared/Compare.ts"
import { giveMoment, within } from "../shared/Deadline.ts"
import * as Given from "../shared/Given.ts"
import { freshContact, freshNumber, StoreUnderTest } from "../shared/Harness.ts"
import * as Sending from "../shared/Sending.ts"

type Owned = InventoryNumber.InventoryNumber

const newId = Effect.flatMap(IdGenerator, (ids) =>
  Effect.map(ids.next("phoneNumber", 1), ([id]) => PhoneNumberId.make(id!))
)

/** A number of the pool, unassigned, that came there so many minutes after the others of the test. */
const available = Effect.fnUntraced(function* (minutes = 0, number?: PhoneNumber.E164) {
  const at = DateTime.add(yield* Given.storeNow, { minutes })
  const given = {
    id: yield* newId,
    number: number ?? (yield* freshNumber),
    provider: "acme",
    providerSid: "PN-1",
    monthlyPrice: { amount: "1.15", currency: "USD" }
  }
  const acquired = NumberLifecycle.acquire(given, at)
  yield* Effect.flatMap(NumberInventory, (inventory) => inventory.add(acquired))
  return acquired
})

/** Numbers are assigned to tenants that are on record. */
const onRecord = Effect.fnUntraced(function* (tenant: Tenant) {
  if (tenant === null) return
  const createdAt = yield* Given.storeNow
  yield* Effect.flatMap(SiteGroupings, (groupings) =>
    groupings.add({ id: tenant, name: null, createdAt, deactivatedAt: null })
  ).pipe(Effect.catchTag("SiteGroupingTaken", () => Effect.void))
})

const take = (
  siteGroupingId: Tenant,
  areaCode: string | null = null,
  key: string | null = null,
  purpose: InventoryNumber.NumberPurpose = "both"
) =>
  Effect.gen(function* () {
    const inventory = yield* NumberInventory
    yield* onRecord(siteGroupingId)
    const at = yield* Given.storeNow
    return Option.getOrUndefined(yield* Given.transact(inventory.take({ siteGroupingId, areaCode, purpose, key, at })))
  })

const stored = (id: PhoneNumberId) =>
  Effect.gen(function* () {
    const inventory = yield* NumberInventory
    const [found] = yield* Given.transact(inventory.lock([id]))
    return found!
  })

const save = (...numbers: ReadonlyArray<Owned>) =>
  Effect.flatMap(NumberInventory, (inventory) => Given.transact(inventory.save(numbers)))

const quarantined = Effect.fnUntraced(function* (number: Owned, minutes: number) {
  const rules = { quarantine: minutes * 60_000 }
  const resting = Result.getOrThrow(NumberLifecycle.quarantine(number, rules, yield* Given.storeNow))
  yield* save(resting)
  return resting
})

const unrouted = (number: Owned, from: Contact.Contact, retireAfter = 10, isAnswerable = true) =>
  Effect.gen(function* () {
    const inventory = yield* NumberInventory
    const at = yield* Given.storeNow
    return Option.getOrUndefined(
      yield* inventory.noteUnroutedMessage({ number: number.number, from, isAnswerable, retireAfter, at })
    )
  })

const reassign = (ids: ReadonlyArray<PhoneNumberId>, to: InventoryNumber.TenantNumber | null) =>
  Effect.gen(function* () {
    const inventory = yield* NumberInventory
    const at = yield* Given.storeNow
    return yield* Given.transact(Effect.andThen(inventory.lock(ids), inventory.reassign(ids, to, at)))
  })

const replaced = Effect.fnUntraced(function* (old: InventoryNumber.TenantNumber, by: InventoryNumber.TenantNumber) {
  const now = yield* Given.storeNow
  yield* save(Result.getOrThrow(NumberLifecycle.replace(yield* stored(old.id), by.id, "30 days", now)))
})

const aText = Effect.fnUntraced(function* (to: PhoneNumber.E164) {
  const { nextInt } = yield* StoreUnderTest
  const from = yield* freshContact
  const event = {
    _tag: "MessageReceived" as const,
    providerMessageId: `in-${yield* nextInt}`,
    from,
    to,
    text: "hello",
    attachments: [],
    providerKeyword: null
  }
  return yield* (yield* Inbox).accept([{ provider: "acme", account: "acme", event }])
})

export const numberInventoryChapter: Chapter = {
  chapter: "Number inventory",
  tests: [
    numberTest("MUST keep a number as it is given, in whatever status, and its digits once", function* () {
      const { tenants } = yield* StoreUnderTest
      const inventory = yield* NumberInventory
      const number = yield* available()
      sameNumber(yield* stored(number.id), number)
      const taken = yield* Effect.flip(inventory.add({ ...number, id: yield* newId }))
      assert.instanceOf(taken, NumberTaken)
      const assigned = (yield* take(tenants[0], null, "key"))!
      sameNumber(yield* stored(number.id), assigned)
      const edited: Owned = { ...assigned, label: "Front desk", isDefault: true }
      yield* save(edited)
      sameNumber(yield* stored(number.id), edited)
      sameNumber(yield* stored(number.id), (yield* inventory.list([tenants[0]]))[0]!)
      const resting = yield* quarantined(edited, 5)
      sameNumber((yield* inventory.list("unassigned"))[0], resting)
    }),

    numberTest("MUST NOT give a tenant what came while its number was unassigned, or before", function* () {
      const { advance, tenants } = yield* StoreUnderTest
      const inbox = yield* Inbox
      const number = yield* freshNumber
      yield* aText(number)
      yield* available(0, number)
      yield* aText(number)
      yield* advance(Duration.minutes(1))
      assert.strictEqual((yield* take(tenants[0]))?.number, number)
      assert.strictEqual(yield* Given.transact(inbox.releaseParked(10)), 0)
      assert.lengthOf((yield* inbox.parked({ limit: 10, cursor: null })).items, 2)
    }),

    numberTest("MUST show no tenant an unassigned number, and accept no text there", function* () {
      const { tenants } = yield* StoreUnderTest
      const pool = yield* TenantNumbers
      const free = yield* available()
      const owned = yield* Given.aTenantNumber(tenants[0])
      const gone = yield* quarantined(yield* stored((yield* Given.aTenantNumber(tenants[0])).id), 5)
      sameSet(idsOf(yield* pool.list("all")), [owned.id])
      sameSet(idsOf(yield* pool.byNumbers([free.number, owned.number, gone.number])), [owned.id])
      assert.deepStrictEqual(yield* aText(gone.number), ["unroutable"])
      assert.deepStrictEqual(yield* aText(owned.number), ["accepted"])
      const inventory = yield* NumberInventory
      sameSet(idsOf(yield* inventory.list("unassigned")), [free.id, gone.id])
      sameSet(idsOf(yield* inventory.list([tenants[0]])), [owned.id])
      assert.deepStrictEqual(yield* inventory.list([tenants[1]]), [])
      const digits = [free.number, owned.number, gone.number, yield* freshNumber]
      sameSet(idsOf(yield* inventory.byNumbers(digits)), [free.id, owned.id, gone.id])
    }),

    numberTest("MUST list a tenant's default before its others", function* () {
      const { tenants } = yield* StoreUnderTest
      const inventory = yield* NumberInventory
      const older = yield* Given.aTenantNumber(tenants[0])
      yield* available()
      const preferred = (yield* take(tenants[0]))!
      yield* save({ ...preferred, isDefault: true })
      assert.deepStrictEqual(idsOf(yield* inventory.list([tenants[0]])), [preferred.id, older.id])
      assert.deepStrictEqual(idsOf(yield* (yield* TenantNumbers).list([tenants[0]])), [preferred.id, older.id])
    }),

    numberTest("MUST assign what has been available for longest, of the area code that is asked for", function* () {
      const { tenants } = yield* StoreUnderTest
      const [young, old] = [yield* available(2), yield* available(1)]
      const far = yield* available(0, "+13035550199" as PhoneNumber.E164)
      assert.isUndefined(yield* take(tenants[0], "415"))
      assert.strictEqual((yield* take(tenants[0], "202"))?.id, old.id)
      assert.strictEqual((yield* take(null))?.id, far.id)
      const last = yield* take(tenants[1])
      assert.strictEqual(last?.id, young.id)
      assert.deepStrictEqual(last?.holder, { siteGroupingId: tenants[1] })
      assert.isUndefined(yield* take(tenants[0]))
      assert.strictEqual((yield* stored(far.id)).holder?.siteGroupingId, null)
    }),

    numberTest("MUST assign a number for voice to who wants one for that, and none that is texted from", function* () {
      const { tenants } = yield* StoreUnderTest
      const inventory = yield* NumberInventory
      const voice = yield* available()
      yield* save({ ...voice, purpose: "voice" })
      const both = yield* available(1)
      const text = yield* available(2)
      yield* save({ ...text, purpose: "text" })
      assert.strictEqual((yield* take(tenants[0]))?.id, both.id)
      assert.isUndefined(yield* take(tenants[0]))
      assert.strictEqual((yield* take(tenants[0], null, null, "text"))?.id, text.id)
      assert.isUndefined(yield* take(tenants[0], null, null, "text"))
      assert.isFalse((yield* unrouted(voice, yield* freshContact))?.isFirst, "nor is a text to it answered")
      const taken = (yield* take(tenants[0], null, null, "voice"))!
      assert.deepStrictEqual([taken.id, taken.purpose], [voice.id, "voice"])
      const own = yield* (yield* TenantNumbers).byNumbers([voice.number])
      assert.deepStrictEqual(
        own.map(({ purpose }) => purpose),
        ["voice"]
      )
      assert.isEmpty(yield* Given.transact(inventory.reached([yield* freshNumber])))
    }),

    numberTest("MUST give each number to one of many who ask at once", function* () {
      const { tenants } = yield* StoreUnderTest
      for (let index = 0; index < 4; index++) yield* available(index)
      const given = yield* Effect.forEach(
        Array.from({ length: 10 }, (_, index) => tenants[index % 2]!),
        (tenant) => take(tenant),
        { concurrency: "unbounded" }
      )
      const ids = given.flatMap((number) => (number === undefined ? [] : [number.id]))
      assert.lengthOf(ids, 4)
      assert.strictEqual(new Set(ids).size, 4)
    }),

    numberTest("MUST keep the key that a number was assigned under, while its tenant has it", function* () {
      const { tenants } = yield* StoreUnderTest
      yield* available()
      const number = (yield* take(tenants[0], null, "activation"))!
      assert.strictEqual((yield* stored(number.id)).assignmentKey, "activation")
      yield* quarantined(number, 5)
      assert.isNull((yield* stored(number.id)).assignmentKey)
    }),

    numberTest(
      "MUST put another number in the place of one, in threads, in texts that wait, and in chains",
      function* () {
        const { tenants } = yield* StoreUnderTest
        const inventory = yield* NumberInventory
        const [first, old, next] = [
          yield* Given.aTenantNumber(tenants[0]),
          yield* Given.aTenantNumber(tenants[0]),
          yield* Given.aTenantNumber(tenants[0])
        ]
        yield* replaced(first, old)
        const answered = yield* Given.aReply(yield* Given.aConversation(old), old)
        const elsewhere = yield* Given.aThread(tenants[0], { phoneNumberId: next.id, lastContactedNumberId: old.id })
        const deleted = yield* Given.aThread(tenants[0], {
          phoneNumberId: old.id,
          deletedAt: yield* Given.storeNow
        })
        const others = yield* Given.aConversation(yield* Given.aTenantNumber(tenants[1]))
        assert.deepStrictEqual(yield* inventory.usage([next.id, old.id]), [1, 2])
        sameSet(yield* reassign([old.id], next), [answered.thread.id, deleted.id])
        assert.deepStrictEqual(yield* inventory.usage([next.id, old.id]), [3, 0])
        const moved = (yield* Given.stored(answered.thread))!
        assert.deepStrictEqual([moved.phoneNumberId, moved.lastContactedNumberId], [next.id, next.id])
        assert.strictEqual((yield* Given.stored(elsewhere))!.lastContactedNumberId, next.id)
        assert.strictEqual((yield* Given.stored(others!))!.phoneNumberId, others!.phoneNumberId)
        assert.strictEqual((yield* stored(first.id)).replacedBy, next.id)
        const sends = yield* Given.peek(Sending.claim(10))
        const waiting = sends.find(({ id }) => id === answered.sendId)
        assert.deepStrictEqual([waiting?.from, waiting?.fromNumberId], [next.number, next.id])
      }
    ),

    numberTest("MUST leave nothing that names a number that is taken away", function* () {
      const { tenants } = yield* StoreUnderTest
      const number = yield* Given.aTenantNumber(tenants[0])
      const thread = yield* Given.aConversation(number)
      assert.deepStrictEqual(yield* reassign([number.id], null), [thread!.id])
      const left = (yield* Given.stored(thread!))!
      assert.deepStrictEqual([left.phoneNumberId, left.lastContactedNumberId], [null, null])
      yield* quarantined(yield* stored(number.id), 5)
    }),

    numberTest("MUST tell what answers for a number that was reached: itself, or what took its place", function* () {
      const { tenants } = yield* StoreUnderTest
      const inventory = yield* NumberInventory
      const [old, next] = [yield* Given.aTenantNumber(tenants[0]), yield* Given.aTenantNumber(tenants[0])]
      const others = yield* Given.aTenantNumber(tenants[1])
      yield* replaced(old, next)
      const free = yield* available()
      const reached = yield* Given.transact(
        inventory.reached([old.number, next.number, others.number, free.number, yield* freshNumber])
      )
      const answering = new Map(reached.map(({ number, on }) => [number, on.id]))
      assert.strictEqual(answering.size, 3)
      assert.strictEqual(answering.get(old.number), next.id)
      assert.strictEqual(answering.get(next.number), next.id)
      assert.strictEqual(answering.get(others.number), others.id)
    }),

    numberTest(
      "MUST not let a number be replaced under who was told that it answers",
      function* () {
        const { tenants } = yield* StoreUnderTest
        const inventory = yield* NumberInventory
        const [old, next] = [yield* Given.aTenantNumber(tenants[0]), yield* Given.aTenantNumber(tenants[0])]
        const told = yield* Deferred.make<void>()
        const moved = yield* Deferred.make<void>()
        const thread = yield* Given.transact(
          Effect.gen(function* () {
            const contact = yield* freshContact
            const key: Thread.ThreadKey = { siteGroupingId: tenants[0], threadType: "voip", contact }
            return Thread.open(yield* Given.freshThreadId, key, null, yield* Given.storeNow)
          })
        )
        const arrival = Given.transact(
          Effect.gen(function* () {
            const [reached] = yield* inventory.reached([old.number])
            yield* Deferred.succeed(told, undefined)
            yield* giveMoment(Deferred.await(moved))
            yield* Given.apply([{ _tag: "ThreadSaved", thread: Thread.receivedOn(thread, reached!.on.id) }])
          })
        )
        const replacement = Effect.gen(function* () {
          yield* Deferred.await(told)
          yield* reassign([old.id], next)
          yield* Deferred.succeed(moved, undefined)
        })
        yield* within(Effect.all([arrival, replacement], { concurrency: "unbounded" }), "both")
        assert.strictEqual((yield* Given.stored(thread))!.phoneNumberId, next.id)
      },
      ["concurrentTransactions"]
    ),

    numberTest(
      "MUST not let a number be suspended under who was told that it is in service",
      function* () {
        const { tenants } = yield* StoreUnderTest
        const inventory = yield* NumberInventory
        const { id, number } = yield* Given.aTenantNumber(tenants[0])
        const told = yield* Deferred.make<void>()
        const over = yield* Deferred.make<void>()
        const order: Array<string> = []
        const leaving = Given.transact(
          Effect.gen(function* () {
            const [reached] = yield* inventory.reached([number])
            yield* Deferred.succeed(told, undefined)
            yield* giveMoment(Deferred.await(over))
            order.push(`left while ${reached!.on.status}`)
          })
        )
        const suspension = Effect.gen(function* () {
          yield* Deferred.await(told)
          yield* Given.transact(
            Effect.gen(function* () {
              const [locked] = yield* inventory.lock([id])
              order.push("suspended")
              yield* inventory.save([{ ...locked!, status: "suspended" }])
            })
          )
          yield* Deferred.succeed(over, undefined)
        })
        yield* within(Effect.all([leaving, suspension], { concurrency: "unbounded" }), "both")
        assert.deepStrictEqual(order, ["left while assigned", "suspended"])
        const [after] = yield* Given.transact(inventory.reached([number]))
        assert.strictEqual(after!.on.status, "suspended")
      },
      ["concurrentTransactions"]
    ),

    numberTest("MUST hand out a number whose time has come, and not before", function* () {
      const { advance, tenants } = yield* StoreUnderTest
      const inventory = yield* NumberInventory
      const resting = yield* quarantined(yield* stored((yield* Given.aTenantNumber(tenants[0])).id), 5)
      yield* available()
      const ended = Given.transact(Effect.map(inventory.ended(10), ({ numbers }) => idsOf(numbers)))
      assert.deepStrictEqual(yield* ended, [])
      yield* advance(DateTime.distance(yield* Given.storeNow, DateTime.add(resting.endsAt!, { seconds: 1 })))
      assert.deepStrictEqual(yield* ended, [resting.id])
      yield* save({ ...resting, status: "available", endsAt: null })
      assert.deepStrictEqual(yield* ended, [])
    }),

    numberTest("MUST count who tries an unassigned number, and retire one of the pool in time", function* () {
      const { tenants } = yield* StoreUnderTest
      const number = yield* available()
      const [one, another] = [yield* freshContact, yield* freshContact]
      assert.deepStrictEqual(yield* unrouted(number, one), { isFirst: true })
      assert.deepStrictEqual(yield* unrouted(number, one), { isFirst: false })
      assert.deepStrictEqual(yield* unrouted(number, another), { isFirst: true })
      assert.strictEqual((yield* stored(number.id)).unroutedInbound, 2)
      const caller = yield* freshContact
      assert.deepStrictEqual(yield* unrouted(number, caller, 10, false), { isFirst: false })
      assert.deepStrictEqual(yield* unrouted(number, caller), { isFirst: true })
      assert.deepStrictEqual(yield* unrouted(number, caller), { isFirst: false })
      assert.strictEqual((yield* stored(number.id)).unroutedInbound, 3)
      const owned = (yield* take(tenants[0]))!
      assert.strictEqual(owned.unroutedInbound, 0)
      assert.isUndefined(yield* unrouted(number, one))
      const resting = yield* quarantined(owned, 5)
      assert.deepStrictEqual(yield* unrouted(number, one, 1), { isFirst: true })
      assert.strictEqual((yield* stored(number.id)).status, "quarantined")
      yield* save({ ...resting, status: "available", endsAt: null, unroutedInbound: 1 })
      yield* unrouted(number, one, 2)
      assert.strictEqual((yield* stored(number.id)).status, "available")
      yield* unrouted(number, another, 2)
      assert.strictEqual((yield* stored(number.id)).status, "retired")
      assert.isUndefined(yield* take(tenants[0]))
    }),

    numberTest(
      "MUST forget the number in a call whose number is taken away",
      function* () {
        const { tenants, voice } = yield* StoreUnderTest
        const number = yield* Given.aTenantNumber(tenants[0])
        const [id] = yield* (yield* IdGenerator).next("call", 1)
        const from = yield* freshContact
        const call = Call.open(
          {
            id: CallId.make(id!),
            siteGroupingId: tenants[0],
            purpose: "voicemail",
            direction: "inbound",
            provider: "acme",
            providerCallId: "call",
            plan: { _tag: "Hangup", say: [] },
            fromNumber: from,
            toNumber: number.number as string as Contact.Contact,
            phoneNumberId: number.id
          },
          "ringing",
          yield* Given.storeNow
        )
        const calls = yield* Effect.provideContext(Calls, yield* voice)
        yield* Given.transact(calls.open(call))
        yield* reassign([number.id], null)
        yield* quarantined(yield* stored(number.id), 5)
        const [kept] = yield* Given.transact(calls.load([call.id]))
        assert.deepStrictEqual([kept?.phoneNumberId, kept?.toNumber], [null, call.toNumber])
      },
      ["voice"]
    ),

    numberTest("MUST count numbers by status and area code, and keep one pending assignment of a tenant", function* () {
      const { tenants } = yield* StoreUnderTest
      const inventory = yield* NumberInventory
      yield* available()
      yield* available(0, "+13035550199" as PhoneNumber.E164)
      const resting = yield* quarantined(yield* stored((yield* Given.aTenantNumber(tenants[0])).id), 5)
      const counts = yield* inventory.counts
      const free = counts.filter(({ status }) => status === "available")
      sameSet(
        free.map(({ areaCode, count }) => `${areaCode} ${count}`),
        ["202 1", "303 1"]
      )
      const rests = counts.find(({ status }) => status === "quarantined")!
      assert.deepStrictEqual([rests.count, rests.nextEnd?.epochMilliseconds], [1, resting.endsAt!.epochMilliseconds])
      const requestedAt = yield* Given.storeNow
      // Both are on record.
      yield* Given.aTenantNumber(tenants[1])
      const pending = yield* Effect.forEach(tenants.slice(0, 2), (siteGroupingId, index) =>
        Effect.gen(function* () {
          const [id] = (yield* (yield* IdGenerator).next("pendingAssignment", 1)) as ReadonlyArray<PendingAssignmentId>
          const asked = {
            id: id!,
            siteGroupingId,
            areaCode: index === 0 ? "415" : null,
            key: index === 0 ? null : "once"
          }
          const begun = PendingAssignment.begin(asked, DateTime.add(requestedAt, { minutes: index }))
          yield* inventory.addPendingAssignment(begun)
          return begun
        })
      )
      assert.deepStrictEqual(yield* inventory.pendingAssignments, pending)
      const [first, second] = pending
      const kept = { ...second!, reason: "no_offers" as const }
      const met = PendingAssignment.meet(first!, resting)
      const both = yield* inventory.savePendingAssignments([met, kept])
      assert.sameMembers([...both], [met.id, kept.id])
      assert.deepStrictEqual(yield* inventory.pendingAssignments, [kept])
      // What is over stays as it is.
      assert.deepStrictEqual(yield* inventory.savePendingAssignments([PendingAssignment.cancel(met)]), [])
      const found = (scope: ReadonlyArray<Tenant>) => inventory.pendingAssignment(scope, met.id)
      assert.deepStrictEqual(yield* found([met.siteGroupingId]), Option.some(met))
      assert.deepStrictEqual(yield* found([kept.siteGroupingId]), Option.none())
      // The number that met it was added by mistake.
      yield* inventory.remove(resting.id)
      assert.isFalse((yield* inventory.list("unassigned")).some(({ id }) => id === resting.id))
      assert.deepStrictEqual(yield* found([met.siteGroupingId]), Option.some({ ...met, phoneNumberId: null }))
    })
  ]
}
