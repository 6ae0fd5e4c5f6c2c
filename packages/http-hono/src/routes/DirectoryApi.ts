/** The answers of the public API about patients, facilities and users. */
import type { DirectoryEntry } from "@careline/domain"
import { Schema } from "effect"
import { iso, pageJson } from "./Api.ts"

const nullOr = Schema.NullOr
const Text = Schema.String
const Id = Schema.String

/** What every entry has. */
const entry = {
  id: Id,
  siteGroupingId: nullOr(Id),
  name: Text,
  createdAt: Text,
  updatedAt: Text
}

const PhoneJson = Schema.Struct({
  number: Text,
  language: nullOr(Text),
  /** Whether it is somebody else's who speaks for the patient. */
  isProxy: Schema.Boolean,
  /** Since when it is on record. */
  since: Text
}).annotate({ identifier: "DirectoryPhone" })

const reached = { ...entry, phones: Schema.Array(PhoneJson), timeZone: nullOr(Text) }

export const PatientJson = Schema.Struct(reached).annotate({ identifier: "Patient" })
export const PatientPage = pageJson(PatientJson, "PatientPage")
export const FacilityJson = Schema.Struct(reached).annotate({ identifier: "Facility" })
export const FacilityPage = pageJson(FacilityJson, "FacilityPage")

export const UserJson = Schema.Struct({
  ...entry,
  /** The phone that they call from, which masked calls know them by. */
  phone: nullOr(Schema.Struct({ number: Text, since: Text }))
}).annotate({ identifier: "User" })
export const UserPage = pageJson(UserJson, "UserPage")

const entryJson = ({ createdAt, id, name, siteGroupingId, updatedAt }: DirectoryEntry.DirectoryEntry) => ({
  id,
  siteGroupingId,
  name,
  createdAt: iso(createdAt),
  updatedAt: iso(updatedAt)
})

/** A patient or a facility. */
export const reachedJson = (one: DirectoryEntry.DirectoryEntry): typeof PatientJson.Type => ({
  ...entryJson(one),
  phones: one.phones.map((phone) => ({ ...phone, since: iso(phone.since) })),
  timeZone: one.timeZone
})

export const userJson = (one: DirectoryEntry.DirectoryEntry): typeof UserJson.Type => {
  const [phone] = one.phones
  return {
    ...entryJson(one),
    phone: phone === undefined ? null : { number: phone.number, since: iso(phone.since) }
  }
}
