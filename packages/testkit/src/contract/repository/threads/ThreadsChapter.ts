/** The chapter "Threads" of the repository contract. */
import { Consent, Thread, type Tenant } from "@careline/domain"
import { type ThreadPatients, Threads, type TenantScope, Transaction } from "@careline/ports"
import { assert } from "@effect/vitest"
import { Deferred, Effect, Option } from "effect"
import { type Chapter, test } from "../shared/Chapter.ts"
import { idsOf, sameSet, sameThread, sameThreads } from "../shared/Compare.ts"
import { giveMoment, within } from "../shared/Deadline.ts"
import * as Given from "../shared/Given.ts"
import { freshContact, freshSpellings, StoreUnderTest } from "../shared/Harness.ts"

const loadByKeys = (keys: ReadonlyArray<Thread.ThreadKey>) =>
  Given.transact(Effect.flatMap(Threads, (threads) => threads.loadByKeys(keys)))

/** The ids of the threads, each said to be of its own tenant, or all of them of one. */
const keysOf = (threads: ReadonlyArray<Thread.Thread>, tenant?: Tenant) =>
  threads.map(({ id, siteGroupingId }) => ({
    siteGroupingId: tenant === undefined ? siteGroupingId : tenant,
    threadId: id
  }))

const loadByIds = (threads: ReadonlyArray<Thread.Thread>, tenant?: Tenant) =>
  Given.transact(Effect.flatMap(Threads, (port) => port.loadByIds(keysOf(threads, tenant))))

const patientsOf = (threads: ReadonlyArray<Thread.Thread>, tenant?: Tenant) =>
  Effect.flatMap(Threads, (port) => port.patientsOf(keysOf(threads, tenant)))

const byId = ({ id, siteGroupingId }: Thread.Thread) =>
  Effect.flatMap(Threads, (threads) => threads.loadByIds([{ siteGroupingId, threadId: id }]))

const byKey = (thread: Thread.Thread) => Effect.flatMap(Threads, (threads) => threads.loadByKeys([Given.keyOf(thread)]))

const get = (scope: TenantScope, thread: Thread.Thread) => Given.shown(scope, thread.id)

const view = (thread: Thread.Thread) => Effect.map(get("all", thread), Option.getOrThrow)

/** The one thread of the key, opened if there is none, as the application does it: a conflict is tried again. */
const openOnce = (key: Thread.ThreadKey) =>
  Given.transact(
    Effect.gen(function* () {
      const id = yield* Given.freshThreadId
      const [found] = yield* loadByKeys([key])
      if (found !== undefined) return found.id
      // Gives the others a chance to come between.
      yield* Effect.yieldNow
      yield* Given.apply([{ _tag: "ThreadSaved", thread: Thread.open(id, key, null, yield* Given.storeNow) }])
      return id
    })
  ).pipe(Effect.retry({ while: (error) => error.isRetryable, times: 20 }))

/** One contact with a thread in each of the three spaces. */
const threadsOfOneContact = Effect.gen(function* () {
  const { tenants } = yield* StoreUnderTest
  const externalContact = yield* freshContact
  return [
    yield* Given.aThread(tenants[0], { externalContact }),
    yield* Given.aThread(tenants[1], { externalContact }),
    yield* Given.aThread(null, { externalContact })
  ] as const
})

