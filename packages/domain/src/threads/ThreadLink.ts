/** Whom a thread is about: 0 to n patients or one facility, never both. */
import { Result, Schema } from "effect"
import type { FacilityId, PatientId } from "../shared/Ids.ts"
import type { Thread } from "./Thread.ts"

/** Patients and a facility were given at once. */
export class LinkConflict extends Schema.TaggedError<LinkConflict>()("LinkConflict", {
  message: Schema.String
}) {}

export interface LinkRequest {
  /** The patients to link, `undefined` to leave the link as it is. */
  readonly patientIds?: ReadonlyArray<PatientId> | undefined
  /** The facility to link, `null` for none, `undefined` to leave the link as it is. */
  readonly facilityId?: FacilityId | null | undefined
}

/** The link that holds afterwards, and what setting it cleared. */
export interface Link {
  readonly patientIds: ReadonlyArray<PatientId>
  readonly facilityId: FacilityId | null
  readonly cleared: "patients" | "facility" | null
}

/** Setting one side clears the other, and says so. Asking for both at once is an error. */
export const decide = (
  thread: Pick<Thread, "patientIds" | "facilityId">,
  request: LinkRequest
): Result.Result<Link, LinkConflict> => {
  const patients = request.patientIds === undefined ? undefined : [...new Set(request.patientIds)]
  if (patients !== undefined && patients.length > 0 && request.facilityId != null) {
    return Result.fail(new LinkConflict({ message: "A thread links to patients or to a facility, not to both" }))
  }
  if (patients !== undefined && patients.length > 0) {
    return Result.succeed({
      patientIds: patients,
      facilityId: null,
      cleared: thread.facilityId === null ? null : "facility"
    })
  }
  if (request.facilityId != null) {
    return Result.succeed({
      patientIds: [],
      facilityId: request.facilityId,
      cleared: thread.patientIds.length === 0 ? null : "patients"
    })
  }
  return Result.succeed({
    patientIds: patients ?? thread.patientIds,
    facilityId: request.facilityId === undefined ? thread.facilityId : request.facilityId,
    cleared: null
  })
}
