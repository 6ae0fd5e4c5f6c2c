/**
 * The identifiers of the model. Every id is an opaque string: whoever stores the model decides its form
 * (UUIDv7 in `adapter-postgres`, a bigint in an EHR that embeds Careline).
 */
import { Schema } from "effect"

const MAX_ID_LENGTH = 128

/** Controls and halves of a surrogate pair are in no id: no store keeps them. */
const OpaqueId = Schema.NonEmptyString.check(
  Schema.isMaxLength(MAX_ID_LENGTH),
  Schema.isPattern(/^[^\p{Cc}\p{Cs}]*$/u, { message: "must have no control characters" })
)

/** The tenant: a group of clinic sites that share numbers, threads and staff. */
export const SiteGroupingId = OpaqueId.pipe(Schema.brand("SiteGroupingId"))
export type SiteGroupingId = typeof SiteGroupingId.Type

/** Where something belongs: a site grouping, or `null` for the system-wide space. */
export const Tenant = Schema.NullOr(SiteGroupingId)
export type Tenant = typeof Tenant.Type

export const ThreadId = OpaqueId.pipe(Schema.brand("ThreadId"))
export type ThreadId = typeof ThreadId.Type

export const MessageId = OpaqueId.pipe(Schema.brand("MessageId"))
export type MessageId = typeof MessageId.Type

/** A pool number's id, not its digits. */
export const PhoneNumberId = OpaqueId.pipe(Schema.brand("PhoneNumberId"))
export type PhoneNumberId = typeof PhoneNumberId.Type

/** A number that a tenant waits for. */
export const PendingAssignmentId = OpaqueId.pipe(Schema.brand("PendingAssignmentId"))
export type PendingAssignmentId = typeof PendingAssignmentId.Type

/** One text that has to leave, however many attempts it takes. */
export const SendId = OpaqueId.pipe(Schema.brand("SendId"))
export type SendId = typeof SendId.Type

/** One try at handing one text to a provider. Travels to the provider and back in its callbacks. */
export const AttemptId = OpaqueId.pipe(Schema.brand("AttemptId"))
export type AttemptId = typeof AttemptId.Type

/** A member of staff, as the identity provider names them (the JWT's `sub`). */
export const UserId = OpaqueId.pipe(Schema.brand("UserId"))
export type UserId = typeof UserId.Type

export const PatientId = OpaqueId.pipe(Schema.brand("PatientId"))
export type PatientId = typeof PatientId.Type

export const FacilityId = OpaqueId.pipe(Schema.brand("FacilityId"))
export type FacilityId = typeof FacilityId.Type

/** One call, from its first webhook or its placing on. Travels to the provider and back in its callbacks. */
export const CallId = OpaqueId.pipe(Schema.brand("CallId"))
export type CallId = typeof CallId.Type

/** A prepared, single-use permission for one masked call. */
export const BridgeRequestId = OpaqueId.pipe(Schema.brand("BridgeRequestId"))
export type BridgeRequestId = typeof BridgeRequestId.Type

/** A recording or a picture on its way from a provider to us. */
export const MediaImportId = OpaqueId.pipe(Schema.brand("MediaImportId"))
export type MediaImportId = typeof MediaImportId.Type

/** One access in an emergency to a tenant that is not one's own. */
export const BreakGlassId = OpaqueId.pipe(Schema.brand("BreakGlassId"))
export type BreakGlassId = typeof BreakGlassId.Type

/** A template that texts are sent from. */
export const TemplateId = OpaqueId.pipe(Schema.brand("TemplateId"))
export type TemplateId = typeof TemplateId.Type

/** One occurrence of a visit in the appointment book, never its series. */
export const AppointmentId = OpaqueId.pipe(Schema.brand("AppointmentId"))
export type AppointmentId = typeof AppointmentId.Type

/** A question about a visit that a contact was texted. */
export const PromptId = OpaqueId.pipe(Schema.brand("PromptId"))
export type PromptId = typeof PromptId.Type

/** A rule by which a tenant reminds of visits. */
export const ReminderRuleId = OpaqueId.pipe(Schema.brand("ReminderRuleId"))
export type ReminderRuleId = typeof ReminderRuleId.Type

/** One thing that one person is told once. */
export const NotificationId = OpaqueId.pipe(Schema.brand("NotificationId"))
export type NotificationId = typeof NotificationId.Type

/** Where bytes are kept in a BlobStore: letters, digits, `-`, `_` and `/`, so that it is safe as a path and in a URL. */
export const BlobKey = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/),
  Schema.isMaxLength(200)
).pipe(Schema.brand("BlobKey"))
export type BlobKey = typeof BlobKey.Type
