/** Who did what to whose data. Written in the transaction of the deed. */
import type { Tenant } from "@careline/domain"
import { Context, type DateTime, type Effect } from "effect"
import type { StorageError } from "./StorageError.ts"

export interface AuditEntry {
  readonly siteGroupingId: Tenant
  /** The user's id, or `system`. */
  readonly actor: string
  /** What was done, as noun.verb: `message.send`. */
  readonly action: string
  /** What it was done to, as `kind:id`. */
  readonly subject: string
  /** Names of what changed and counts. Never content. */
  readonly detail: Readonly<Record<string, string | number | boolean | null>>
  readonly at: DateTime.Utc
}

export class AuditLog extends Context.Service<
  AuditLog,
  {
    /** Notes who did what, in the ambient transaction. */
    readonly record: (entries: ReadonlyArray<AuditEntry>) => Effect.Effect<void, StorageError>
  }
>()("careline/ports/AuditLog") {}
