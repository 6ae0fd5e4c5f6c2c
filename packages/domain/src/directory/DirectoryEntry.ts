/**
 * A patient, a facility or a user of a tenant, with the phones that they are reached at, and what a phone says about who is there.
 *
 * A phone may be several people's: a mother's is the phone of all her children. Nobody is picked of them: the card of such a phone
 * names all, and its threads are linked to all patients.
 */
import { DateTime, Schema } from "effect"
import * as Contact from "../contacts/Contact.ts"
import * as ContactSearch from "../contacts/ContactSearch.ts"
import { Language } from "../contacts/Language.ts"
import { E164 } from "../contacts/PhoneNumber.ts"
import { FacilityId, PatientId, Tenant, UserId } from "../shared/Ids.ts"

export const EntryKind = Schema.Literals(["patient", "facility", "user"])
export type EntryKind = typeof EntryKind.Type

/** An id is one of a kind within a tenant. */
export type EntryId = PatientId | FacilityId | UserId

export const MAX_NAME_LENGTH = 200
export const MAX_PHONES = 10
/** Patients that share one phone. A phone of more is nobody's in particular, such as a facility's: its threads are linked to none. */
export const MAX_SHARING = 20
/** Names that a card shows. */
const NAMES_SHOWN = 3

/** An IANA time zone that the runtime knows. */
export const TimeZone = Schema.String.check(
  Schema.makeFilter(
    (zone: string) =>
      (/^[\w+-]+(\/[\w+-]+)*$/.test(zone) && DateTime.zoneMakeNamed(zone)._tag === "Some") ||
      "must be an IANA time zone, like America/Chicago"
  )
)

export const EntryPhone = Schema.Struct({
  number: E164,
  /** What texts to it are written in; `null`: nobody said. */
  language: Schema.NullOr(Language),
  /** Whether it is somebody else's who speaks for them: a parent, a child. */
  isProxy: Schema.Boolean,
  /** Since when it is on record. */
  since: Schema.DateTimeUtc
})
export type EntryPhone = typeof EntryPhone.Type

export const DirectoryEntry = Schema.Struct({
  kind: EntryKind,
  id: Schema.Union([PatientId, FacilityId, UserId]),
  siteGroupingId: Tenant,
  name: Schema.NonEmptyString,
  phones: Schema.Array(EntryPhone),
  timeZone: Schema.NullOr(TimeZone),
  createdAt: Schema.DateTimeUtc,
  updatedAt: Schema.DateTimeUtc
})
export type DirectoryEntry = typeof DirectoryEntry.Type

/** A phone as somebody gives it. */
export type GivenPhone = Omit<EntryPhone, "since">

/** What tells phones apart, whichever of their spellings they are written in. */
export const phoneKey = (number: E164): Contact.Contact => Contact.key(number as string as Contact.Contact)

/** The phone of an entry that a contact is; `undefined`: it has none of this key. */
export const phoneOf = ({ phones }: Pick<DirectoryEntry, "phones">, contact: Contact.Contact): EntryPhone | undefined =>
  phones.find(({ number }) => phoneKey(number) === Contact.key(contact))

/** The phones, each once and with since when it is on record: one that was there before keeps its time. */
export const phonesSince = (
  before: ReadonlyArray<EntryPhone>,
  given: ReadonlyArray<GivenPhone>,
  now: DateTime.Utc
): ReadonlyArray<EntryPhone> => {
  const known = new Map(before.map(({ number, since }) => [phoneKey(number), since]))
  const phones = new Map(
    given.map((phone) => [phoneKey(phone.number), { ...phone, since: known.get(phoneKey(phone.number)) ?? now }])
  )
  return [...phones.values()]
}

/** Whether each word of the search is part of the name, with or without accents. */
export const isNamed = ({ name }: Pick<DirectoryEntry, "name">, search: string): boolean => {
  const folded = ContactSearch.fold(name)
  return ContactSearch.wordsOf(search).every((word) => folded.includes(word))
}

/** What a phone says about who is there. */
export interface PhoneCard {
  readonly name: string | null
  readonly timeZone: string | null
  /** Those that a new thread of the phone is about. */
  readonly patientIds: ReadonlyArray<PatientId>
}

/** The value that all of them have who have one. */
const agreed = (values: ReadonlyArray<string | null>): string | null => {
  const distinct = [...new Set(values.filter((value) => value !== null))]
  return distinct.length === 1 ? distinct[0]! : null
}

const nameOf = (sharing: ReadonlyArray<DirectoryEntry>, contact: Contact.Contact): string | null => {
  const [first, ...others] = sharing
  if (first === undefined) return null
  if (others.length === 0) return phoneOf(first, contact)?.isProxy === true ? `For ${first.name}` : first.name
  const more = sharing.length - NAMES_SHOWN
  const names = sharing.slice(0, NAMES_SHOWN).map(({ name }) => name)
  return `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""} (shared phone)`
}

const byId = (left: DirectoryEntry, right: DirectoryEntry): number =>
  left.id < right.id ? -1 : left.id > right.id ? 1 : 0

/**
 * The card of a phone, of all who have it. A facility's own phone is the facility's, whichever of its residents have it too: it is
 * linked to no patient. So is one that too many patients share to mean any of them.
 */
export const cardOf = (having: ReadonlyArray<DirectoryEntry>, contact: Contact.Contact): PhoneCard => {
  const facilities = having.filter(({ kind }) => kind === "facility")
  const sharing = (facilities.length > 0 ? facilities : having).toSorted(byId)
  const patients = facilities.length > 0 ? [] : sharing.filter(({ kind }) => kind === "patient")
  return {
    name: nameOf(sharing, contact),
    timeZone: agreed(sharing.map(({ timeZone }) => timeZone)),
    patientIds: patients.length > MAX_SHARING ? [] : patients.map(({ id }) => id as PatientId)
  }
}
