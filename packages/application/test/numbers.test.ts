/** A number from the pool to a tenant, to its replacement, to rest, and to the next tenant who knows nothing of the first. */
import {
  type Contact,
  InventoryNumber,
  type PendingAssignmentId,
  type PhoneNumber,
  type PhoneNumberId,
  type ThreadId,
  VoipSettings
} from "@careline/domain"
import {
  type CallReceived,
  Consents,
  Inbox,
  NumberInventory,
  TenantNumbers,
  Settings,
  TelephonyError,
  TelephonyProviders
} from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as Memory from "@careline/testkit"
import * as Application from "../src/index.ts"
import * as World from "./support/numberWorld.ts"

const { administrator, north, south } = World
const ana = "+13035550123"
const ben = "+13035550124"
const digits = ["+12025550100", "+12025550101"] as const

const play = <A, E>(body: (provider: World.Provider) => Effect.Effect<A, E, World.World>) => {
  const provider = World.makeProvider()
  return Effect.provide(body(provider), World.world(provider.telephony))
}

const answer = (threadId: ThreadId, content = "answer") =>
  Application.sendMessage(administrator, { threadId, content, mediaUrls: [], idempotencyKey: null })

const parked = Effect.map(
  Effect.flatMap(Inbox, (inbox) => inbox.parked({ limit: 50, cursor: null })),
  ({ items }) => items
)

/** North's two numbers, and who has texted the first. */
const inUse = Effect.fnUntraced(function* (provider: World.Provider, ...contacts: ReadonlyArray<string>) {
  yield* World.found(north)
  for (const number of digits) yield* World.pooled(number)
  const old = yield* World.assigned(north)
  const next = yield* World.assigned(north)
  for (const contact of contacts) yield* World.text(provider, contact, old.number, "hello")
  return { old, next }
})

