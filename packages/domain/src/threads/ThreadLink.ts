/** Whom a thread is about: 0 to n patients or one facility, never both. */
import { type DateTime, Result, Schema } from "effect"
import type { FacilityId, PatientId, ThreadId } from "../shared/Ids.ts"
import * as ThreadRule from "./Thread.ts"
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

/** The thread about the patients whom its contact's phone is known to be of, unless it is about somebody already. */
export const toKnownPatients = <T extends Pick<Thread, "facilityId" | "patientIds">>(
  thread: T,
  known: ReadonlyArray<PatientId> = []
): T =>
  known.length === 0 || thread.patientIds.length > 0 || thread.facilityId !== null
    ? thread
    : { ...thread, patientIds: known }

/** What is there of a contact who is heard from, or written to. */
export interface Known {
  /** The thread of the key, deleted or not; `null` before the first text or call. */
  readonly thread: Thread | null
  /** The name that the directory has for the contact. */
  readonly contactName: string | null
  /** The patients whom the directory has the contact's phone of. */
  readonly patientIds?: ReadonlyArray<PatientId> | undefined
}

/**
 * The thread as it goes on. One that begins, or begins again, is about the known patients; of one that is open staff decided whom
 * it is about, be it nobody.
 */
export const opened = (
  { contactName, patientIds, thread }: Known,
  id: ThreadId,
  key: ThreadRule.ThreadKey,
  now: DateTime.Utc
): Thread => {
  if (thread !== null && thread.deletedAt === null) return thread
  const begun = thread === null ? ThreadRule.open(id, key, contactName, now) : ThreadRule.reopen(thread, now)
  return toKnownPatients(begun, patientIds)
}
