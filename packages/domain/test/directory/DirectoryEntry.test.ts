import { assert, describe, it } from "@effect/vitest"
import { DateTime, Schema } from "effect"
import fc from "fast-check"
import { Contact, DirectoryEntry, FacilityId, PatientId, PhoneNumber } from "../../src/index.ts"

const at = DateTime.makeUnsafe("2026-03-02T09:30:00Z")
const later = DateTime.makeUnsafe("2026-03-03T09:30:00Z")
const MOTHER = PhoneNumber.E164.make("+13035550123")
const contact = Contact.Contact.make(MOTHER)

const entry = (id: string, fields: Partial<DirectoryEntry.DirectoryEntry> = {}): DirectoryEntry.DirectoryEntry => ({
  kind: "patient",
  id: PatientId.make(id),
  siteGroupingId: null,
  name: id.toUpperCase(),
  phones: [{ number: MOTHER, language: null, isProxy: false, since: at }],
  timeZone: null,
  createdAt: at,
  updatedAt: at,
  ...fields
})

const spokenFor = [{ number: MOTHER, language: null, isProxy: true, since: at }]

describe("The card of a phone", () => {
  it("names whoever alone has it, and says when somebody speaks for them", () => {
    assert.deepStrictEqual(DirectoryEntry.cardOf([], contact), { name: null, timeZone: null, patientIds: [] })
    assert.deepInclude(DirectoryEntry.cardOf([entry("ana")], contact), {
      name: "ANA",
      patientIds: ["ana" as PatientId]
    })
    assert.strictEqual(DirectoryEntry.cardOf([entry("ana", { phones: spokenFor })], contact).name, "For ANA")
  })

  it("picks nobody of several: it names them all, or the first three, and is of all patients", () => {
    const card = DirectoryEntry.cardOf(
      ["cleo", "ana", "ben"].map((id) => entry(id)),
      contact
    )
    assert.deepStrictEqual(card.patientIds, ["ana", "ben", "cleo"] as Array<PatientId>)
    assert.strictEqual(card.name, "ANA, BEN, CLEO (shared phone)")
    const five = DirectoryEntry.cardOf(
      ["e", "d", "c", "b", "a"].map((id) => entry(id)),
      contact
    )
    assert.strictEqual(five.name, "A, B, C and 2 more (shared phone)")
    assert.lengthOf(five.patientIds, 5)
  })

  it("has a time zone where all agree who have one", () => {
    const zoneOf = (...zones: ReadonlyArray<string | null>) =>
      DirectoryEntry.cardOf(
        zones.map((timeZone, index) => entry(`${index}`, { timeZone })),
        contact
      ).timeZone
    assert.strictEqual(zoneOf("America/Denver", null, "America/Denver"), "America/Denver")
    assert.isNull(zoneOf("America/Denver", "America/Chicago"))
  })

  it("is of no patient where a facility has the phone, or more share it than can be meant", () => {
    const facility = entry("harbor", { kind: "facility", id: FacilityId.make("harbor"), name: "Harbor House" })
    assert.deepInclude(DirectoryEntry.cardOf([entry("ana"), facility], contact), {
      name: "Harbor House",
      patientIds: []
    })
    const ids = (count: number) => Array.from({ length: count }, (_, index) => entry(`p${index}`))
    assert.lengthOf(
      DirectoryEntry.cardOf(ids(DirectoryEntry.MAX_SHARING), contact).patientIds,
      DirectoryEntry.MAX_SHARING
    )
    assert.isEmpty(DirectoryEntry.cardOf(ids(DirectoryEntry.MAX_SHARING + 1), contact).patientIds)
  })

  it("is the same in whichever order its holders are found", () => {
    const arbitrary = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(arbitrary, fc.boolean(), (ids, isProxy) => {
        const having = ids.map((id) => entry(id, isProxy ? { phones: spokenFor } : {}))
        assert.deepStrictEqual(
          DirectoryEntry.cardOf(having.toReversed(), contact),
          DirectoryEntry.cardOf(having, contact)
        )
      })
    )
  })
})

describe("The phones of an entry", () => {
  it("stand once each, and keep since when they are on record, whichever way they are spelled", () => {
    const long = "+525512345678" as PhoneNumber.E164
    const mobile = "+5215512345678" as PhoneNumber.E164
    const given = (number: PhoneNumber.E164) => ({ number, language: null, isProxy: false })
    const before = DirectoryEntry.phonesSince([], [given(long), given(mobile), given(MOTHER)], at)
    assert.lengthOf(before, 2)
    const after = DirectoryEntry.phonesSince(
      before,
      [given(mobile), { ...given(PhoneNumber.E164.make("+13035550199")), isProxy: true }],
      later
    )
    assert.deepStrictEqual(
      after.map(({ number, since }) => [number, since]),
      [
        [mobile, at],
        [PhoneNumber.E164.make("+13035550199"), later]
      ]
    )
  })
})

describe("A name", () => {
  it("is found by each of its words, with or without accents", () => {
    const named = entry("zoe", { name: "Zoë Muñoz-O'Neil" })
    for (const search of ["zoe", "MUNOZ zoë", "o'neil", "  "])
      assert.isTrue(DirectoryEntry.isNamed(named, search), search)
    assert.isFalse(DirectoryEntry.isNamed(named, "zoe silva"))
  })
})

describe("A time zone", () => {
  it("is one that the runtime knows", () => {
    const isZone = Schema.is(DirectoryEntry.TimeZone)
    for (const zone of ["America/Chicago", "Asia/Kolkata", "UTC"]) assert.isTrue(isZone(zone), zone)
    for (const zone of ["Mars/Base", "", "America/", "+05:30", "a b"]) assert.isFalse(isZone(zone), zone)
  })
})