describe("A number that a tenant adds itself", () => {
  const ours = "+12025550177" as PhoneNumber.E164
  const patients = "+13035550123" as PhoneNumber.E164
  const given = { label: null, provider: null, providerSid: null }

  /** A provider that lists our numbers, or does not answer. */
  const listing = (answers: () => ReadonlyArray<string> | null) => {
    const { telephony } = World.makeProvider()
    const owns = (number: PhoneNumber.E164) =>
      Effect.suspend(() => {
        const owned = answers()
        return owned === null
          ? Effect.fail(
              new TelephonyError.TelephonyError({
                provider: "acme",
                operation: "numbers.owns",
                reason: new TelephonyError.Unavailable({ message: "down", code: null })
              })
            )
          : Effect.succeed(owned.includes(number))
      })
    return {
      ...telephony,
      capabilities: {
        ...telephony.capabilities,
        numbers: {
          search: [],
          orders: "synchronous",
          find: "by_number",
          findAfterMillis: 0,
          refusals: [],
          trunk: false,
          prices: false
        } as const
      },
      numbers: { ...telephony.numbers, owns }
    }
  }

  const add = (number: string, tenant: typeof north, actor = World.staffOf(tenant), overrideReason?: string) =>
    Application.addNumber(actor, { ...given, number, siteGroupingId: tenant, overrideReason })
  const pool = (number: string, overrideReason?: string) =>
    Application.addToPool(administrator, { number, overrideReason })
  const why = "the carrier ported it yesterday"

  it.effect("is one that the provider has for us, and no phone of anybody else", () =>
    Effect.gen(function* () {
      yield* World.found(north)
      assert.strictEqual((yield* add(ours, north)).number, ours)
      assert.deepInclude(yield* Effect.flip(add(patients, north)), { _tag: "NumberRefused", reason: "not_yours" })
      // Its own it may know of.
      assert.strictEqual((yield* Effect.flip(add(ours, north)))._tag, "NumberTaken")
      // Against a provider that says no stands nobody's word, for a tenant or for the pool.
      for (const reason of [undefined, why]) {
        const refused = { _tag: "NumberRefused", reason: "not_yours" } as const
        assert.deepInclude(yield* Effect.flip(add(patients, north, administrator, reason)), refused)
        assert.deepInclude(yield* Effect.flip(pool(patients, reason)), refused)
      }
      assert.strictEqual((yield* Application.listNumbers(administrator)).length, 1)
    }).pipe(Effect.provide(World.world(listing(() => [ours]))))
  )

  it.effect("is refused in the same words when another tenant or the pool has it as when it is not ours", () =>
    Effect.gen(function* () {
      yield* World.found(north)
      yield* World.found(south)
      yield* World.pooled(digits[1])
      yield* add(ours, north)
      const stranger = Application.Problem.ofError(yield* Effect.flip(add(patients, south)))
      for (const number of [ours, digits[1]]) {
        assert.deepStrictEqual(Application.Problem.ofError(yield* Effect.flip(add(number, south))), stranger)
      }
    }).pipe(Effect.provide(World.world(listing(() => [ours, digits[1]]))))
  )

  /** Two providers: the active one, and the one that stands in for it. */
  const both = (active: ReadonlyArray<string> | null, fallback: ReadonlyArray<string> | null) =>
    TelephonyProviders.make(
      listing(() => active),
      [],
      { ...listing(() => fallback), provider: "spare" }
    )

  it.effect("is carried by the provider that has it, and no reason stands against one that says no", () =>
    Effect.gen(function* () {
      yield* World.found(north)
      const among = (providers: ReturnType<typeof both>) =>
        Effect.provideService(TelephonyProviders.TelephonyProviders, providers)
      const add = (provider: string | null) =>
        Application.addNumber(administrator, {
          ...given,
          number: ours,
          provider,
          siteGroupingId: north,
          overrideReason: why
        })
      const silent = { _tag: "NumberRefused", reason: "cannot_tell" } as const
      for (const providers of [both([], null), both(null, [])]) {
        assert.deepInclude(yield* Effect.flip(among(providers)(add(null))), silent)
      }
      const refused = yield* Effect.flip(among(both(null, []))(add("spare")))
      assert.deepInclude(refused, { _tag: "NumberRefused", reason: "not_yours" })
      assert.strictEqual((yield* among(both([], [ours]))(add(null))).provider, "spare")
    }).pipe(Effect.provide(World.world(listing(() => []))))
  )

  it.effect("goes to no tenant that is not on record", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(add(ours, north)))._tag, "NotFound")
      assert.strictEqual((yield* Effect.flip(add(ours, north, administrator)))._tag, "NotFound")
      assert.deepStrictEqual(yield* Application.listSiteGroupings(administrator), [])
    }).pipe(Effect.provide(World.world(listing(() => [ours]))))
  )

  it.effect("waits for a system administrator and a reason where the provider cannot tell, taken or not", () =>
    Effect.gen(function* () {
      yield* World.found(north)
      yield* World.found(south)
      const silent = { _tag: "NumberRefused", reason: "cannot_tell" } as const
      assert.deepInclude(yield* Effect.flip(add(ours, north, administrator)), silent)
      assert.deepInclude(yield* Effect.flip(pool(digits[1])), silent)
      const vague = { _tag: "InvalidRequest", field: "overrideReason" } as const
      assert.deepInclude(yield* Effect.flip(add(ours, north, administrator, "  ported  ")), vague)
      assert.deepInclude(yield* Effect.flip(pool(digits[1], "x".repeat(501))), vague)
      const added = yield* add(ours, north, administrator, why)
      const pooled = yield* pool(digits[1], ` ${why} `)
      const kept = (yield* Memory.auditEntries).filter(({ subject }) =>
        [added.id, pooled.id].some((id) => subject === `phoneNumber:${id}`)
      )
      assert.deepStrictEqual(
        kept.map(({ action, detail }) => [action, JSON.parse(String(detail.sealed)).overrideReason]),
        [
          ["phone_number.add", why],
          ["phone_number.pool", why]
        ]
      )
      for (const number of [ours, patients]) {
        assert.deepInclude(yield* Effect.flip(add(number, south)), silent)
        assert.deepInclude(yield* Effect.flip(add(number, south, World.staffOf(south), why)), vague)
      }
    }).pipe(Effect.provide(World.world(listing(() => null))))
  )
})

