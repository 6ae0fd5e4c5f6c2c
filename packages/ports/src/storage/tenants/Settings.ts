/** What tenants decided about their lines, and what the platform decided for those who did not. */
import type { Tenant, VoipSettings } from "@careline/domain"
import { Context, type Effect } from "effect"
import type { StorageError } from "../shared/StorageError.ts"

/**
 * What each tenant named of its settings, and what the platform named for all. The system-wide space is a tenant like any
 * other: what it names holds for nobody else.
 */
export class Settings extends Context.Service<
  Settings,
  {
    /**
     * The settings that hold for each tenant, as `VoipSettings.resolve` has them, in the given order. Where a store knows of
     * deactivated tenants (`SiteGroupings`), their lines are switched off.
     */
    readonly effective: (
      tenants: ReadonlyArray<Tenant>
    ) => Effect.Effect<ReadonlyArray<VoipSettings.VoipSettings>, StorageError>
    /** What each tenant named itself, in the given order; `{}` of one that named nothing. */
    readonly named: (tenants: ReadonlyArray<Tenant>) => Effect.Effect<ReadonlyArray<VoipSettings.Edit>, StorageError>
    /** Replaces what a tenant named. What is not named any more is inherited again. */
    readonly put: (tenant: Tenant, named: VoipSettings.Edit) => Effect.Effect<void, StorageError>
    /** What the platform named for all tenants. */
    readonly platform: () => Effect.Effect<VoipSettings.PlatformEdit, StorageError>
    /** Replaces what the platform named. The store takes it from whoever sees all tenants, and from nobody else. */
    readonly putPlatform: (named: VoipSettings.PlatformEdit) => Effect.Effect<void, StorageError>
    /** For a change that reads before it writes: whoever else calls it waits until the ambient transaction ends. */
    readonly lock: () => Effect.Effect<void, StorageError>
  }
>()("careline/ports/Settings") {}
