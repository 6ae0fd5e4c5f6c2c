/** Accesses in an emergency, which are kept for ever. */
import type { BreakGlass, BreakGlassId, UserId } from "@careline/domain"
import { Context, type DateTime, type Effect, type Option } from "effect"
import type { InvalidCursor } from "../shared/InvalidCursor.ts"
import type { Page, PageRequest } from "../shared/Page.ts"
import type { TenantScope } from "../shared/Scope.ts"
import type { StorageError } from "../shared/StorageError.ts"

/** Who broke the glass of which tenant, why, and for how long. */
export class BreakGlasses extends Context.Service<
  BreakGlasses,
  {
    /** The store's clock, by which accesses end. */
    readonly now: Effect.Effect<DateTime.Utc, StorageError>
    /** Keeps a new one. */
    readonly open: (glass: BreakGlass.BreakGlass) => Effect.Effect<void, StorageError>
    /** Notes when one was given back. Nothing else of it changes. */
    readonly close: (glass: BreakGlass.BreakGlass) => Effect.Effect<void, StorageError>
    /** One of the scope, over or not. */
    readonly get: (
      scope: TenantScope,
      id: BreakGlassId
    ) => Effect.Effect<Option.Option<BreakGlass.BreakGlass>, StorageError>
    /** How many a user opened since then, of whichever tenants. Nobody else counts theirs until the ambient transaction ends. */
    readonly countOf: (userId: UserId, since: DateTime.Utc) => Effect.Effect<number, StorageError>
    /** Those of the scope, the newest first. */
    readonly list: (
      query: PageRequest & { readonly scope: TenantScope }
    ) => Effect.Effect<Page<BreakGlass.BreakGlass>, StorageError | InvalidCursor>
  }
>()("careline/ports/BreakGlasses") {}
