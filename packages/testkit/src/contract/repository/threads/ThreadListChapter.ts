/** The chapter "Thread list" of the repository contract. */
import { Contact, MessageId, PhoneNumberId, type Thread } from "@careline/domain"
import { InvalidCursor, Messages, type ThreadQuery, Threads } from "@careline/ports"
import { assert } from "@effect/vitest"
import { DateTime, Effect } from "effect"
import { byStaff, type Chapter, test } from "../shared/Chapter.ts"
import { idsOf, sameSet } from "../shared/Compare.ts"
import * as Given from "../shared/Given.ts"
import { StoreUnderTest } from "../shared/Harness.ts"
import * as Paging from "../shared/Paging.ts"

type Query = Partial<ThreadQuery>

const list = Effect.fnUntraced(function* (query: Query = {}) {
  const { people, tenants } = yield* StoreUnderTest
  const threads = yield* Threads
  return yield* threads.list({
    scope: [tenants[0]],
    view: "all",
    userId: people.users[0],
    limit: 50,
    cursor: null,
    ...query
  })
})

const listed = (query: Query = {}) => Effect.map(list(query), ({ items }) => idsOf(items.map(({ thread }) => thread)))

/** Checks which of the threads a list shows, in whatever order. */
const shows = Effect.fnUntraced(function* (query: Query, expected: ReadonlyArray<Thread.Thread>) {
  sameSet(yield* listed(query), idsOf(expected))
})

const walk = (query: Query) => Paging.walk((cursor) => list({ ...query, cursor }))

/** The first user reads since long ago. */
const reading = Effect.gen(function* () {
  const { people, tenants } = yield* StoreUnderTest
  const at = DateTime.subtract(yield* Given.storeNow, { days: 1 })
  yield* (yield* Messages).startReading({ scope: tenants, userId: people.users[0], at })
})

/** Threads of the first tenant whose newest messages are so many minutes old. */
const threadsOfAge = Effect.fnUntraced(function* (minutes: ReadonlyArray<number>) {
  const { tenants } = yield* StoreUnderTest
  const now = yield* Given.storeNow
  return yield* Effect.forEach(minutes, (age) =>
    Given.aThread(tenants[0], { lastMessageAt: DateTime.subtract(now, { minutes: age }) })
  )
})

const named = (contactName: string, fields: Partial<Thread.Thread> = {}) =>
  Effect.flatMap(StoreUnderTest, ({ tenants }) => Given.aThread(tenants[0], { contactName, ...fields }))

