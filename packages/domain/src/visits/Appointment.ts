/**
 * A visit as the appointment book has it. Its id names the occurrence, never the series, and its start says which time a text was
 * about: who answers about another time than the book has by now has not answered about this visit.
 */
import { Schema } from "effect"
import { Contact } from "../contacts/Contact.ts"
import { Language } from "../contacts/Language.ts"
import { AppointmentId, FacilityId, PatientId, SiteGroupingId } from "../shared/Ids.ts"

/**
 * - `booked`: nobody has said yet that they will come. `confirmed`: somebody has.
 * - `reschedule_requested`: it stands until staff move it.
 * - `cancelled`, `noshow`: nobody comes. `fulfilled`: they came. `entered_in_error`: there never was one.
 */
export const AppointmentStatus = Schema.Literals([
  "booked",
  "confirmed",
  "reschedule_requested",
  "cancelled",
  "fulfilled",
  "noshow",
  "entered_in_error"
])
export type AppointmentStatus = typeof AppointmentStatus.Type

/** Who is told about a visit, and how. */
export const AppointmentContact = Schema.Struct({
  contact: Contact,
  channel: Schema.Literals(["sms"]),
  language: Schema.NullOr(Language),
  /** Whether it is somebody else than the patient: a parent, a child, a facility. */
  isProxy: Schema.Boolean
})
export type AppointmentContact = typeof AppointmentContact.Type

export const Appointment = Schema.Struct({
  id: AppointmentId,
  siteGroupingId: SiteGroupingId,
  patientId: PatientId,
  start: Schema.DateTimeUtc,
  /** Where the visit takes place (IANA). Times are told by its clock. */
  zone: Schema.NonEmptyString,
  status: AppointmentStatus,
  /** The book's own mark of what it has: an action names the one that it was decided on. */
  version: Schema.NonEmptyString,
  /** Whether the book wants anybody reminded of it. */
  remindable: Schema.Boolean,
  /** The kind of visit, as reminder rules name it. */
  typeKey: Schema.NullOr(Schema.String),
  facilityId: Schema.NullOr(FacilityId),
  /** What texts may say of it, by the path of a template's variable: `provider.name`, `visit.room`. Nothing clinical. */
  labels: Schema.Record(Schema.String, Schema.String),
  contacts: Schema.Array(AppointmentContact)
})
export type Appointment = typeof Appointment.Type

/** Whether somebody is expected: a visit that is off, over or a mistake is nobody's to be reminded of. */
export const isExpected = ({ status }: Pick<Appointment, "status">): boolean =>
  status === "booked" || status === "confirmed" || status === "reschedule_requested"