describe("A number that is given up", () => {
  it.effect("is refused without another one in its place, and with one that cannot take it", () =>
    play((provider) =>
      Effect.gen(function* () {
        const { next, old } = yield* inUse(provider, ana, ben)
        yield* World.found(south)
        const others = yield* Effect.map(World.pooled("+12025550199"), ({ id }) => id)
        yield* World.assigned(south)
        const refused = (id: typeof old.id | null, actor = administrator) =>
          Effect.flip(
            Application.deleteNumber(actor, old.id, { replacementPhoneNumberId: id, notice: null, dryRun: false })
          )
        const needed = yield* refused(null)
        assert.deepInclude(needed, { _tag: "ReplacementNeeded", threads: 2 })
        assert.deepInclude(yield* refused(old.id), { _tag: "ReplacementRefused", reason: "same_number" })
        assert.deepInclude(yield* refused(others), { reason: "other_site_grouping" })
        assert.deepInclude(yield* refused(others, World.staffOf(north)), { _tag: "NotFound" })
        assert.deepInclude(yield* refused(next.id, World.staffOf(south)), { _tag: "NotFound" })
        yield* Application.editNumber(administrator, next.id, { status: "suspended" })
        assert.deepInclude(yield* refused(next.id), { reason: "suspended" })
      })
    )
  )

  it.effect("says beforehand what it does, and then does it", () =>
    play((provider) =>
      Effect.gen(function* () {
        const { next, old } = yield* inUse(provider, ana, ben)
        const foreseen = yield* Application.deleteNumber(World.staffOf(north), old.id, {
          replacementPhoneNumberId: next.id,
          notice: null,
          dryRun: true
        })
        assert.strictEqual(yield* Application.numberUsage(administrator, old.id), 2)
        assert.deepStrictEqual(yield* World.replace(old.id, next.id), foreseen)
        assert.strictEqual(foreseen.affectedThreadsCount, 2)
        assert.strictEqual(yield* Application.numberUsage(administrator, old.id), 0)
        assert.strictEqual(yield* Application.numberUsage(administrator, next.id), 2)
      })
    )
  )

  it.effect("still leads to the same threads for a while, answered from the other; a STOP to it binds", () =>
    play((provider) =>
      Effect.gen(function* () {
        const { next, old } = yield* inUse(provider, ana)
        yield* World.replace(old.id, next.id)
        yield* World.pass(29)
        yield* World.text(provider, ana, old.number, "are you there?")
        yield* World.text(provider, ben, old.number, "hello")
        const threads = yield* World.threadsOf(World.staffOf(north))
        assert.lengthOf(threads, 2)
        for (const { phoneNumber, thread } of threads) {
          assert.strictEqual(phoneNumber, next.number)
          yield* answer(thread.id)
        }
        yield* World.dispatchAll
        assert.deepStrictEqual(
          provider.sent.map(({ from }) => from),
          [next.number, next.number]
        )
        yield* World.text(provider, ben, old.number, "STOP")
        const theirs = (yield* World.threadsOf(administrator)).find(({ thread }) => thread.externalContact === ben)!
        assert.deepInclude(yield* Effect.flip(answer(theirs.thread.id)), { reason: "recipient_opted_out" })
        yield* World.pass(2)
        assert.strictEqual((yield* (yield* NumberInventory).list("unassigned"))[0]?.status, "quarantined")
        yield* World.text(provider, ana, old.number, "hello?")
        assert.lengthOf(yield* parked, 1)
      })
    )
  )

  it.effect("leads texts on that were queued for it, and is chosen for nothing any more", () =>
    play((provider) =>
      Effect.gen(function* () {
        const { next, old } = yield* inUse(provider, ana)
        const [{ thread }] = yield* Effect.map(World.threadsOf(administrator), (threads) => [threads[0]!] as const)
        yield* answer(thread.id, "queued before")
        yield* World.replace(old.id, next.id)
        yield* World.dispatchAll
        assert.deepStrictEqual(
          provider.sent.map(({ body, from }) => [body, from]),
          [["queued before", next.number]]
        )
        const locked = Application.editThread(administrator, thread.id, { phoneNumberId: old.id })
        assert.deepInclude(yield* Effect.flip(locked), { _tag: "NotFound" })
        const fallback = InventoryNumber.textingNumber(yield* (yield* TenantNumbers).list([north]))
        assert.strictEqual(fallback?.id, next.id)
      })
    )
  )

  it.effect("tells contacts of the other one, once, when they may be texted, and nobody who opted out", () =>
    play((provider) =>
      Effect.gen(function* () {
        const { next, old } = yield* inUse(provider, ana, ben)
        yield* (yield* Settings).put(north, {
          ...VoipSettings.defaults,
          quietHours: { start: "20:00", end: "09:00" }
        })
        yield* World.text(provider, ben, old.number, "STOP")
        yield* World.dispatchAll
        provider.sent.length = 0
        yield* TestClock.adjust("10 hours")
        yield* World.replace(old.id, next.id, NOTICE)
        yield* World.dispatchAll
        assert.deepStrictEqual(provider.sent, [], "it is night where they are")
        yield* TestClock.adjust("14 hours")
        yield* World.dispatchAll
        assert.deepStrictEqual(
          provider.sent.map(({ body, from, to }) => [body, from, to]),
          [[NOTICE, next.number, ana]]
        )
      })
    )
  )
})