export const threadsChapter: Chapter = {
  chapter: "Threads",
  tests: [
    test("MUST load threads by key and leave out keys that have none", function* () {
      const { tenants } = yield* StoreUnderTest
      const threads = [yield* Given.aThread(tenants[0]), yield* Given.aThread(tenants[0])]
      const unknown: Thread.ThreadKey = { siteGroupingId: tenants[0], threadType: "voip", contact: yield* freshContact }
      const found = yield* loadByKeys([unknown, ...threads.map(Given.keyOf)])
      sameSet(idsOf(found), idsOf(threads))
    }),

    test("MUST tell the threads of one contact in different tenants apart", function* () {
      for (const thread of yield* threadsOfOneContact) {
        sameThreads(yield* loadByKeys([Given.keyOf(thread)]), [thread])
      }
    }),

    test("MUST have one thread of a contact whose phone is spelled in several ways, and the spelling that was saved", function* () {
      const { tenants } = yield* StoreUnderTest
      const [key, other] = yield* freshSpellings
      const thread = yield* Given.aThread(tenants[0], { externalContact: other })
      const asked = [key, other].map((contact) => ({ ...Given.keyOf(thread), contact }))
      sameThreads(yield* loadByKeys(asked), [thread])
      const respelled = { ...thread, externalContact: key }
      yield* Given.apply([{ _tag: "ThreadSaved", thread: respelled }])
      sameThreads(yield* loadByKeys([asked[1]!]), [respelled])
      sameThreads(yield* loadByIds([thread]), [respelled])
    }),

    test("MUST load the threads of several tenants by key at once", function* () {
      const threads = yield* threadsOfOneContact
      sameSet(idsOf(yield* loadByKeys(threads.map(Given.keyOf))), idsOf(threads))
    }),

    test("MUST come to one thread when many open it at once, once conflicts are tried again", function* () {
      const { tenants } = yield* StoreUnderTest
      const key: Thread.ThreadKey = { siteGroupingId: tenants[0], threadType: "voip", contact: yield* freshContact }
      const ids = yield* Effect.replicateEffect(openOnce(key), 6, { concurrency: "unbounded" })
      const found = yield* loadByKeys([key])
      assert.strictEqual(found.length, 1)
      assert.deepStrictEqual([...new Set(ids)], idsOf(found))
    }),

    test("MUST tell the threads of one contact of different types apart", function* () {
      const { tenants } = yield* StoreUnderTest
      const text = yield* Given.aThread(tenants[0])
      const mail = yield* Given.aThread(tenants[0], { externalContact: text.externalContact, threadType: "email" })
      sameThreads(yield* loadByKeys([Given.keyOf(text)]), [text])
      sameThreads(yield* loadByKeys([Given.keyOf(mail)]), [mail])
    }),

    test("MUST load a thread once however often its key or id is asked for", function* () {
      const { tenants } = yield* StoreUnderTest
      const thread = yield* Given.aThread(tenants[0])
      sameThreads(yield* loadByKeys([Given.keyOf(thread), Given.keyOf(thread)]), [thread])
      sameThreads(yield* loadByIds([thread, thread]), [thread])
    }),

    test("MUST load nothing for no keys and no ids", function* () {
      const { tenants } = yield* StoreUnderTest
      yield* Given.aThread(tenants[0])
      assert.deepStrictEqual(yield* loadByKeys([]), [])
      assert.deepStrictEqual(yield* loadByIds([]), [])
    }),

    test("MUST load by id only from the tenant that is named", function* () {
      const { tenants } = yield* StoreUnderTest
      const threads = yield* threadsOfOneContact
      sameSet(idsOf(yield* loadByIds(threads)), idsOf(threads))
      sameThreads(yield* loadByIds(threads, tenants[0]), [threads[0]])
      sameThreads(yield* loadByIds(threads, null), [threads[2]])
    }),

    test("MUST load deleted threads, and not show them", function* () {
      const { tenants } = yield* StoreUnderTest
      const deletedAt = yield* Given.storeNow
      const thread = yield* Given.aThread(tenants[0], { deletedAt })
      sameThreads(yield* loadByKeys([Given.keyOf(thread)]), [thread])
      sameThreads(yield* loadByIds([thread]), [thread])
      assert.isTrue(Option.isNone(yield* get("all", thread)))
      assert.isTrue(Option.isNone(yield* get([tenants[0]], thread)))
    }),

    test("MUST know the patients of threads of several tenants, each within its own, of deleted ones too", function* () {
      const { people, tenants } = yield* StoreUnderTest
      const [patient, other] = people.patients
      const about = [
        yield* Given.aThread(tenants[0], { patientIds: [other, patient] }),
        yield* Given.aThread(tenants[1], { patientIds: [patient], deletedAt: yield* Given.storeNow }),
        yield* Given.aThread(null)
      ]
      const told = about.map(({ id, patientIds }) => ({ threadId: id, patientIds }))
      const written = (found: ReadonlyArray<ThreadPatients>) => found.map((one) => JSON.stringify(one))
      sameSet(written(yield* patientsOf([...about, ...about])), written(told))
      assert.deepStrictEqual(yield* patientsOf(about, tenants[1]), told.slice(1, 2))
      assert.deepStrictEqual(yield* patientsOf([]), [])
    }),

    test("MUST show a thread again that was reopened", function* () {
      const { tenants } = yield* StoreUnderTest
      const now = yield* Given.storeNow
      const thread = yield* Given.aThread(tenants[0], { deletedAt: now })
      const reopened = Thread.reopen(thread, now)
      yield* Given.apply([{ _tag: "ThreadSaved", thread: reopened }])
      sameThread((yield* view(thread)).thread, reopened)
    }),

    test("MUST get a thread within the scope and not from outside of it", function* () {
      const { tenants } = yield* StoreUnderTest
      const thread = yield* Given.aThread(tenants[0])
      const isSeen = (scope: TenantScope) => Effect.map(get(scope, thread), Option.isSome)
      assert.isTrue(yield* isSeen("all"))
      assert.isTrue(yield* isSeen([tenants[1], tenants[0]]))
      assert.isFalse(yield* isSeen([tenants[1], null]))
      assert.isFalse(yield* isSeen([]))
    }),

    test("MUST keep system-wide threads from callers of a tenant, and the other way round", function* () {
      const { tenants } = yield* StoreUnderTest
      const systemWide = yield* Given.aThread(null)
      const own = yield* Given.aThread(tenants[0])
      assert.isTrue(Option.isSome(yield* get([null], systemWide)))
      assert.isTrue(Option.isNone(yield* get([tenants[0]], systemWide)))
      assert.isTrue(Option.isNone(yield* get([null], own)))
    }),

    test("MUST find nothing under an id that no thread has", function* () {
      const id = yield* Given.freshThreadId
      const found = yield* Given.shown("all", id)
      assert.isTrue(Option.isNone(found))
    }),

    test("MUST show the digits of the lock, and none without a lock", function* () {
      const { tenants } = yield* StoreUnderTest
      const number = yield* Given.aTenantNumber(tenants[0])
      const locked = yield* Given.aThread(tenants[0], { phoneNumberId: number.id })
      const contacted = yield* Given.aThread(tenants[0], { lastContactedNumberId: number.id })
      assert.strictEqual((yield* view(locked)).phoneNumber, number.number)
      assert.strictEqual((yield* view(contacted)).phoneNumber, null)
    }),

    test("MUST show whether the contact opted out of this tenant's texts", function* () {
      const threads = yield* threadsOfOneContact
      const optedOut = Effect.forEach(threads, (thread) => Effect.map(view(thread), (shown) => shown.optedOut))
      assert.deepStrictEqual(yield* optedOut, [false, false, false])
      const before = Consent.unrecorded(threads[0].siteGroupingId, threads[0].externalContact)
      const out = Consent.afterKeyword(before, "opt_out", "keyword", yield* Given.storeNow)
      yield* Given.apply([{ _tag: "ConsentChanged", consent: out }])
      assert.deepStrictEqual(yield* optedOut, [true, false, false])
      const back = Consent.afterKeyword(out, "opt_in", "keyword", yield* Given.storeNow)
      yield* Given.apply([{ _tag: "ConsentChanged", consent: back }])
      assert.deepStrictEqual(yield* optedOut, [false, false, false])
    }),

    test(
      "MUST load a thread as the transaction left it that was waited for, its patients too",
      function* () {
        const { people, tenants } = yield* StoreUnderTest
        const { transact } = yield* Transaction
        for (const load of [byId, byKey]) {
          const thread = yield* Given.aThread(tenants[0], { patientIds: [people.patients[0]] })
          const later = { ...thread, patientIds: [people.patients[1]], contactName: "later" }
          const locked = yield* Deferred.make<void>()
          const seen = yield* Deferred.make<ReadonlyArray<Thread.Thread>>()
          const one = transact(
            Effect.gen(function* () {
              yield* load(thread)
              yield* Deferred.succeed(locked, undefined)
              yield* giveMoment(Deferred.await(seen))
              yield* Given.apply([{ _tag: "ThreadSaved", thread: later }])
            })
          )
          const other = Effect.gen(function* () {
            yield* Deferred.await(locked)
            yield* Deferred.succeed(seen, yield* transact(load(thread)))
          })
          yield* within(Effect.all([one, other], { concurrency: 2 }), "two transactions on one thread")
          sameThreads(yield* Deferred.await(seen), [later])
        }
      },
      ["concurrentTransactions"]
    )
  ]
}
