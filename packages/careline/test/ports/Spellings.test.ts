/** A team's own tables may know one phone by several spellings, each with a thread and a consent. */
import { type Change, Contact, SiteGroupingId, Thread, ThreadId } from "@careline/domain"
import { Changes, Threads } from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect } from "effect"
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
const tables = (threads: ReadonlyArray<Thread.Thread>) => {
  const written: Array<Change> = []
  const layer = repositories({
    threads: () => ({
      loadByKeys: async (keys) =>
        threads
          .filter(({ externalContact }) => keys.some(({ contact }) => contact === externalContact))
          .map((thread) => toPlain(thread) as never),
      loadByIds: unused,
      patientsOf: unused,
      get: unused,
      list: unused,
      counts: unused
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