describe("A notice of another number", () => {
  it.effect("waits for the day even where no quiet hours are set, and keeps no staff from writing", () =>
    play((provider) =>
      Effect.gen(function* () {
        const { next, old } = yield* inUse(provider, ana, ben)
        yield* TestClock.adjust("10 hours")
        yield* World.replace(old.id, next.id, NOTICE)
        yield* World.dispatchAll
        assert.deepStrictEqual(provider.sent, [], "it is night where they are")
        const [view] = yield* World.threadsOf(administrator)
        const limits = { ...Application.Limits.defaults, queuedPerNumber: 1 }
        yield* answer(view!.thread.id).pipe(Effect.provideService(Application.Limits.Limits, limits))
        yield* TestClock.adjust("14 hours")
        yield* World.dispatchAll
        assert.lengthOf(provider.sent, 3)
      })
    )
  )
})

const NOTICE = "Our number has changed: please text and call us here from now on."

describe("A number that was replaced", () => {
  it.effect("is not replaced again, and that is told beforehand", () =>
    play((provider) =>
      Effect.gen(function* () {
        const { next, old } = yield* inUse(provider, ana)
        yield* World.replace(old.id, next.id)
        const again = { replacementPhoneNumberId: next.id, notice: null }
        const foreseen = yield* Effect.flip(Application.deleteNumber(administrator, old.id, { ...again, dryRun: true }))
        assert.deepInclude(foreseen, { _tag: "WrongNumberStatus", status: "replaced" })
        const refused = yield* Effect.flip(Application.deleteNumber(administrator, old.id, { ...again, dryRun: false }))
        assert.deepInclude(refused, { _tag: "WrongNumberStatus", status: "replaced" })
      })
    )
  )
})

const received = (from: string, to: string): CallReceived => ({
  _tag: "CallReceived",
  providerCallId: `call-${from}-${to}`,
  from: from as Contact.Contact,
  to: to as PhoneNumber.E164
})

