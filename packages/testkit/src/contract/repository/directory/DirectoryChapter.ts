import {
  Contact,
  type DirectoryEntry,
  Language,
  PatientId,
  type PhoneNumber,
  type Tenant,
  UserId
} from "@careline/domain"
import { Directory, DirectoryEntries, EntryTaken } from "@careline/ports"
import { assert } from "@effect/vitest"
import { DateTime, Effect, Layer } from "effect"
import { byStaff, type Chapter, directoryTest } from "../shared/Chapter.ts"
import { idsOf } from "../shared/Compare.ts"
import * as Given from "../shared/Given.ts"
import { freshNumber, freshSpellings, StoreUnderTest } from "../shared/Harness.ts"

type Entry = DirectoryEntry.DirectoryEntry

const phone = (number: PhoneNumber.E164, since: DateTime.Utc, isProxy = false): DirectoryEntry.EntryPhone => ({
  number,
  language: Language.make("es-US"),
  isProxy,
  since
})

/** A patient of the tenant with a phone of their own, in the store. */
const anEntry = Effect.fnUntraced(function* (tenant: Tenant, fields: Partial<Entry> = {}) {
  const { nextInt } = yield* StoreUnderTest
  const at = yield* Given.storeNow
  const count = yield* nextInt
  const entry: Entry = {
    kind: "patient",
    id: PatientId.make(`patient ${count}`),
    siteGroupingId: tenant,
    name: `Zoë “${count}” Muñoz`,
    phones: [phone(yield* freshNumber, at)],
    timeZone: "America/Chicago",
    // Each a little later than the one before.
    createdAt: DateTime.add(at, { seconds: count }),
    updatedAt: at,
    ...fields
  }
  yield* Given.transact(Effect.flatMap(DirectoryEntries, (entries) => entries.add(entry)))
  return entry
})

const contactOf = ({ phones }: Entry): Contact.Contact => Contact.Contact.make(phones[0]!.number)

const patients = (siteGroupingId: Tenant) => ({ siteGroupingId, kind: "patient" as const })
const page = { limit: 50, cursor: null }

/** The directory that a line asks, over these entries. */
const asked = <A, E>(ask: (directory: Directory["Service"]) => Effect.Effect<A, E>) =>
  Effect.flatMap(DirectoryEntries, (entries) =>
    Effect.flatMap(Directory, ask).pipe(
      Effect.provide(Layer.provide(Directory.layerFromEntries, Layer.succeed(DirectoryEntries, entries)))
    )
  )

