/** The numbers that we own. */
import type { PhoneNumber, PhoneNumberId, PoolNumber, Tenant } from "@careline/domain"
import { Context, type Effect, type Option, Schema } from "effect"
import type { TenantScope } from "../shared/Scope.ts"
import type { StorageError } from "../shared/StorageError.ts"

/** The number is in a pool already. It may be another tenant's, so nothing else is said. */
export class NumberTaken extends Schema.TaggedError<NumberTaken>()("NumberTaken", { number: Schema.String }) {}

/** The numbers of all tenants. */
export class PoolNumbers extends Context.Service<
  PoolNumbers,
  {
    /** The numbers of the scope. */
    readonly list: (scope: TenantScope) => Effect.Effect<ReadonlyArray<PoolNumber.PoolNumber>, StorageError>
    /** One number; none outside of the scope. */
    readonly get: (
      scope: TenantScope,
      id: PhoneNumberId
    ) => Effect.Effect<Option.Option<PoolNumber.PoolNumber>, StorageError>
    /** Those of the given digits that are in a pool, whoever's. */
    readonly byNumbers: (
      numbers: ReadonlyArray<PhoneNumber.E164>
    ) => Effect.Effect<ReadonlyArray<PoolNumber.PoolNumber>, StorageError>
    /** The tenant's oldest number that is not suspended. */
    readonly defaultOf: (tenant: Tenant) => Effect.Effect<Option.Option<PoolNumber.PoolNumber>, StorageError>
    /**
     * The numbers of exactly these tenants that the provider carries and that are not suspended, the oldest first;
     * `unclaimed`: and those that are said to be nobody's.
     */
    readonly carriedBy: (
      tenants: ReadonlyArray<Tenant>,
      provider: string,
      unclaimed: boolean
    ) => Effect.Effect<ReadonlyArray<PoolNumber.PoolNumber>, StorageError>
    /** Adds a number that is in no pool yet. */
    readonly add: (number: PoolNumber.PoolNumber) => Effect.Effect<void, StorageError | NumberTaken>
  }
>()("careline/ports/PoolNumbers") {}