describe("A number in nobody's hands", () => {
  it.effect("answers a text once, and nobody who said STOP or is no phone; it is kept for an administrator", () =>
    play((provider) =>
      Effect.gen(function* () {
        const free = yield* World.pooled(digits[0])
        yield* World.text(provider, ana, free.number, "Is this the clinic?")
        yield* World.text(provider, ana, free.number, "Hello?")
        yield* World.text(provider, ben, free.number, "stop")
        yield* World.text(provider, ben, free.number, "hello")
        yield* World.text(provider, "72345", free.number, "Your code")
        assert.deepStrictEqual(
          provider.sent.map(({ from, to }) => [from, to]),
          [[free.number, ana]]
        )
        assert.lengthOf(yield* parked, 5)
        assert.deepStrictEqual(yield* World.threadsOf(administrator), [])
      })
    )
  )

  it.effect(
    "has a caller hear that it is not in service, from the store or without it, and then is answered a text",
    () =>
      play((provider) =>
        Effect.gen(function* () {
          const free = yield* World.pooled(digits[0])
          const voice = yield* Application.Voice
          const step = yield* voice.begin({ provider: "acme", account: "acme" }, received(ana, free.number))
          const spoken = JSON.stringify(step.node)
          assert.include(spoken, "not in service")
          assert.notInclude(spoken, "clinic")
          yield* TestClock.adjust("2 minutes")
          assert.include(JSON.stringify(voice.greeting(free.number).node), "not in service")
          const [held] = yield* (yield* NumberInventory).list("unassigned")
          assert.strictEqual(held?.unroutedInbound, 1)
          yield* World.text(provider, ana, free.number, "Is this the clinic?")
          assert.lengthOf(provider.sent, 1)
        }).pipe(Effect.provide(Application.Voice.layer))
      )
  )

  it.effect("rests before it is another tenant's, who finds nothing of the first", () =>
    play((provider) =>
      Effect.gen(function* () {
        yield* World.found(north)
        yield* World.found(south)
        yield* World.pooled(digits[0])
        const number = yield* World.assigned(north)
        yield* World.text(provider, ana, number.number, "My name is Ana Alvarez")
        yield* World.text(provider, ana, number.number, "STOP")
        const deactivation = yield* Application.deactivateSiteGrouping(administrator, north)
        assert.deepInclude(deactivation, { quarantinedNumbersCount: 1, affectedThreadsCount: 1 })
        assert.deepInclude(yield* Effect.flip(World.assign(south)), { _tag: "PoolEmpty" })
        assert.deepInclude(yield* Effect.flip(World.assign(north)), { _tag: "NotFound" })
        yield* World.pass(29)
        assert.deepInclude(yield* Effect.flip(World.assign(south)), { _tag: "PoolEmpty" })
        yield* World.pass(1)
        const again = yield* World.assigned(south)
        assert.strictEqual(again.id, number.id)

        const staff = World.staffOf(south)
        assert.deepStrictEqual(yield* World.threadsOf(staff), [])
        for (const search of ["Ana", ana, "0123"]) assert.deepStrictEqual(yield* World.threadsOf(staff, search), [])
        const consents = yield* (yield* Consents).load([{ siteGroupingId: south, contact: ana as Contact.Contact }])
        assert.deepStrictEqual(consents, [])
        yield* World.text(provider, ana, number.number, "hello again")
        const [own, ...others] = yield* World.threadsOf(staff)
        assert.deepStrictEqual(others, [])
        assert.deepInclude(own!, { optedOut: false, phoneNumber: number.number })
        const { items } = yield* Application.listMessages(staff, own!.thread.id, { limit: 10, cursor: null })
        assert.deepStrictEqual(
          items.filter(({ direction }) => direction === "inbound").map(({ content }) => content),
          ["hello again"]
        )
        assert.lengthOf(yield* World.threadsOf(World.staffOf(north)), 1, "what the first has is kept")
      })
    )
  )

  it.effect("takes no text along that came in before it was the new tenant's", () =>
    play((provider) =>
      Effect.gen(function* () {
        const { next, old } = yield* inUse(provider)
        yield* World.found(south)
        yield* (yield* Inbox).accept([
          {
            provider: "acme",
            account: "acme",
            event: { ...received(ana, old.number), _tag: "MessageReceived", ...arrived }
          }
        ])
        yield* World.replace(old.id, null)
        yield* World.pass(30)
        yield* World.assigned(south)
        yield* Application.processInbound()
        assert.deepStrictEqual(yield* World.threadsOf(World.staffOf(south)), [])
        assert.lengthOf(yield* parked, 1)
        assert.isDefined(next)
      })
    )
  )
})

const arrived = { providerMessageId: "early", text: "for the first", attachments: [], providerKeyword: null } as const

