/** Looks up contacts, patients and staff in the embedding EHR. Without one, contacts have no names and links are not checked. */
import type { Contact, FacilityId, PatientId, PhoneNumber, Tenant, UserId } from "@careline/domain"
import { Context, type DateTime, Effect, Layer } from "effect"
import type { StorageError } from "../storage/shared/StorageError.ts"

/** What the directory has on a contact. */
export interface ContactCard {
  readonly siteGroupingId: Tenant
  readonly contact: Contact.Contact
  readonly name: string | null
  /** IANA zone of the contact. */
  readonly timeZone: string | null
}

/** A clinician's own number. */
export interface ClinicianPhone {
  readonly number: PhoneNumber.E164
  /** Since when; `null` where nobody noted it. One that is new is not taken at its word: a call from it needs a PIN. */
  readonly since: DateTime.Utc | null
}

/** The EHR's address book: who a contact is, and which links are possible. */
export class Directory extends Context.Service<
  Directory,
  {
    /** The known ones among the contacts. Called inside a transaction: must be quick. */
    readonly contacts: (
      keys: ReadonlyArray<{ readonly siteGroupingId: Tenant; readonly contact: Contact.Contact }>
    ) => Effect.Effect<ReadonlyArray<ContactCard>, StorageError>
    /** Those of the given ids that do not exist in the tenant. */
    readonly missing: (
      tenant: Tenant,
      ids: {
        readonly patientIds: ReadonlyArray<PatientId>
        readonly facilityIds: ReadonlyArray<FacilityId>
        readonly userIds: ReadonlyArray<UserId>
      }
    ) => Effect.Effect<ReadonlyArray<string>, StorageError>
    /** The number that a clinician calls from, as the EHR has it; `null` when it has none: then they name one. */
    readonly clinicianPhone: (userId: UserId) => Effect.Effect<ClinicianPhone | null, StorageError>
  }
>()("careline/ports/Directory") {
  /** Knows nobody, and doubts nobody. */
  static readonly layerEmpty: Layer.Layer<Directory> = Layer.succeed(
    Directory,
    Directory.of({
      contacts: () => Effect.succeed([]),
      missing: () => Effect.succeed([]),
      clinicianPhone: () => Effect.succeed(null)
    })
  )
}
