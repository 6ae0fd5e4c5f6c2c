/** Records who did what to whose data, and why, in the transaction of the deed. */
import { PatientId, type Tenant } from "@careline/domain"
import { Context, type DateTime, type Effect, Option, Schema } from "effect"
import type { StorageError } from "../shared/StorageError.ts"

/** A deed. */
export interface AuditEntry {
  readonly siteGroupingId: Tenant
  /** The user's id, or `system`. */
  readonly actor: string
  /** What was done, as noun.verb: `message.send`. */
  readonly action: string
  /** What it was done to, as `kind:id`. */
  readonly subject: string
  /**
   * Names of what changed and counts. Never content. `purpose` is why, an HL7 PurposeOfUse; `patients` and `threads` are whose
   * data it was where the subject does not say so, their ids as JSON arrays; `breakGlass` the access that it was done under. `values` and `sealed` are old and
   * new values of settings, as JSON; `sealed` may be contact data, and a store that seals seals it before it is chained.
   */
  readonly detail: Readonly<Record<string, string | number | boolean | null>>
  readonly at: DateTime.Utc
}

const decodePatients = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Array(PatientId)))

/** The patients whose data an entry is about. */
export const patientsOf = ({ detail }: Pick<AuditEntry, "detail">): ReadonlyArray<PatientId> =>
  Option.getOrElse(decodePatients(detail.patients), () => [])

/** Where deeds are written down. */
export class AuditLog extends Context.Service<
  AuditLog,
  {
    /** Notes who did what, in the ambient transaction. What was noted cannot be changed or taken back after it. */
    readonly record: (entries: ReadonlyArray<AuditEntry>) => Effect.Effect<void, StorageError>
  }
>()("careline/ports/AuditLog") {}
