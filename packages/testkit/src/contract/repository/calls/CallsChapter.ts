/** The chapter "Calls" of the repository contract. */
import {
  Call,
  CallId,
  type CallPlan,
  CallStatus,
  Contact,
  type Language,
  PhoneNumberId,
  type InventoryNumber,
  type Tenant
} from "@careline/domain"
import { type CallFilter, Calls, IdGenerator, type TenantScope } from "@careline/ports"
import { assert } from "@effect/vitest"
import { DateTime, Deferred, Duration, Effect, Option } from "effect"
import { type Chapter, voiceTest } from "../shared/Chapter.ts"
import { giveMoment, within } from "../shared/Deadline.ts"
import * as Given from "../shared/Given.ts"
import { freshContact, StoreUnderTest } from "../shared/Harness.ts"

const english = "en-US" as Language
const plan: CallPlan.CallPlan = {
  _tag: "Gather",
  say: [{ _tag: "Say", text: 'For English, press 1. ¿Español? 2 "<&', language: english }],
  digits: 1,
  timeoutSeconds: 5,
  options: [{ digits: "1", leadsTo: { _tag: "Voicemail", say: [], maxSeconds: 120, language: english, after: [] } }],
  otherwise: { _tag: "Hangup", say: [{ _tag: "Play", url: "https://clinic.example/goodbye.mp3" }] }
}

const freshCallId = Effect.flatMap(IdGenerator, (ids) => Effect.map(ids.next("call", 1), ([id]) => CallId.make(id!)))

/** A call that came in on a number; nothing is stored yet. */
const aCall = Effect.fnUntraced(function* (on: InventoryNumber.TenantNumber, fields: Partial<Call.Call> = {}) {
  const { nextInt } = yield* StoreUnderTest
  const opened = Call.open(
    {
      id: yield* freshCallId,
      siteGroupingId: on.siteGroupingId,
      purpose: "voicemail",
      direction: "inbound",
      provider: "acme",
      providerCallId: `call-${yield* nextInt}`,
      plan,
      fromNumber: yield* freshContact,
      toNumber: Contact.Contact.make(on.number),
      phoneNumberId: on.id
    },
    "ringing",
    yield* Given.storeNow
  )
  return { ...opened, ...fields }
})

const aNumber = Effect.flatMap(StoreUnderTest, ({ tenants }) => Given.aTenantNumber(tenants[0]))

const open = (call: Call.Call) => Effect.flatMap(Calls, (calls) => Given.transact(calls.open(call)))

/** A call in the store. */
const kept = Effect.fnUntraced(function* (on: InventoryNumber.TenantNumber, fields: Partial<Call.Call> = {}) {
  const call = yield* aCall(on, fields)
  yield* open(call)
  return call
})

const stored = Effect.fnUntraced(function* (call: Call.Call) {
  const [found] = yield* Effect.flatMap(Calls, (calls) => Given.transact(calls.load([call.id])))
  return found
})

const match = (keys: Parameters<Calls["Service"]["match"]>[0]) =>
  Effect.flatMap(Calls, (calls) => Given.transact(calls.match(keys)))

const keyOf = ({ provider, providerCallId }: Call.Call) => ({ provider, providerCallId: providerCallId!, callId: null })

const list = (scope: TenantScope, query: Partial<Parameters<Calls["Service"]["list"]>[0]> = {}) =>
  Effect.flatMap(Calls, (calls) => calls.list({ scope, limit: 100, cursor: null, ...query }))

const count = (scope: TenantScope, filter: Omit<CallFilter, "scope"> = {}) =>
  Effect.flatMap(Calls, (calls) => calls.count({ scope, ...filter }))

/** Every state that what was heard of a call can be in, likely or not. */
const states = (["voicemail", "bridge"] as const).flatMap((purpose) =>
  CallStatus.chain.flatMap((own) =>
    [null, ...CallStatus.chain].map((far) => ({
      purpose,
      own: { status: own, durationSeconds: null },
      far: far === null ? null : { status: far, durationSeconds: null }
    }))
  )
)

const idsOf = ({ items }: { readonly items: ReadonlyArray<Call.Call> }) => items.map(({ id }) => id)

