/** What tenants decided about their lines. */
import type { Tenant, VoipSettings } from "@careline/domain"
import { Context, type Effect } from "effect"
import type { StorageError } from "./StorageError.ts"

/** What each tenant decided about its line. */
export class Settings extends Context.Service<
  Settings,
  {
    /**
     * The settings that hold for each tenant: its own, else the system-wide ones, else the defaults; in the given order. Where a
     * store knows of deactivated tenants (`SiteGroupings`), their lines are switched off.
     */
    readonly effective: (
      tenants: ReadonlyArray<Tenant>
    ) => Effect.Effect<ReadonlyArray<VoipSettings.VoipSettings>, StorageError>
    /** Replaces a tenant's decisions. */
    readonly put: (tenant: Tenant, settings: VoipSettings.VoipSettings) => Effect.Effect<void, StorageError>
  }
>()("careline/ports/Settings") {}
