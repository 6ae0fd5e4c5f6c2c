/**
 * All numbers that we own, assigned to a tenant or unassigned: what a `NumberLifecycle` is carried out on.
 *
 * Locks are taken in this order: site grouping, its assignments, numbers by id, calls, threads. What is asked here goes beyond
 * one tenant, so use cases look first whether the actor may, and then ask as `System`.
 */
import type {
  Contact,
  InventoryNumber,
  PendingAssignment,
  PendingAssignmentId,
  PhoneNumber,
  PhoneNumberId,
  Tenant,
  ThreadId
} from "@careline/domain"
import { Context, type DateTime, type Effect, type Option, Schema } from "effect"
import type { TenantScope } from "../shared/Scope.ts"
import type { StorageError } from "../shared/StorageError.ts"

/** The number is known already. It may be another tenant's, so nothing else is said. */
export class NumberTaken extends Schema.TaggedError<NumberTaken>()("NumberTaken", { number: Schema.String }) {}

/** Our number that was texted or called, and the one that answers for it: itself, or what took its place. */
export interface ReachedNumber {
  readonly number: PhoneNumber.E164
  readonly on: InventoryNumber.TenantNumber
}

/** A number of the pool that is wanted. */
export interface Assignment {
  readonly siteGroupingId: Tenant
  /** Three digits of the North American Numbering Plan; `null`: any. */
  readonly areaCode: string | null
  readonly purpose: InventoryNumber.NumberPurpose
  /** Of the request; `null` where none is given. */
  readonly key: string | null
  readonly at: DateTime.Utc
}

/** A text or a call to a number that may be unassigned. */
export interface UnroutedMessage {
  readonly number: PhoneNumber.E164
  readonly from: Contact.Contact
  /** Whether it is a text that may be answered. */
  readonly isAnswerable: boolean
  /** Contacts who try it while unassigned after whom a number of the pool is retired; of more none is answered. */
  readonly retireAfter: number
  readonly at: DateTime.Utc
}

/** How many numbers are in one status and one area code. */
export interface NumberCount {
  readonly status: InventoryNumber.NumberStatus
  /** `null` outside of the North American Numbering Plan. */
  readonly areaCode: string | null
  readonly count: number
  /** When the first of them leaves the status by itself. */
  readonly nextEnd: DateTime.Utc | null
}