export const directoryChapter: Chapter = {
  chapter: "Directory",
  tests: byStaff([
    directoryTest("MUST keep an entry as it is given, and show it in its tenant and kind alone", function* () {
      const { tenants } = yield* StoreUnderTest
      const entries = yield* DirectoryEntries
      const entry = yield* anEntry(tenants[0])
      assert.deepStrictEqual(yield* entries.load(patients(tenants[0]), [entry.id, "nobody"]), [entry])
      for (const space of [
        patients(tenants[1]),
        patients(null),
        { siteGroupingId: tenants[0], kind: "facility" as const }
      ]) {
        assert.deepStrictEqual(yield* entries.load(space, [entry.id]), [])
        assert.deepStrictEqual((yield* entries.list(space, null, page)).items, [])
        assert.isFalse(yield* entries.keeps(space))
      }
      assert.isTrue(yield* entries.keeps(patients(tenants[0])))
      const bare = yield* anEntry(null, { phones: [], timeZone: null })
      assert.deepStrictEqual(yield* entries.load(patients(null), [bare.id]), [bare])
    }),

    directoryTest("MUST give an id once within a tenant and a kind", function* () {
      const { tenants } = yield* StoreUnderTest
      const entries = yield* DirectoryEntries
      const entry = yield* anEntry(tenants[0])
      const again = yield* Effect.flip(anEntry(tenants[0], { id: entry.id, name: "Another" }))
      assert.instanceOf(again, EntryTaken)
      assert.deepStrictEqual(yield* entries.load(patients(tenants[0]), [entry.id]), [entry])
      yield* anEntry(tenants[1], { id: entry.id })
      yield* anEntry(tenants[0], { id: entry.id, kind: "facility" })
    }),

    directoryTest("MUST keep all that changes of an entry, and look it up by its phones as they are now", function* () {
      const { tenants } = yield* StoreUnderTest
      const entries = yield* DirectoryEntries
      const before = yield* anEntry(tenants[0])
      const after: Entry = {
        ...before,
        name: "Ana",
        phones: [phone(yield* freshNumber, before.createdAt, true), phone(yield* freshNumber, before.createdAt)],
        timeZone: null,
        updatedAt: DateTime.add(before.updatedAt, { hours: 1 })
      }
      const fresh: Entry = { ...after, id: PatientId.make("fresh") }
      yield* Given.transact(
        Effect.gen(function* () {
          assert.deepStrictEqual(yield* entries.lock(patients(tenants[0]), [before.id]), [before])
          yield* entries.save([{ ...after, createdAt: after.updatedAt }, fresh])
        })
      )
      assert.deepStrictEqual(yield* entries.load(patients(tenants[0]), [before.id]), [after])
      const holders = (contact: Contact.Contact) =>
        Effect.map(entries.holders([{ siteGroupingId: tenants[0], contact }]), (found) =>
          found.map(({ entry }) => entry.id).toSorted()
        )
      assert.deepStrictEqual(yield* holders(contactOf(before)), [])
      for (const { number } of after.phones) {
        assert.deepStrictEqual(yield* holders(Contact.Contact.make(number)), [before.id, fresh.id].toSorted())
      }
    }),

    directoryTest(
      "MUST find everybody who has a phone, under each of its spellings, in its tenant alone",
      function* () {
        const { tenants } = yield* StoreUnderTest
        const entries = yield* DirectoryEntries
        const contacts = yield* freshSpellings
        const [short, long] = contacts.map((contact) => contact as string as PhoneNumber.E164)
        const at = yield* Given.storeNow
        const one = yield* anEntry(tenants[0], { phones: [phone(long!, at)] })
        const two = yield* anEntry(tenants[0], { phones: [phone(short!, at, true)] })
        const other = yield* anEntry(tenants[1], { phones: [phone(short!, at)] })
        const found = yield* entries.holders([
          ...contacts.map((contact) => ({ siteGroupingId: tenants[0], contact })),
          { siteGroupingId: tenants[1], contact: contacts[0]! },
          { siteGroupingId: null, contact: contacts[0]! }
        ])
        const told = (tenant: Tenant, contact: Contact.Contact) =>
          found
            .filter((holder) => holder.siteGroupingId === tenant && holder.contact === contact)
            .map(({ entry }) => entry.id)
            .toSorted()
        for (const contact of contacts) assert.deepStrictEqual(told(tenants[0], contact), [one.id, two.id].toSorted())
        assert.deepStrictEqual(told(tenants[1], contacts[0]!), [other.id])
        assert.lengthOf(found, 5)
        assert.deepStrictEqual(yield* entries.holders([]), [])
      }
    ),

    directoryTest("MUST forget an entry with its phones", function* () {
      const { tenants } = yield* StoreUnderTest
      const entries = yield* DirectoryEntries
      const entry = yield* anEntry(tenants[0])
      yield* Given.transact(entries.remove(patients(tenants[1]), entry.id))
      assert.lengthOf(yield* entries.load(patients(tenants[0]), [entry.id]), 1)
      yield* Given.transact(entries.remove(patients(tenants[0]), entry.id))
      assert.deepStrictEqual(yield* entries.load(patients(tenants[0]), [entry.id]), [])
      assert.deepStrictEqual(yield* entries.holders([{ siteGroupingId: tenants[0], contact: contactOf(entry) }]), [])
    }),

    directoryTest(
      "MUST list the newest first, page by page, and find names by their words without accents",
      function* () {
        const { tenants } = yield* StoreUnderTest
        const entries = yield* DirectoryEntries
        const space = patients(tenants[0])
        const [one, two, three] = [
          yield* anEntry(tenants[0], { name: "Zoë Muñoz" }),
          yield* anEntry(tenants[0], { name: "Ana Silva" }),
          yield* anEntry(tenants[0], { name: "José Munoz" })
        ]
        const first = yield* entries.list(space, null, { limit: 2, cursor: null })
        assert.deepStrictEqual(idsOf(first.items), [three.id, two.id])
        const second = yield* entries.list(space, null, { limit: 2, cursor: first.nextCursor })
        assert.deepStrictEqual(idsOf(second.items), [one.id])
        assert.isNull(second.nextCursor)
        const named = (search: string) => Effect.map(entries.list(space, search, page), ({ items }) => idsOf(items))
        assert.deepStrictEqual(yield* named("munoz"), [three.id, one.id])
        assert.deepStrictEqual(yield* named("MUÑOZ  zoe"), [one.id])
        assert.deepStrictEqual(yield* named("silva muñoz"), [])
        const found = yield* entries.list(space, "munoz", { limit: 1, cursor: null })
        assert.deepStrictEqual(idsOf(found.items), [three.id])
        assert.deepStrictEqual(
          idsOf((yield* entries.list(space, "munoz", { limit: 1, cursor: found.nextCursor })).items),
          [one.id]
        )
        const refused = yield* Effect.flip(entries.list(space, null, { limit: 2, cursor: "nonsense" }))
        assert.strictEqual(refused._tag, "InvalidCursor")
      }
    ),

    directoryTest(
      "MUST tell a line who a contact is, which links are possible, and what a clinician calls from",
      function* () {
        const { tenants } = yield* StoreUnderTest
        const at = yield* Given.storeNow
        const mother = yield* freshNumber
        const [ana, ben] = [
          yield* anEntry(tenants[0], { name: "Ana", phones: [phone(mother, at, true)] }),
          yield* anEntry(tenants[0], { name: "Ben", phones: [phone(mother, at, true)], timeZone: null })
        ]
        const contact = Contact.Contact.make(mother)
        const [card, ...others] = yield* asked(({ contacts }) =>
          contacts([
            { siteGroupingId: tenants[0], contact },
            { siteGroupingId: tenants[1], contact }
          ])
        )
        assert.deepStrictEqual(others, [])
        assert.deepStrictEqual(card, {
          siteGroupingId: tenants[0],
          contact,
          name: "Ana, Ben (shared phone)",
          timeZone: "America/Chicago",
          patientIds: [ana.id, ben.id] as Array<PatientId>
        })
        const facilityIds = ["a facility of elsewhere" as never]
        const missing = (tenant: Tenant) =>
          asked((directory) =>
            directory.missing(tenant, {
              patientIds: [ana.id as PatientId, PatientId.make("nobody")],
              facilityIds,
              userIds: [UserId.make("somebody")]
            })
          )
        assert.deepStrictEqual(yield* missing(tenants[0]), ["nobody"])
        // What is kept elsewhere is taken at its word.
        assert.deepStrictEqual(yield* missing(tenants[1]), [])
        const user = yield* anEntry(tenants[0], { kind: "user", id: UserId.make("nurse") })
        const called = (tenant: Tenant) => asked(({ clinicianPhone }) => clinicianPhone(UserId.make("nurse"), tenant))
        const found = yield* called(tenants[0])
        assert.deepStrictEqual([found?.number, found?.since], [user.phones[0]!.number, user.phones[0]!.since])
        assert.isNull(yield* called(tenants[1]))
      }
    )
  ])
}