describe("An assignment", () => {
  it.effect("gives the same number for the same request, and tells who has to wait for one", () =>
    play(() =>
      Effect.gen(function* () {
        yield* World.found(north)
        for (const number of digits) yield* World.pooled(number)
        const first = yield* World.assign(north, "202", "request-1")
        assert.deepStrictEqual(yield* World.assign(north, "202", "request-1"), first)
        const activated = yield* Application.assignOnActivation(administrator, south, null)
        assert.deepStrictEqual(yield* Application.assignOnActivation(administrator, south, null), activated)
        assert.strictEqual((yield* Application.poolHealth(administrator)).level, "empty")
        const waits = yield* World.assign(north, "415").pipe(Effect.provideService(Application.BuysNumbers, true))
        assert.strictEqual(waits._tag === "Ordered" ? waits.pending.areaCode : null, "415")
        const { pendingAssignments } = yield* Application.poolHealth(administrator)
        assert.deepStrictEqual(
          pendingAssignments.map(({ areaCode, siteGroupingId }) => [areaCode, siteGroupingId]),
          [["415", north]]
        )
      })
    )
  )

  it.effect("takes one key for one request, met or still waited for", () =>
    play(() =>
      Effect.gen(function* () {
        yield* World.found(north)
        yield* World.pooled(digits[0])
        yield* World.assign(north, "202", "first")
        assert.deepInclude(yield* Effect.flip(World.assign(north, "303", "first")), { _tag: "IdempotencyMismatch" })
        const buying = Effect.provideService(Application.BuysNumbers, true)
        yield* buying(World.assign(north, "415", "second"))
        assert.deepInclude(yield* Effect.flip(buying(World.assign(north, "303", "second"))), {
          _tag: "IdempotencyMismatch"
        })
      })
    )
  )

  it.effect("is once for each tenant, unless an additional number is asked for", () =>
    play(() =>
      Effect.gen(function* () {
        yield* World.found(north)
        for (const number of digits) yield* World.pooled(number)
        const once = (areaCode: string | null) =>
          Application.assignFromPool(administrator, north, { areaCode, idempotencyKey: null })
        const first = yield* World.assigned(north)
        assert.deepStrictEqual(yield* once(null), { _tag: "Assigned", number: first })
        assert.deepStrictEqual(yield* once("202"), { _tag: "Assigned", number: first })
        assert.deepInclude(yield* Effect.flip(once("303")), { _tag: "NumberHeld", phoneNumberId: first.id })
        const second = yield* World.assigned(north)
        assert.notStrictEqual(second.id, first.id)
        // One that is out of service is none to text from.
        for (const { id } of [first, second]) {
          yield* Application.editNumber(administrator, id, { status: "suspended" })
        }
        assert.deepInclude(yield* Effect.flip(once(null)), { _tag: "PoolEmpty" })
      })
    )
  )

  it.effect("comes with a tenant that is created, or brought back, where that is asked for", () =>
    play(() =>
      Effect.gen(function* () {
        for (const number of [digits[0], "+13035550101"]) yield* World.pooled(number)
        const begins = (areaCode: string | null) =>
          Application.createSiteGrouping(administrator, { id: north, name: "North", assignNumber: true, areaCode })
        const { assignment } = yield* begins("303")
        assert.strictEqual(assignment?._tag === "Assigned" ? assignment.number.number : null, "+13035550101")
        yield* Application.deactivateSiteGrouping(administrator, north)
        const edit = (given: Application.SiteGroupingEdit) =>
          Effect.map(Application.editSiteGrouping(administrator, north, given), (edited) => edited.assignment?._tag)
        assert.deepInclude(yield* Effect.flip(edit({ assignNumber: true })), {
          _tag: "InvalidRequest",
          field: "assignNumber"
        })
        assert.deepInclude(yield* Effect.flip(edit({ areaCode: "202" })), { _tag: "InvalidRequest", field: "areaCode" })
        assert.strictEqual(yield* edit({ reactivate: true, assignNumber: true, areaCode: "415" }), "None")
        assert.strictEqual(yield* edit({ assignNumber: true }), "Assigned")
        assert.isUndefined(yield* edit({ name: "North again" }))
      })
    )
  )

  it.effect("that is pending is asked for by its id until a number added by hand meets it, or somebody ends it", () =>
    play(() =>
      Effect.gen(function* () {
        for (const tenant of [north, south]) yield* World.found(tenant)
        const buying = Effect.provideService(Application.BuysNumbers, true)
        const ask = (tenant: typeof north, given: Application.AssignmentRequest) =>
          Effect.map(buying(Application.assignFromPool(administrator, tenant, given)), (answer) =>
            answer._tag === "Ordered" ? answer.pending : assert.fail("nothing is waited for")
          )
        const add = (number: string) =>
          Application.addNumber(administrator, {
            number,
            siteGroupingId: north,
            overrideReason: "the provider of these tests lists none"
          })
        const view = (id: PendingAssignmentId) => Application.viewPendingAssignment(administrator, id)
        const pending = yield* ask(north, { areaCode: "303", idempotencyKey: "once" })
        assert.deepStrictEqual(yield* ask(north, { areaCode: "303" }), pending)
        assert.deepInclude(yield* Effect.flip(ask(north, { additional: true })), {
          _tag: "AssignmentPending",
          pendingAssignmentId: pending.id
        })
        yield* add(digits[0])
        assert.deepStrictEqual(yield* view(pending.id), pending)
        const { id: phoneNumberId } = yield* add("+13035550101")
        assert.deepStrictEqual(yield* view(pending.id), { ...pending, state: "assigned", phoneNumberId })
        const again = yield* Application.assignFromPool(administrator, north, {
          areaCode: "303",
          additional: true,
          idempotencyKey: "once"
        })
        assert.strictEqual(again._tag === "Assigned" ? again.number.id : null, phoneNumberId)
        const cancel = (id: PendingAssignmentId) => Application.cancelPendingAssignment(administrator, id)
        assert.deepInclude(yield* Effect.flip(cancel(pending.id)), { _tag: "AssignmentMet", phoneNumberId })

        const replaced = yield* ask(south, { areaCode: "303" })
        const other = yield* ask(south, { areaCode: "415" })
        assert.strictEqual((yield* view(replaced.id)).state, "cancelled")
        assert.deepStrictEqual(yield* Application.listPendingAssignments(administrator), [other])
        const stranger = { ...administrator, scope: [north] }
        assert.isEmpty(yield* Application.listPendingAssignments(stranger))
        assert.deepInclude(yield* Effect.flip(Application.cancelPendingAssignment(stranger, other.id)), {
          _tag: "NotFound"
        })
        const cancelled = yield* cancel(other.id)
        assert.strictEqual(cancelled.state, "cancelled")
        assert.deepStrictEqual(yield* cancel(other.id), cancelled)
        assert.isEmpty(yield* Application.listPendingAssignments(administrator))
      })
    )
  )

  it.effect("that the pool cannot meet lets a tenant be activated; one that is deactivated gets none by hand", () =>
    play(() =>
      Effect.gen(function* () {
        const activated = yield* Application.assignOnActivation(administrator, north, null)
        assert.deepStrictEqual(activated, { _tag: "None", areaCode: null })
        assert.isNull((yield* Application.viewSiteGrouping(administrator, north)).deactivatedAt)
        const actions = (yield* Memory.auditEntries).map(({ action }) => action)
        assert.include(actions, "site_grouping.create")
        yield* Application.deactivateSiteGrouping(administrator, north)
        // A contact who withdraws meanwhile is not texted once the tenant comes back.
        const withdrawn = yield* Application.recordConsent(administrator, north, ana, "opted_out")
        assert.strictEqual(withdrawn.status, "opted_out")
        assert.deepInclude(yield* Effect.flip(Application.recordConsent(administrator, south, ana, "opted_out")), {
          _tag: "NotFound"
        })
        const overrideReason = "the provider of these tests lists none"
        const given = { number: digits[0], label: null, provider: null, providerSid: null, overrideReason }
        const add = (siteGroupingId: typeof north) => Application.addNumber(administrator, { ...given, siteGroupingId })
        for (const tenant of [north, south]) {
          assert.deepInclude(yield* Effect.flip(add(tenant)), { _tag: "NotFound" })
        }
        yield* World.found(south)
        yield* add(south)
      })
    )
  )
})

