/** The audit log to read: what it holds, as a chain of each tenant's entries in which nothing can be altered unnoticed. */
import type { PatientId, Tenant } from "@careline/domain"
import { Context, type DateTime, type Effect } from "effect"
import type { AuditEntry } from "./AuditLog.ts"
import type { InvalidCursor } from "../shared/InvalidCursor.ts"
import type { Page, PageRequest } from "../shared/Page.ts"
import type { TenantScope } from "../shared/Scope.ts"
import type { StorageError } from "../shared/StorageError.ts"

/** An entry at its place in the chain of its tenant. */
export interface AuditRecord extends AuditEntry {
  /** 1 for the tenant's first entry, and one more for each: a place that is missing was taken away. */
  readonly place: number
  /** Of the entry and of the hash before it, as `AuditChain.hashOf` makes it. */
  readonly hash: string
}

/** How far a tenant's chain goes, as it was noted beside it. */
export interface AuditHead {
  readonly siteGroupingId: Tenant
  /** The place of the last entry; 0 where the chain has no head, which then was taken away. */
  readonly place: number
  readonly hash: string
}

/** Which entries are listed. What is not named is not asked for. */
export interface AuditQuery extends PageRequest {
  readonly scope: TenantScope
  readonly actor?: string | undefined
  readonly action?: string | undefined
  readonly subject?: string | undefined
  /** Those about the data of this patient. */
  readonly patientId?: PatientId | undefined
  /** Of this moment or later. */
  readonly from?: DateTime.Utc | undefined
  /** Before this moment. */
  readonly to?: DateTime.Utc | undefined
}

/** What was noted. */
export class AuditTrail extends Context.Service<
  AuditTrail,
  {
    /** Entries, the newest first. */
    readonly list: (query: AuditQuery) => Effect.Effect<Page<AuditRecord>, StorageError | InvalidCursor>
    /** The heads of the scope's chains; of a chain without a head, one at place 0. */
    readonly heads: (scope: TenantScope) => Effect.Effect<ReadonlyArray<AuditHead>, StorageError>
    /** The tenant's entries behind a place, in the order of the chain. */
    readonly links: (
      tenant: Tenant,
      after: number,
      limit: number
    ) => Effect.Effect<ReadonlyArray<AuditRecord>, StorageError>
  }
>()("careline/ports/AuditTrail") {}