export const callsChapter: Chapter = {
  chapter: "Calls",
  tests: [
    voiceTest("MUST keep all of a call", function* () {
      const number = yield* aNumber
      const thread = yield* Given.aThread(number.siteGroupingId)
      const { people } = yield* StoreUnderTest
      const now = yield* Given.storeNow
      const call = yield* kept(number, {
        purpose: "bridge",
        direction: "outbound",
        threadId: thread.id,
        messageId: yield* Given.freshMessageId,
        own: { status: "completed", durationSeconds: 61 },
        far: { status: "completed", durationSeconds: 45 },
        recordings: [
          {
            ref: "https://provider.example/a?b=c",
            durationSeconds: 9,
            isAnnounced: true,
            isLost: false,
            isGone: false,
            stored: null
          },
          { ref: "lost", durationSeconds: null, isAnnounced: false, isLost: true, isGone: true, stored: null }
        ],
        transcript: { text: "It's me. ¿Sí? 👋", confidence: 0.25 },
        initiatorId: people.users[0],
        reason: "results",
        notes: "first try",
        endedAt: now
      })
      assert.deepStrictEqual(yield* stored(call), call)
    }),

    voiceTest("MUST open a provider's call once, and tell which one it is", function* () {
      const number = yield* aNumber
      const first = yield* aCall(number)
      assert.deepStrictEqual(yield* open(first), { call: first, isNew: true })
      const again = yield* aCall(number, { providerCallId: first.providerCallId })
      assert.deepStrictEqual(yield* open(again), { call: first, isNew: false })
      const elsewhere = yield* aCall(number, { providerCallId: first.providerCallId, provider: "another" })
      assert.isTrue((yield* open(elsewhere)).isNew)
      assert.deepStrictEqual(yield* stored(again), undefined)
    }),

    voiceTest("MUST open a call once when it is opened twice at the same time", function* () {
      const number = yield* aNumber
      const { providerCallId } = yield* aCall(number)
      const twins = yield* Effect.forEach(Array.from({ length: 5 }), () => aCall(number, { providerCallId }))
      const opened = yield* Effect.forEach(twins, open, { concurrency: "unbounded" })
      assert.strictEqual(opened.filter(({ isNew }) => isNew).length, 1)
      assert.strictEqual(new Set(opened.map(({ call }) => call.id)).size, 1)
    }),

    voiceTest("MUST match by the provider's id, then by ours where the provider's is not known yet", function* () {
      const number = yield* aNumber
      const known = yield* kept(number)
      const placed = yield* kept(number, { providerCallId: null })
      const echo = { provider: "acme", providerCallId: "new", callId: placed.id }
      assert.deepStrictEqual(
        (yield* match([
          echo,
          keyOf(known),
          { ...keyOf(known), callId: placed.id },
          { ...keyOf(known), provider: "another" },
          { ...echo, provider: "another" },
          { provider: "acme", providerCallId: "never", callId: known.id },
          { provider: "acme", providerCallId: "never", callId: CallId.make("not an id of this store") },
          keyOf(known)
        ])).map((call) => call?.id ?? null),
        [placed.id, known.id, known.id, null, null, null, null, known.id]
      )
    }),

    voiceTest("MUST save whose call it turned out to be", function* () {
      const number = yield* aNumber
      const thread = yield* Given.aThread(number.siteGroupingId)
      const { people } = yield* StoreUnderTest
      const call = yield* kept(number)
      const bridged: Call.Call = {
        ...call,
        purpose: "bridge",
        direction: "outbound",
        fromNumber: call.toNumber,
        toNumber: yield* freshContact,
        threadId: thread.id,
        initiatorId: people.users[0]
      }
      for (const whose of [bridged, call]) {
        yield* Effect.flatMap(Calls, (calls) => calls.save([whose]))
        assert.deepStrictEqual(yield* stored(call), whose)
      }
    }),

    voiceTest("MUST save what became known, for one call and for many", function* () {
      const number = yield* aNumber
      const [one, other, third] = [
        yield* kept(number),
        yield* kept(number, { providerCallId: null }),
        yield* kept(number)
      ]
      const now = yield* Given.storeNow
      const thread = yield* Given.aThread(number.siteGroupingId)
      const heard = Call.applyReport(
        { ...one, threadId: thread.id },
        { _tag: "Progressed", leg: "own", status: "completed", durationSeconds: 12 },
        now
      )
      const answered = { ...other, providerCallId: "answered", toNumber: Contact.Contact.make("+12025550199") }
      yield* Effect.flatMap(Calls, (calls) => Given.transact(calls.save([heard, answered])))
      assert.deepStrictEqual([yield* stored(one), yield* stored(other), yield* stored(third)], [heard, answered, third])
    }),

    voiceTest("MUST list a scope's calls, newest first, page by page", function* () {
      const { advance, tenants } = yield* StoreUnderTest
      const [north, south] = [yield* aNumber, yield* Given.aTenantNumber(tenants[1])]
      const calls: Array<Call.Call> = []
      for (let count = 0; count < 5; count++) {
        calls.push(yield* kept(north))
        if (count % 2 === 1) yield* advance(Duration.minutes(1))
      }
      const theirs = yield* kept(south)
      const order = calls.toSorted(
        (one, other) =>
          other.createdAt.epochMilliseconds - one.createdAt.epochMilliseconds || (one.id < other.id ? 1 : -1)
      )
      const first = yield* list([tenants[0]], { limit: 2 })
      const second = yield* list([tenants[0]], { limit: 2, cursor: first.nextCursor })
      const third = yield* list([tenants[0]], { limit: 2, cursor: second.nextCursor })
      assert.deepStrictEqual(
        [first, second, third].flatMap(idsOf),
        order.map(({ id }) => id)
      )
      assert.isNull(third.nextCursor)
      assert.deepStrictEqual(idsOf(yield* list([tenants[1]])), [theirs.id])
      assert.strictEqual((yield* list("all")).items.length, 6)
      assert.strictEqual((yield* list([])).items.length, 0)
      const error = yield* Effect.flip(list("all", { cursor: "nonsense" }))
      assert.strictEqual(error._tag, "InvalidCursor")
    }),

    voiceTest("MUST list the calls of a thread, and of a time", function* () {
      const { advance } = yield* StoreUnderTest
      const number = yield* aNumber
      const thread = yield* Given.aThread(number.siteGroupingId)
      const early = yield* kept(number, { threadId: thread.id })
      yield* advance(Duration.hours(1))
      const late = yield* kept(number, { threadId: thread.id })
      const other = yield* kept(number)
      const scope: ReadonlyArray<Tenant> = [number.siteGroupingId]
      assert.deepStrictEqual(idsOf(yield* list(scope, { threadId: thread.id })), [late.id, early.id])
      const { createdAt } = late
      assert.sameMembers([...idsOf(yield* list(scope, { from: createdAt }))], [late.id, other.id])
      assert.deepStrictEqual(idsOf(yield* list(scope, { to: createdAt })), [early.id])
      assert.deepStrictEqual(idsOf(yield* list(scope, { from: early.createdAt, to: createdAt })), [early.id])
    }),

    voiceTest("MUST list and count the calls of a number of ours, of a contact and of a direction", function* () {
      const number = yield* aNumber
      const other = yield* aNumber
      const scope: ReadonlyArray<Tenant> = [number.siteGroupingId]
      const calledIn = yield* kept(number)
      const contact = calledIn.fromNumber
      const elsewhere = yield* kept(other, { fromNumber: contact })
      const called = yield* kept(number, {
        purpose: "bridge",
        direction: "outbound",
        fromNumber: calledIn.toNumber,
        toNumber: contact
      })
      const somebody = yield* kept(number)
      const spelled = yield* kept(other, { fromNumber: Contact.Contact.make("+5491123456781") })
      const filters: ReadonlyArray<readonly [Omit<CallFilter, "scope">, ReadonlyArray<Call.Call>]> = [
        [{ phoneNumberId: number.id }, [calledIn, called, somebody]],
        [{ phoneNumberId: other.id }, [elsewhere, spelled]],
        [{ phoneNumberId: PhoneNumberId.make("not an id of this store") }, []],
        [{ contact }, [calledIn, elsewhere, called]],
        // One phone, spelled in two ways.
        [{ contact: Contact.Contact.make("+541123456781") }, [spelled]],
        // Our own number is nobody's contact.
        [{ contact: calledIn.toNumber }, []],
        [{ contact: yield* freshContact }, []],
        [{ direction: "inbound" }, [calledIn, elsewhere, somebody, spelled]],
        [{ direction: "outbound" }, [called]],
        [{ contact, direction: "inbound", phoneNumberId: number.id }, [calledIn]],
        [{}, [calledIn, elsewhere, called, somebody, spelled]]
      ]
      for (const [filter, found] of filters) {
        assert.sameMembers(idsOf(yield* list(scope, filter)), idsOf({ items: found }))
        assert.strictEqual(yield* count(scope, filter), found.length)
        assert.strictEqual(yield* count([], filter), 0)
      }
    }),

    voiceTest("MUST list and count the calls of threads that are linked to a patient now", function* () {
      const number = yield* aNumber
      const scope: ReadonlyArray<Tenant> = [number.siteGroupingId]
      const { people } = yield* StoreUnderTest
      const [patient, other] = people.patients
      const mine = yield* Given.aThread(number.siteGroupingId, { patientIds: [patient] })
      const theirs = yield* Given.aThread(number.siteGroupingId, { patientIds: [other] })
      const call = yield* kept(number, { threadId: mine.id })
      yield* kept(number, { threadId: theirs.id })
      yield* kept(number)
      assert.deepStrictEqual(idsOf(yield* list(scope, { patientId: patient })), [call.id])
      assert.strictEqual(yield* count(scope, { patientId: patient }), 1)
      yield* Given.apply([{ _tag: "ThreadSaved", thread: { ...mine, patientIds: [] } }])
      assert.deepStrictEqual(idsOf(yield* list(scope, { patientId: patient })), [])
    }),

    voiceTest(
      "MUST list and count by the status that the domain's rule gives a call, in whichever state",
      function* () {
        const number = yield* aNumber
        const scope: ReadonlyArray<Tenant> = [number.siteGroupingId]
        const calls = yield* Effect.forEach(states, (state) =>
          Effect.map(kept(number), (call): Call.Call => ({ ...call, ...state }))
        )
        const ofStatus = (status: CallStatus.CallStatus) => calls.filter((call) => Call.status(call) === status)
        assert.strictEqual(yield* count(scope, { status: "ringing" }), calls.length)
        yield* Effect.flatMap(Calls, (port) => Given.transact(port.save(calls)))
        for (const status of CallStatus.chain) {
          const expected = ofStatus(status)
          const found = yield* list(scope, { status, limit: 200 })
          assert.sameMembers(idsOf(found), idsOf({ items: expected }), status)
          assert.strictEqual(yield* count(scope, { status }), expected.length, status)
        }
      }
    ),

    voiceTest("MUST pass over as many calls as it is told, from the cursor on", function* () {
      const { advance, tenants } = yield* StoreUnderTest
      const numbers = [yield* aNumber, yield* Given.aTenantNumber(tenants[1])]
      const ids: Array<CallId> = []
      for (const [place, on] of [...numbers, ...numbers, ...numbers].entries()) {
        if (place > 0) yield* advance(Duration.minutes(1))
        ids.unshift((yield* kept(on)).id)
      }
      const scope = [tenants[0], tenants[1]]
      const second = yield* list(scope, { limit: 2, offset: 2 })
      assert.deepStrictEqual(idsOf(second), ids.slice(2, 4))
      assert.deepStrictEqual(
        idsOf(yield* list(scope, { limit: 2, offset: 1, cursor: second.nextCursor })),
        ids.slice(5)
      )
      assert.deepStrictEqual(yield* list(scope, { offset: 6 }), { items: [], nextCursor: null })
    }),

    voiceTest("MUST find one call of the scope", function* () {
      const { tenants } = yield* StoreUnderTest
      const call = yield* kept(yield* aNumber)
      const find = (scope: TenantScope, id: CallId) => Effect.flatMap(Calls, (calls) => calls.find(scope, id))
      assert.deepStrictEqual(yield* find([tenants[0]], call.id), Option.some(call))
      assert.deepStrictEqual(yield* find("all", call.id), Option.some(call))
      assert.deepStrictEqual(yield* find([tenants[1]], call.id), Option.none())
      assert.deepStrictEqual(yield* find([], call.id), Option.none())
      assert.deepStrictEqual(yield* find("all", CallId.make("not an id of this store")), Option.none())
    }),

    voiceTest("MUST find the calls that nothing was heard of, and that are not over", function* () {
      const { advance } = yield* StoreUnderTest
      const number = yield* aNumber
      const silent = yield* kept(number)
      const over = yield* kept(number)
      yield* Effect.flatMap(Calls, (calls) =>
        Effect.flatMap(Given.storeNow, (now) =>
          calls.save([
            Call.applyReport(over, { _tag: "Progressed", leg: "own", status: "completed", durationSeconds: null }, now)
          ])
        )
      )
      yield* advance(Duration.minutes(30))
      yield* kept(number)
      const heardBefore = DateTime.subtractDuration(yield* Given.storeNow, Duration.minutes(10))
      const found = yield* Effect.flatMap(Calls, (calls) => Given.transact(calls.silent({ heardBefore, limit: 10 })))
      assert.deepStrictEqual(found, [silent])
    }),

    voiceTest(
      "MUST give who waited for a call the call as it is then",
      function* () {
        const calls = yield* Calls
        const number = yield* aNumber
        const call = yield* kept(number)
        const locked = yield* Deferred.make<void>()
        const done = yield* Deferred.make<void>()
        const first = Given.transact(
          Effect.gen(function* () {
            const [mine] = yield* calls.match([keyOf(call)])
            yield* Deferred.succeed(locked, undefined)
            yield* giveMoment(Deferred.await(done))
            yield* calls.save([{ ...mine!, notes: "from the first" }])
          })
        )
        const second = Effect.gen(function* () {
          yield* Deferred.await(locked)
          yield* Given.transact(
            Effect.gen(function* () {
              const [mine] = yield* calls.match([keyOf(call)])
              yield* calls.save([{ ...mine!, reason: "from the second" }])
            })
          )
          yield* Deferred.succeed(done, undefined)
        })
        yield* within(Effect.all([first, second], { concurrency: "unbounded" }), "both changes")
        const { notes, reason } = (yield* stored(call))!
        assert.deepStrictEqual([notes, reason], ["from the first", "from the second"])
      },
      ["concurrentTransactions"]
    )
  ]
}
