/** The tenants on record. */
import type { SiteGrouping, SiteGroupingId, Tenant } from "@careline/domain"
import { Context, type Effect, type Option, Schema } from "effect"
import type { TenantScope } from "../shared/Scope.ts"
import type { StorageError } from "../shared/StorageError.ts"

/** There is a site grouping of this id already. */
export class SiteGroupingTaken extends Schema.TaggedError<SiteGroupingTaken>()("SiteGroupingTaken", {
  id: Schema.String
}) {
  override get message(): string {
    return "There is a site grouping of this id"
  }
}

/** The tenants on record. A store that is asked to keep something of one that is not may put it there without a name; use cases ask first. */
export class SiteGroupings extends Context.Service<
  SiteGroupings,
  {
    /** Those of the scope, by id. The system-wide space is none. */
    readonly list: (scope: TenantScope) => Effect.Effect<ReadonlyArray<SiteGrouping.SiteGrouping>, StorageError>
    /** Puts a new one on record. */
    readonly add: (grouping: SiteGrouping.SiteGrouping) => Effect.Effect<void, StorageError | SiteGroupingTaken>
    /** To be changed: nobody else changes it, and nothing is assigned to it, until the ambient transaction ends. */
    readonly lock: (id: SiteGroupingId) => Effect.Effect<Option.Option<SiteGrouping.SiteGrouping>, StorageError>
    /** Keeps its name and whether it is deactivated. */
    readonly save: (grouping: SiteGrouping.SiteGrouping) => Effect.Effect<void, StorageError>
    /** Whether the tenant is on record and active; if so, it stays so until the ambient transaction ends. */
    readonly hold: (tenant: Tenant) => Effect.Effect<boolean, StorageError>
    /** Those of the given ones that are deactivated. */
    readonly deactivated: (tenants: ReadonlyArray<Tenant>) => Effect.Effect<ReadonlyArray<SiteGroupingId>, StorageError>
  }
>()("careline/ports/SiteGroupings") {}