export const threadListChapter: Chapter = {
  chapter: "Thread list",
  tests: byStaff([
    test("MUST show the threads of the scope only", function* () {
      const { tenants } = yield* StoreUnderTest
      const own = yield* Given.aThread(tenants[0])
      const others = yield* Given.aThread(tenants[1])
      const systemWide = yield* Given.aThread(null)
      yield* shows({ scope: [tenants[0]] }, [own])
      yield* shows({ scope: [null] }, [systemWide])
      yield* shows({ scope: [tenants[1], null] }, [others, systemWide])
      yield* shows({ scope: "all" }, [own, others, systemWide])
      yield* shows({ scope: [] }, [])
    }),

    test("MUST leave out deleted threads", function* () {
      yield* reading
      yield* Given.aThreadOf(["inbound"], { fields: { deletedAt: yield* Given.storeNow } })
      for (const view of ["inbox", "all", "unread", "unassigned"] as const) yield* shows({ view }, [])
    }),

    test("MUST show the views as they are named", function* () {
      const { people, tenants } = yield* StoreUnderTest
      const [me, colleague] = people.users
      yield* reading
      const fresh = yield* Given.aThreadOf(["inbound", "inbound"])
      const idle = yield* Given.aThread(tenants[0])
      const mine = yield* Given.aThread(tenants[0], { assigneeId: me })
      const mineUnread = yield* Given.aThreadOf(["inbound"], { fields: { assigneeId: me } })
      const theirs = yield* Given.aThread(tenants[0], { assigneeId: colleague })
      yield* shows({ view: "all" }, [fresh, idle, mine, mineUnread, theirs])
      yield* shows({ view: "unread" }, [fresh, mineUnread])
      yield* shows({ view: "unassigned" }, [fresh, idle])
      yield* shows({ view: "mine" }, [mine, mineUnread])
      yield* shows({ view: "mine", userId: colleague }, [theirs])
      yield* shows({ view: "inbox" }, [fresh, idle, mineUnread])
    }),

    test("MUST filter by patient and by facility, within a view", function* () {
      const { people, tenants } = yield* StoreUnderTest
      const [patient, otherPatient] = people.patients
      const [facility, otherFacility] = people.facilities
      yield* reading
      const both = yield* Given.aThread(tenants[0], { patientIds: [patient, otherPatient] })
      const one = yield* Given.aThreadOf(["inbound"], { fields: { patientIds: [otherPatient] } })
      yield* Given.aThreadOf(["inbound"])
      const home = yield* Given.aThread(tenants[0], { facilityId: facility })
      yield* shows({ patientId: patient }, [both])
      yield* shows({ patientId: otherPatient }, [both, one])
      yield* shows({ patientId: otherPatient, view: "unread" }, [one])
      yield* shows({ facilityId: facility }, [home])
      yield* shows({ facilityId: otherFacility }, [])
      yield* shows({ patientId: patient, facilityId: facility }, [])
    }),

    test("MUST filter by assignee, number, type and a reply that failed, within a view", function* () {
      const { people, tenants } = yield* StoreUnderTest
      const [me, colleague] = people.users
      const [reason, messageId] = ["unreachable", MessageId.make("1")]
      const number = yield* Given.aTenantNumber(tenants[0])
      const mine = yield* Given.aThread(tenants[0], { assigneeId: me })
      const theirs = yield* Given.aThread(tenants[0], { assigneeId: colleague, phoneNumberId: number.id })
      const failed = yield* Given.aThread(tenants[0], { replyFailed: { messageId, reason } })
      yield* shows({ assigneeId: colleague }, [theirs])
      yield* shows({ assigneeId: colleague, view: "mine" }, [])
      yield* shows({ phoneNumberId: number.id }, [theirs])
      yield* shows({ phoneNumberId: PhoneNumberId.make("nobody's") }, [])
      yield* shows({ threadType: "voip" }, [mine, theirs, failed])
      yield* shows({ threadType: "email" }, [])
      yield* shows({ replyFailed: true }, [failed])
      yield* shows({ replyFailed: false, assigneeId: me }, [mine])
    }),

    test("MUST count the threads of each filter, and no more than asked for", function* () {
      const { people, tenants } = yield* StoreUnderTest
      const [me, colleague] = people.users
      yield* reading
      yield* Given.aThreadOf(["inbound"])
      yield* Given.aThread(tenants[0], { assigneeId: me })
      yield* Given.aThread(tenants[0], { assigneeId: colleague })
      yield* Given.aThread(tenants[1])
      const threads = yield* Threads
      const filter = { scope: [tenants[0]], userId: me, view: "all" } as const
      const filters = [
        filter,
        { ...filter, view: "unread" },
        { ...filter, view: "inbox" },
        { ...filter, view: "mine" },
        { ...filter, assigneeId: colleague },
        { ...filter, scope: [] }
      ] as const
      assert.deepStrictEqual(yield* threads.counts(filters, 10), [3, 1, 1, 1, 1, 0])
      assert.deepStrictEqual(yield* threads.counts([filter], 2), [2])
      assert.deepStrictEqual(yield* threads.counts([], 10), [])
    }),

    test("MUST find threads by words of the contact's name, in any order", function* () {
      const corner = yield* named("Corner Pharmacy")
      const mercy = yield* named("Mercy Pharmacy")
      yield* named("Jo Smith")
      yield* shows({ search: "Pharmacy" }, [corner, mercy])
      yield* shows({ search: "ner Ph" }, [corner])
      yield* shows({ search: "Pharmacy Corner" }, [corner])
      yield* shows({ search: "Pharmacy Smith" }, [])
      yield* shows({ search: "Nobody" }, [])
    }),

    test("MUST find names in whatever case and with whatever accents they are typed", function* () {
      const zoe = yield* named("Zoë O'Neill")
      const jose = yield* named("Jose Munoz")
      yield* shows({ search: "zoë o'NEILL" }, [zoe])
      yield* shows({ search: "zoe" }, [zoe])
      yield* shows({ search: "José Muñoz" }, [jose])
      yield* shows({ search: "Jose\u0301 MUN\u0303OZ" }, [jose])
    }),

    test("MUST take every character of a search as it is", function* () {
      const percent = yield* named("100% Care")
      const underscore = yield* named("Ward_7")
      const backslash = yield* named("East\\West")
      yield* named("Plain Ward 7")
      yield* shows({ search: "%" }, [percent])
      yield* shows({ search: "d_7" }, [underscore])
      yield* shows({ search: "\\" }, [backslash])
      yield* shows({ search: "'; drop table" }, [])
    }),

    test("MUST find threads by a part of the number, however it is written", function* () {
      const { tenants } = yield* StoreUnderTest
      const contact = Contact.Contact.make("+12025550147")
      const thread = yield* Given.aThread(tenants[0], { externalContact: contact })
      yield* Given.aThread(tenants[0])
      const writings = [
        "+12025550147",
        "12025550147",
        "(202) 555-0147",
        "202.555.0147",
        "+1 202 555 0147",
        "555-01",
        "0147"
      ]
      for (const search of writings) yield* shows({ search }, [thread])
      yield* shows({ search: "(202) 555-0148" }, [])
    }),

    test("MUST search within the scope and the view", function* () {
      const { tenants } = yield* StoreUnderTest
      yield* reading
      const own = yield* Given.aThreadOf(["inbound"], { fields: { contactName: "Corner Pharmacy" } })
      yield* Given.aThreadOf(["inbound"], { fields: { contactName: "Jo Smith" } })
      yield* named("Corner Shop")
      yield* Given.aThreadOf(["inbound"], { tenant: tenants[1], fields: { contactName: "Corner Clinic" } })
      yield* shows({ search: "Corner", view: "unread" }, [own])
    }),

    test("MUST put the thread with the newest message first", function* () {
      const [old, newest, middle] = yield* threadsOfAge([30, 1, 10])
      assert.deepStrictEqual(yield* listed(), idsOf([newest!, middle!, old!]))
    }),

    test("MUST show each thread exactly once over all pages, with equal times as well", function* () {
      const threads = yield* threadsOfAge(Array.from({ length: 23 }, (_, index) => index % 3))
      for (const limit of [1, 4, 23, 24]) {
        const pages = yield* walk({ limit })
        Paging.eachOnceNewestFirst(pages, {
          expected: threads,
          itemOf: ({ thread }) => thread,
          timeOf: ({ lastMessageAt }) => lastMessageAt,
          limit
        })
      }
    }),

    test("MUST page through a filtered list", function* () {
      const { people, tenants } = yield* StoreUnderTest
      const wanted = yield* Effect.forEach(Array.from({ length: 5 }), () =>
        Given.aThread(tenants[0], { assigneeId: people.users[0], contactName: "Corner Pharmacy" })
      )
      yield* threadsOfAge([0, 1, 2])
      const pages = yield* walk({ view: "mine", search: "Corner", limit: 2 })
      sameSet(
        pages.flatMap(({ items }) => items.map(({ thread }) => thread.id)),
        idsOf(wanted)
      )
    }),

    test("SHOULD neither repeat nor miss a thread when a newer one comes between two pages", function* () {
      const { tenants } = yield* StoreUnderTest
      const threads = yield* threadsOfAge([1, 2, 3, 4])
      const first = yield* list({ limit: 2 })
      yield* Given.aThread(tenants[0])
      const rest = yield* listed({ limit: 10, cursor: first.nextCursor })
      assert.deepStrictEqual(rest, idsOf(threads.slice(2)))
    }),

    test("MUST give no cursor when nothing follows", function* () {
      yield* threadsOfAge([1, 2])
      assert.strictEqual((yield* list({ limit: 2 })).nextCursor, null)
      assert.strictEqual((yield* list({ search: "nobody is called so" })).nextCursor, null)
    }),

    test("MUST refuse a cursor that no list of threads gave", function* () {
      const { tenants } = yield* StoreUnderTest
      const number = yield* Given.aTenantNumber(tenants[0])
      const thread = yield* Given.aConversation(number)
      yield* Given.aReply(thread, number)
      const messages = yield* (yield* Messages).list({
        siteGroupingId: tenants[0],
        threadId: thread.id,
        limit: 1,
        cursor: null
      })
      assert.isString(messages.nextCursor)
      for (const cursor of ["", "garbage", "e30", "eyJhdCI6Im5ldmVyIn0", "🎈", messages.nextCursor]) {
        const failure = yield* Effect.flip(list({ cursor }))
        assert.instanceOf(failure, InvalidCursor, `the cursor ${JSON.stringify(cursor)}`)
      }
    })
  ])
}