/** The numbers that we own. */
export class NumberInventory extends Context.Service<
  NumberInventory,
  {
    /**
     * Nobody else assigns the tenant a number until the ambient transaction ends. Taken after the hold on the tenant, and before
     * any lock on a number.
     */
    readonly holdAssignments: (tenant: Tenant) => Effect.Effect<void, StorageError>
    /** Those of exactly these tenants, or the unassigned: a tenant's default before its others, and those the oldest first. */
    readonly list: (
      holder: TenantScope | "unassigned"
    ) => Effect.Effect<ReadonlyArray<InventoryNumber.InventoryNumber>, StorageError>
    /** Those of the given digits that are ours, in whatever status. */
    readonly byNumbers: (
      numbers: ReadonlyArray<PhoneNumber.E164>
    ) => Effect.Effect<ReadonlyArray<InventoryNumber.InventoryNumber>, StorageError>
    /** Adds a number that is not known yet. */
    readonly add: (number: InventoryNumber.InventoryNumber) => Effect.Effect<void, StorageError | NumberTaken>
    /** Takes a number off the record. In the ambient transaction, after `reassign` to none: nothing names it any more. */
    readonly remove: (id: PhoneNumberId) => Effect.Effect<void, StorageError>
    /** To be changed, by id: nobody else changes them, and nothing that comes in on them is applied, until the ambient transaction ends. */
    readonly lock: (
      ids: ReadonlyArray<PhoneNumberId>
    ) => Effect.Effect<ReadonlyArray<InventoryNumber.InventoryNumber>, StorageError>
    /** Keeps them as they are given; their digits stay. */
    readonly save: (numbers: ReadonlyArray<InventoryNumber.InventoryNumber>) => Effect.Effect<void, StorageError>
    /**
     * Assigns the number that has been available for longest of those that do for the purpose, as `NumberLifecycle.assign` does. Waits for nobody who does the
     * same: a number that somebody else is taking counts as taken.
     */
    readonly take: (
      assignment: Assignment
    ) => Effect.Effect<Option.Option<InventoryNumber.InventoryNumber>, StorageError>
    /** How many threads answer from each, deleted ones too, in the given order. */
    readonly usage: (ids: ReadonlyArray<PhoneNumberId>) => Effect.Effect<ReadonlyArray<number>, StorageError>
    /**
     * Puts `to` in the place of these numbers wherever something names them: threads, the numbers that they replaced, and texts
     * that wait to leave. With `null` nothing names them afterwards: threads are locked to none, and calls keep the digits only.
     * Gives the threads that answered from them. In the ambient transaction, which has locked the numbers.
     */
    readonly reassign: (
      ids: ReadonlyArray<PhoneNumberId>,
      to: Pick<InventoryNumber.TenantNumber, "id" | "number"> | null,
      at: DateTime.Utc
    ) => Effect.Effect<ReadonlyArray<ThreadId>, StorageError>
    /**
     * Those of the digits that are a tenant's, each with the number that answers for it. None of them is suspended, replaced or taken away
     * until the ambient transaction ends.
     */
    readonly reached: (
      numbers: ReadonlyArray<PhoneNumber.E164>
    ) => Effect.Effect<ReadonlyArray<ReachedNumber>, StorageError>
    /**
     * The same, but it waits for nobody: what somebody changes just now is told as busy, and so is every other number of that
     * tenant, whose threads may be on the move.
     */
    readonly reachedAtOnce: (numbers: ReadonlyArray<PhoneNumber.E164>) => Effect.Effect<
      {
        readonly reached: ReadonlyArray<ReachedNumber>
        readonly busy: ReadonlyArray<PhoneNumber.E164>
      },
      StorageError
    >
    /** Up to `limit` numbers whose `endsAt` has come, nobody else's until the ambient transaction ends. */
    readonly ended: (limit: number) => Effect.Effect<
      {
        /** The store's clock. */
        readonly now: DateTime.Utc
        readonly numbers: ReadonlyArray<InventoryNumber.InventoryNumber>
      },
      StorageError
    >
    /**
     * Counts who tries an unassigned number, as `NumberLifecycle.noteUnrouted` does, each contact once since it became
     * unassigned. Whether it is the first from there that may be answered, which a number for voice alone never is; none for a number that is a tenant's, or not ours.
     */
    readonly noteUnroutedMessage: (
      message: UnroutedMessage
    ) => Effect.Effect<Option.Option<{ readonly isFirst: boolean }>, StorageError>
    /** How many there are, by status and area code. */
    readonly counts: Effect.Effect<ReadonlyArray<NumberCount>, StorageError>
    /** Adds one that is `ordering`. At most one of a tenant is at any time. */
    readonly addPendingAssignment: (
      assignment: PendingAssignment.PendingAssignment
    ) => Effect.Effect<void, StorageError>
    /** Keeps what became of them. What is over by now stays as it is; gives the ids of the others. */
    readonly savePendingAssignments: (
      assignments: ReadonlyArray<PendingAssignment.PendingAssignment>
    ) => Effect.Effect<ReadonlyArray<PendingAssignmentId>, StorageError>
    /** Those that are `ordering`, the oldest first. */
    readonly pendingAssignments: Effect.Effect<ReadonlyArray<PendingAssignment.PendingAssignment>, StorageError>
    /** One of a tenant of the scope, over or not. */
    readonly pendingAssignment: (
      scope: TenantScope,
      id: PendingAssignmentId
    ) => Effect.Effect<Option.Option<PendingAssignment.PendingAssignment>, StorageError>
  }
>()("careline/ports/NumberInventory") {}
