/**
 * Numbers that are being bought, or given back. An order is worked on under a lease: nobody else gets it until the lease is over, and whoever
 * comes back later than that finds that the fence has changed. No call to a provider happens in a transaction.
 */
import type { NumberOrder, PhoneNumber, PoolPlan } from "@careline/domain"
import { Context, type DateTime, type Effect } from "effect"
import type { StorageError } from "../shared/StorageError.ts"

/** An order under its lease. */
export interface ClaimedOrder {
  readonly order: NumberOrder.NumberOrder
  readonly fence: string
}

/** How far an order has come. */
export interface OrderProgress {
  readonly order: NumberOrder.NumberOrder
  readonly fence: string
  /** After how long it may be claimed again, in milliseconds by the store's clock; of an order that is over, 0: that was now. */
  readonly dueInMillis: number
}

/** Which conditions of the pool are new, and which are over. */
export interface ConditionChange {
  readonly began: ReadonlyArray<PoolPlan.PoolCondition>
  readonly ended: ReadonlyArray<PoolPlan.PoolCondition>
}

/** Numbers that are being bought or given back, and what is known of the pool while they are. */
export class NumberOrders extends Context.Service<
  NumberOrders,
  {
    /** Whether it is time to look what the pool lacks. Says so to one of all hosts every so often, by the store's clock. */
    readonly look: (everyMillis: number) => Effect.Effect<boolean, StorageError>
    /** Nobody else decides what to buy until the ambient transaction ends. */
    readonly hold: Effect.Effect<void, StorageError>
    /** Orders of either kind that are not over. */
    readonly open: Effect.Effect<ReadonlyArray<NumberOrder.NumberOrder>, StorageError>
    /**
     * What the purchases since then cost each month in this currency, in millionths of it. Those that failed cost nothing, and
     * neither does a number that was given back since.
     */
    readonly spentMicros: (since: DateTime.Utc, currency: string) => Effect.Effect<number, StorageError>
    /** How many purchases failed since then, and how many of them because of our account. */
    readonly failed: (
      since: DateTime.Utc
    ) => Effect.Effect<{ readonly all: number; readonly account: number }, StorageError>
    /** Numbers whose purchases failed since then for what is the number's own: neither our account's doing nor given up. */
    readonly refused: (since: DateTime.Utc) => Effect.Effect<ReadonlyArray<PhoneNumber.E164>, StorageError>
    /**
     * Adds orders that may be claimed after `dueInMillis` by the store's clock, at once where it is left out. Of a number, and for
     * a tenant that waits, only one is open at a time.
     */
    readonly add: (
      orders: ReadonlyArray<NumberOrder.NumberOrder>,
      dueInMillis?: number
    ) => Effect.Effect<void, StorageError>
    /** Ends the release of a number whose provider was not asked yet, as `cancelled`. Whether there was one. */
    readonly cancelRelease: (number: PhoneNumber.E164) => Effect.Effect<boolean, StorageError>
    /** Up to `limit` orders that are due, the oldest first, under a lease of `leaseMillis` by the store's clock. */
    readonly claim: (options: {
      readonly limit: number
      readonly leaseMillis: number
    }) => Effect.Effect<ReadonlyArray<ClaimedOrder>, StorageError>
    /** Keeps how far it has come. The new fence; `null` where the given one does not hold: then nothing is changed. */
    readonly advance: (progress: OrderProgress) => Effect.Effect<string | null, StorageError>
    /** The conditions that hold, as somebody last noted them. */
    readonly conditions: Effect.Effect<ReadonlyArray<PoolPlan.PoolCondition>, StorageError>
    /** The conditions that hold from now on, and what changed by that. In the ambient transaction, which holds. */
    readonly note: (conditions: ReadonlyArray<PoolPlan.PoolCondition>) => Effect.Effect<ConditionChange, StorageError>
  }
>()("careline/ports/NumberOrders") {}
