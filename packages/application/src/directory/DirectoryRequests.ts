/** What the use cases of the directory are asked for. */
import { DirectoryEntry, FacilityId, Language, PatientId, PhoneNumber, Tenant, UserId } from "@careline/domain"
import { Option, Schema } from "effect"
import { type Given } from "../shared/ReadRequest.ts"
import { Filter, Name, nullable, optional, Page } from "../shared/RequestFields.ts"

/** Characters of a phone number in any way of writing. */
const MAX_PHONE = 64

/** In any usual way of writing; without a country code a number of the line's country. */
const Phone = Schema.NonEmptyString.check(Schema.isMaxLength(MAX_PHONE))

/** What a path can name, and what no path reads as one of its own. */
const pathSafe = <S extends Schema.Codec<string, string>>(id: S) =>
  id.check(
    Schema.makeFilter(
      (text: string) => !["search", "import", ".", ".."].includes(text) || "is a word that stands for something else"
    )
  )

/** A phone of a patient or a facility. */
const ReachedAt = Schema.Struct({
  number: Phone,
  /** What texts to it are written in; `null`: nobody said. */
  language: nullable(Language),
  /** Whether it is somebody else's who speaks for the patient: a parent, a child. */
  isProxy: optional(Schema.Boolean)
}).annotate({ identifier: "NewDirectoryPhone" })

const Phones = Schema.Array(ReachedAt).check(Schema.isMaxLength(DirectoryEntry.MAX_PHONES))

/** An entry as somebody gives it, with phones that may be written in any way. */
export interface GivenEntry {
  readonly name: string
  readonly phones?: ReadonlyArray<typeof ReachedAt.Type> | undefined
  readonly timeZone?: string | null | undefined
}

/** What is kept of a patient or a facility: who they are, where they are reached, and what their clock says. */
const reached = {
  name: Name,
  /** Their own, and those of whom they are spoken for by. None where they are left out. */
  phones: optional(Phones),
  /** IANA, like America/Chicago; `null`: as the area codes of their phones say. */
  timeZone: nullable(DirectoryEntry.TimeZone)
}

export const PatientEdit = Schema.Struct(reached).annotate({ identifier: "PatientEdit" })
export type PatientEdit = Given<typeof PatientEdit.Encoded>

export const NewPatient = Schema.Struct({
  /** As the practice's own system has it; a new one where it is left out. */
  id: optional(pathSafe(PatientId)),
  siteGroupingId: Tenant,
  ...reached
}).annotate({ identifier: "NewPatient" })
export type NewPatient = Given<typeof NewPatient.Encoded>

export const FacilityEdit = Schema.Struct(reached).annotate({ identifier: "FacilityEdit" })
export type FacilityEdit = Given<typeof FacilityEdit.Encoded>

export const NewFacility = Schema.Struct({
  /** A new one where it is left out. */
  id: optional(pathSafe(FacilityId)),
  siteGroupingId: Tenant,
  ...reached
}).annotate({ identifier: "NewFacility" })
export type NewFacility = Given<typeof NewFacility.Encoded>

/** What is kept of a user. */
const user = {
  name: Name,
  /** The phone that they call from, which masked calls know them by; `null`: none. */
  phone: nullable(Phone)
}

export const UserEdit = Schema.Struct(user).annotate({ identifier: "UserEdit" })
export type UserEdit = Given<typeof UserEdit.Encoded>

export const NewUser = Schema.Struct({
  /** As the identity provider names them: the `sub` of their tokens. */
  id: pathSafe(UserId),
  siteGroupingId: Tenant,
  ...user
}).annotate({ identifier: "NewUser" })
export type NewUser = Given<typeof NewUser.Encoded>

/** Patients by a phone or by words of their name: one of both. */
export const PatientSearch = Schema.Struct({
  ...Page,
  siteGroupingId: Tenant,
  /** In any usual way of writing. */
  phone: optional(Phone),
  /** Each word is found in names, with or without accents. */
  name: optional(Filter)
}).annotate({ identifier: "PatientSearch" })
export type PatientSearch = Given<typeof PatientSearch.Encoded>

/** The entry of a user who is called by a phone. */
export const ofUser = ({
  name,
  phone
}: {
  readonly name: string
  readonly phone?: string | null | undefined
}): GivenEntry => ({
  name,
  phones: phone == null ? [] : [{ number: phone }]
})

/** The phones as they are kept; of the first that is none, its place. */
export const phonesOf = (
  given: GivenEntry["phones"] = [],
  region: PhoneNumber.CountryCode
): { readonly phones: ReadonlyArray<DirectoryEntry.GivenPhone> } | { readonly unreadable: number } => {
  const phones: Array<DirectoryEntry.GivenPhone> = []
  for (const [index, { isProxy = false, language = null, number }] of given.entries()) {
    const parsed = PhoneNumber.hasExtension(number, region) ? Option.none() : PhoneNumber.parse(number, region)
    if (Option.isNone(parsed)) return { unreadable: index }
    phones.push({ number: parsed.value, language, isProxy })
  }
  return { phones }
}
