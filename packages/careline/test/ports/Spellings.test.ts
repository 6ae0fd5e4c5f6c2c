/** A team's own tables may know one phone by several spellings, each with a thread and a consent. */
import { type Change, type Consent, Contact, SiteGroupingId, Thread, ThreadId, UserId } from "@careline/domain"
import { Changes, Consents, Threads } from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Option } from "effect"
import { toPlain } from "../../src/index.ts"
import { repositories, transact, unused } from "../support/plainRepositories.ts"

const north = SiteGroupingId.make("north")
const [key, respelled] = ["+525512345678", "+5215512345678"].map((number) => Contact.Contact.make(number)) as [
  Contact.Contact,
  Contact.Contact
]
const at = (minute: number) => DateTime.makeUnsafe(Date.UTC(2026, 2, 2, 9, minute))

const threadOf = (id: string, contact: Contact.Contact, parts: Partial<Thread.Thread> = {}): Thread.Thread => ({
  ...Thread.open(ThreadId.make(id), { siteGroupingId: north, threadType: "voip", contact }, null, at(0)),
  ...parts
})

/** Tables in which threads stand by the exact spelling, and what was written to them. */
const tables = (threads: ReadonlyArray<Thread.Thread>, consents: ReadonlyArray<Consent.Consent> = []) => {
  const written: Array<Change> = []
  const views = threads.map((thread) => ({
    thread,
    phoneNumber: null,
    optedOut: consents.some(({ contact, status }) => contact === thread.externalContact && status === "opted_out"),
    unreadCount: 0
  }))
  const layer = repositories({
    threads: () => ({
      loadByKeys: async (keys) =>
        threads
          .filter(({ externalContact }) => keys.some(({ contact }) => contact === externalContact))
          .map((thread) => toPlain(thread) as never),
      loadByIds: unused,
      patientsOf: unused,
      get: async () => toPlain(views[0]) as never,
      list: async () => toPlain({ items: views, nextCursor: null }) as never,
      counts: unused
    }),
    consents: () => ({
      load: async (keys) =>
        consents
          .filter((one) => keys.some(({ contact }) => contact === one.contact))
          .map((one) => toPlain(one) as never)
    }),
    changes: () => ({ apply: async (changes) => void written.push(...(changes as unknown as Array<Change>)) })
  })
  return { layer, written }
}

const load = (...contacts: ReadonlyArray<Contact.Contact>) =>
  transact(
    Effect.flatMap(Threads, ({ loadByKeys }) =>
      loadByKeys(contacts.map((contact) => ({ siteGroupingId: north, threadType: "voip" as const, contact })))
    )
  ).pipe(Effect.map((threads) => threads.map(({ id }) => id as string)))

describe("Threads of one phone in a team's own tables", () => {
  it.effect("are one: that of the spelling asked for, else the open one, else the one that was written to last", () =>
    Effect.gen(function* () {
      const two = (first: Partial<Thread.Thread>, second: Partial<Thread.Thread>) =>
        tables([threadOf("one", key, first), threadOf("two", respelled, second)]).layer
      yield* Effect.gen(function* () {
        assert.deepStrictEqual(yield* load(key), ["one"])
        assert.deepStrictEqual(yield* load(respelled), ["two"])
      }).pipe(Effect.provide(two({}, { lastInboundAt: at(1) })))
      const both = load(key, respelled)
      const isNewer = { lastInboundAt: at(2) }
      assert.deepStrictEqual(yield* Effect.provide(both, two(isNewer, { lastInboundAt: at(1) })), ["one"])
      assert.deepStrictEqual(yield* Effect.provide(both, two({ ...isNewer, deletedAt: at(3) }, {})), ["two"])
    })
  )

  it.effect("keep their spelling where another one has that of the last text", () =>
    Effect.gen(function* () {
      const save = (thread: Thread.Thread) =>
        transact(Effect.flatMap(Changes, ({ apply }) => apply([{ _tag: "ThreadSaved", thread }])))
      const contactsIn = (written: ReadonlyArray<Change>) =>
        written.map((change) => change._tag === "ThreadSaved" && change.thread.externalContact)
      const two = tables([threadOf("one", key), threadOf("two", respelled)])
      yield* Effect.provide(save(threadOf("two", key)), two.layer)
      assert.deepStrictEqual(contactsIn(two.written), [respelled])
      const one = tables([threadOf("two", respelled)])
      yield* Effect.provide(save(threadOf("two", key)), one.layer)
      assert.deepStrictEqual(contactsIn(one.written), [key])
    })
  )
})

const consent = (contact: Contact.Contact, status: Consent.Consent["status"], minute: number): Consent.Consent => ({
  siteGroupingId: north,
  contact,
  status,
  source: "keyword",
  changedAt: at(minute)
})

describe("Consents of one phone in a team's own tables", () => {
  it.effect("are one: what was said last, where that is kept by the key, else the strictest", () =>
    Effect.gen(function* () {
      const statusOf = (...consents: ReadonlyArray<Consent.Consent>) =>
        Effect.flatMap(Consents, (port) => port.load([{ siteGroupingId: north, contact: respelled }])).pipe(
          Effect.map((found) => found.map(({ contact, status }) => [contact, status])),
          Effect.provide(tables([], consents).layer)
        )
      const [before, since] = [1, 2]
      assert.deepStrictEqual(
        yield* statusOf(consent(respelled, "opted_out", before), consent(key, "opted_in", since)),
        [[key, "opted_in"]]
      )
      assert.deepStrictEqual(
        yield* statusOf(consent(key, "opted_in", before), consent(respelled, "opted_out", since)),
        [[key, "opted_out"]]
      )
      assert.deepStrictEqual(
        yield* statusOf(consent(key, "opted_out", before), consent(respelled, "opted_in", since)),
        [[key, "opted_out"]]
      )
    })
  )

  it.effect("show on the thread, whichever spelling said so", () =>
    Effect.gen(function* () {
      const userId = UserId.make("nurse")
      const shown = Effect.gen(function* () {
        const { get, list } = yield* Threads
        const { items } = yield* list({ scope: "all", view: "all", userId, limit: 10, cursor: null })
        const one = Option.getOrThrow(yield* get("all", ThreadId.make("one"), userId))
        return [one, ...items].map(({ optedOut }) => optedOut)
      })
      const withConsents = (thread: Contact.Contact, ...consents: ReadonlyArray<Consent.Consent>) =>
        Effect.provide(shown, tables([threadOf("one", thread)], consents).layer)
      assert.deepStrictEqual(yield* withConsents(respelled, consent(key, "opted_out", 1)), [true, true])
      const optedInSince = [consent(respelled, "opted_out", 1), consent(key, "opted_in", 2)]
      assert.deepStrictEqual(yield* withConsents(respelled, ...optedInSince), [false, false])
    })
  )
})