describe("The pool, to who administers the whole system", () => {
  const overrideReason = "the provider of these tests lists none"
  const add = (number: string) =>
    Application.addNumber(administrator, { number, siteGroupingId: north, overrideReason })
  const undo = (id: PhoneNumberId, actor = administrator) => Application.undoNumber(actor, id)
  const numbersOf = (query: Application.PoolQuery) =>
    Effect.map(Application.listPool(administrator, query), ({ items }) => items.map(({ number }) => number as string))

  it.effect("is listed by status, area code, country and digits, page by page, with each number's history", () =>
    play(() =>
      Effect.gen(function* () {
        yield* World.found(north)
        for (const number of [...digits, "+13035550101"]) yield* World.pooled(number)
        const own = yield* World.assigned(north)
        assert.lengthOf(yield* numbersOf({}), 3)
        assert.deepStrictEqual(yield* numbersOf({ status: "assigned" }), [own.number])
        assert.deepStrictEqual(yield* numbersOf({ areaCode: "303" }), ["+13035550101"])
        assert.isEmpty(yield* numbersOf({ country: "GB" }))
        assert.deepStrictEqual(yield* numbersOf({ search: "3035" }), ["+13035550101"])
        const first = yield* Application.listPool(administrator, { limit: 2 })
        const rest = yield* Application.listPool(administrator, { limit: 2, cursor: first.nextCursor })
        assert.deepStrictEqual([first.items.length, rest.items.length, rest.nextCursor], [2, 1, null])
        const { history } = yield* Application.inspectNumber(administrator, own.id)
        assert.deepStrictEqual(
          history.map(({ action, siteGroupingId }) => [action, siteGroupingId]),
          [["phone_number.assign", north]]
        )
        const refused = Application.listPool({ ...administrator, scope: [north] }, {})
        assert.deepInclude(yield* Effect.flip(refused), { _tag: "NotFound" })
      })
    )
  )

  it.effect("is edited, and a number is retired by hand, which its doer may undo for a while", () =>
    play(() =>
      Effect.gen(function* () {
        yield* World.found(north)
        for (const number of digits) yield* World.pooled(number)
        const own = yield* World.assigned(north)
        const edit = (id: PhoneNumberId, given: Application.PoolNumberEdit) =>
          Application.editPoolNumber(administrator, id, given)
        assert.deepInclude(yield* Effect.flip(edit(own.id, { status: "retired" })), { _tag: "WrongNumberStatus" })
        const [free] = (yield* Application.listPool(administrator, { status: "available" })).items
        assert.strictEqual((yield* edit(free!.id, { label: "Spare" })).label, "Spare")
        assert.strictEqual((yield* edit(free!.id, { status: "retired" })).status, "retired")
        assert.deepInclude(yield* Effect.flip(add(free!.number)), { _tag: "NumberRests", until: null })
        assert.strictEqual((yield* undo(free!.id))?.status, "available")
        assert.deepInclude(yield* Effect.flip(undo(free!.id)), { _tag: "NothingToUndo", reason: "other_action" })
        yield* edit(free!.id, { status: "retired" })
        yield* TestClock.adjust("16 minutes")
        assert.deepInclude(yield* Effect.flip(undo(free!.id)), { reason: "not_yours_or_too_late" })
      })
    )
  )

  it.effect("takes back an addition and a deletion by mistake, from who did it and nobody else", () =>
    play((provider) =>
      Effect.gen(function* () {
        yield* World.found(north)
        const { id, number } = yield* add(digits[0])
        const colleague = { ...administrator, userId: "colleague" as typeof administrator.userId }
        assert.deepInclude(yield* Effect.flip(undo(id, colleague)), { reason: "not_yours_or_too_late" })
        assert.deepInclude(yield* Effect.flip(undo(id, { ...administrator, scope: [south] })), { _tag: "NotFound" })
        assert.isNull(yield* undo(id))
        assert.isEmpty(yield* numbersOf({}))

        const again = yield* add(number)
        yield* World.replace(again.id, null)
        const { endsAt } = (yield* Application.listPool(administrator, {})).items[0]!
        assert.deepStrictEqual(yield* Effect.flip(add(number)), new Application.NumberRests({ until: endsAt }))
        const restored = yield* undo(again.id)
        assert.deepStrictEqual([restored?.status, restored?.holder], ["assigned", { siteGroupingId: north }])

        const used = yield* add(digits[1])
        yield* World.text(provider, ana, used.number, "hello")
        assert.deepInclude(yield* Effect.flip(undo(used.id)), { _tag: "NothingToUndo", reason: "in_use" })
      })
    )
  )
})
