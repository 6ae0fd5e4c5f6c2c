/** The threads of the tenants, and the inbox over them. Writing goes through `Changes`. */
import type {
  FacilityId,
  PatientId,
  PhoneNumber,
  PhoneNumberId,
  Tenant,
  Thread,
  ThreadId,
  UserId
} from "@careline/domain"
import { Context, type Effect, type Option, Schema } from "effect"
import type { InvalidCursor } from "../shared/InvalidCursor.ts"
import type { Page, PageRequest } from "../shared/Page.ts"
import type { TenantScope } from "../shared/Scope.ts"
import type { StorageError } from "../shared/StorageError.ts"

/** A thread with what a list shows beside it. */
export interface ThreadView {
  readonly thread: Thread.Thread
  /** The digits of the lock. */
  readonly phoneNumber: PhoneNumber.E164 | null
  readonly optedOut: boolean
  /** The contact's messages that the one who asks has not read. */
  readonly unreadCount: number
}

/**
 * `inbox`: unassigned, or unanswered, or with a reply that did not get through, or unread by the one who asks. `unread`:
 * unread by the one who asks.
 */
export const ThreadListView = Schema.Literals(["inbox", "all", "unread", "unassigned", "mine"])
export type ThreadListView = typeof ThreadListView.Type

/** Which threads are meant, and by whom. */
export interface ThreadFilter {
  readonly scope: TenantScope
  readonly view: ThreadListView
  /** Who asks: whose threads `mine` are, and who has read what. */
  readonly userId: UserId
  readonly patientId?: PatientId | undefined
  readonly facilityId?: FacilityId | undefined
  readonly assigneeId?: UserId | undefined
  /** Those that answer from the number. */
  readonly phoneNumberId?: PhoneNumberId | undefined
  readonly threadType?: Thread.ThreadType | undefined
  /** Only those with a reply that did not get through, or only those without. */
  readonly replyFailed?: boolean | undefined
  /** Words of a contact's name, or part of its number in any way of writing: `ContactSearch.matches`. */
  readonly search?: string | undefined
}

/** Which threads are listed. */
export interface ThreadQuery extends ThreadFilter, PageRequest {}

/** Whose data a thread is. */
export interface ThreadPatients {
  readonly threadId: ThreadId
  readonly patientIds: ReadonlyArray<PatientId>
}

/** Conversations, one for each contact of a tenant. */
export class Threads extends Context.Service<
  Threads,
  {
    /**
     * The threads of the keys, deleted ones too, each locked until the transaction ends. Absent keys are left out. All of
     * a thread, its patients too, is as it is once the lock is held, and not as it was when the waiting for it began.
     */
    readonly loadByKeys: (
      keys: ReadonlyArray<Thread.ThreadKey>
    ) => Effect.Effect<ReadonlyArray<Thread.Thread>, StorageError>
    /** The threads of the ids in the same way. */
    readonly loadByIds: (
      ids: ReadonlyArray<{ readonly siteGroupingId: Tenant; readonly threadId: ThreadId }>
    ) => Effect.Effect<ReadonlyArray<Thread.Thread>, StorageError>
    /** The patients that the threads of the ids are about, of deleted ones too. Locks nothing; absent threads are left out. */
    readonly patientsOf: (
      ids: ReadonlyArray<{ readonly siteGroupingId: Tenant; readonly threadId: ThreadId }>
    ) => Effect.Effect<ReadonlyArray<ThreadPatients>, StorageError>
    /** One open thread within the scope, as it is for the user. */
    readonly get: (
      scope: TenantScope,
      id: ThreadId,
      userId: UserId
    ) => Effect.Effect<Option.Option<ThreadView>, StorageError>
    /** Open threads, the one with the newest message first. */
    readonly list: (query: ThreadQuery) => Effect.Effect<Page<ThreadView>, StorageError | InvalidCursor>
    /** How many open threads there are, for each filter in the given order; of more than `atMost`, `atMost`. Without `search`. */
    readonly counts: (
      filters: ReadonlyArray<Omit<ThreadFilter, "search">>,
      atMost: number
    ) => Effect.Effect<ReadonlyArray<number>, StorageError>
  }
>()("careline/ports/Threads") {}
