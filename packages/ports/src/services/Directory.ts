/** Looks up contacts, patients and staff in the embedding EHR. Without one, contacts have no names and links are not checked. */
import {
  type Contact,
  DirectoryEntry,
  type FacilityId,
  type PatientId,
  type PhoneNumber,
  type Tenant,
  type UserId
} from "@careline/domain"
import { Context, type DateTime, Effect, Layer } from "effect"
import { DirectoryEntries } from "../storage/directory/DirectoryEntries.ts"
import type { StorageError } from "../storage/shared/StorageError.ts"

/** What the directory has on a contact. */
export interface ContactCard {
  readonly siteGroupingId: Tenant
  readonly contact: Contact.Contact
  readonly name: string | null
  /** IANA zone of the contact. */
  readonly timeZone: string | null
  /** All patients whose phone it is, or who are spoken for by it: a thread that begins is linked to them. None where left out. */
  readonly patientIds?: ReadonlyArray<PatientId> | undefined
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
    /**
     * The number that a clinician calls from in a tenant, as the EHR has it; `null` when it has none: then they name one. An EHR
     * that has one for all tenants leaves the tenant alone.
     */
    readonly clinicianPhone: (userId: UserId, tenant: Tenant) => Effect.Effect<ClinicianPhone | null, StorageError>
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

  /**
   * What a host keeps itself. Patients and facilities that it keeps none of in a tenant are taken at their word: they are kept
   * elsewhere. Users always are: the identity provider says who they are.
   */
  static readonly layerFromEntries: Layer.Layer<Directory, never, DirectoryEntries> = Layer.effect(
    Directory,
    Effect.map(DirectoryEntries, (entries) => {
      const missingOf = Effect.fnUntraced(function* (
        siteGroupingId: Tenant,
        kind: "facility" | "patient",
        ids: ReadonlyArray<string>
      ) {
        if (ids.length === 0) return []
        const known = new Set<string>((yield* entries.load({ siteGroupingId, kind }, ids)).map(({ id }) => id))
        const unknown = ids.filter((id) => !known.has(id))
        return unknown.length === 0 || !(yield* entries.keeps({ siteGroupingId, kind })) ? [] : unknown
      })
      return Directory.of({
        contacts: (keys) =>
          Effect.map(entries.holders(keys), (holders) => {
            const groups = Map.groupBy(holders, ({ contact, siteGroupingId }) =>
              JSON.stringify([siteGroupingId, contact])
            )
            return [...groups.values()].map((group) => {
              const { contact, siteGroupingId } = group[0]!
              return {
                siteGroupingId,
                contact,
                ...DirectoryEntry.cardOf(
                  group.map(({ entry }) => entry),
                  contact
                )
              }
            })
          }),
        missing: (tenant, { facilityIds, patientIds }) =>
          Effect.map(
            Effect.all([missingOf(tenant, "patient", patientIds), missingOf(tenant, "facility", facilityIds)]),
            (missing) => missing.flat()
          ),
        clinicianPhone: (userId, siteGroupingId) =>
          Effect.map(entries.load({ siteGroupingId, kind: "user" }, [userId]), ([user]) => user?.phones[0] ?? null)
      })
    })
  )
}
