/** The calls of the tenants: what each shall do, and what was heard of it. The call log is a view of them. */
import type { Call, CallId, CallStatus, Contact, PatientId, PhoneNumberId, ThreadId } from "@careline/domain"
import { Context, type DateTime, type Effect, type Option } from "effect"
import type { InvalidCursor } from "../shared/InvalidCursor.ts"
import type { Page, PageRequest } from "../shared/Page.ts"
import type { TenantScope } from "../shared/Scope.ts"
import type { StorageError } from "../shared/StorageError.ts"

/** What a webhook says of which call it is about: the provider's id, and ours where the provider echoes it. */
export interface CallKey {
  readonly provider: string
  readonly providerCallId: string
  readonly callId: CallId | null
}

/** Which calls are listed or counted: those that all of it is true of. */
export interface CallFilter {
  readonly scope: TenantScope
  readonly threadId?: ThreadId | undefined
  /** Our number among the two. */
  readonly phoneNumberId?: PhoneNumberId | undefined
  /** The other number, `Call.contactOf`, in any of its spellings. */
  readonly contact?: Contact.Contact | undefined
  /** A patient whom the call's thread is linked to now. */
  readonly patientId?: PatientId | undefined
  /** What `Call.status` says of the call. */
  readonly status?: CallStatus.CallStatus | undefined
  readonly direction?: Call.Call["direction"] | undefined
  /** Begun at this time or later, and before that one. */
  readonly from?: DateTime.Utc | undefined
  readonly to?: DateTime.Utc | undefined
}

/** A page of calls. */
export interface CallQuery extends CallFilter, PageRequest {
  /** So many calls, from the cursor on, are passed over. */
  readonly offset?: number | undefined
}

/** Calls that nobody has heard of for a while. */
export interface SilentCalls {
  readonly heardBefore: DateTime.Utc
  readonly limit: number
}

/** Calls, from their first webhook or their placing on, for ever. */
export class Calls extends Context.Service<
  Calls,
  {
    /**
     * Keeps a call that begins. When the provider's call is known already, nothing is changed: the known one is returned,
     * and it is not new. Locked until the transaction ends, like all that `match` finds.
     */
    readonly open: (
      call: Call.Call
    ) => Effect.Effect<{ readonly call: Call.Call; readonly isNew: boolean }, StorageError>
    /**
     * For each key its call, or `null`: by the provider's id, else by ours, if the call is the same provider's and has no
     * other id there. Each is locked until the transaction ends, and is as it is once the lock is held.
     */
    readonly match: (keys: ReadonlyArray<CallKey>) => Effect.Effect<ReadonlyArray<Call.Call | null>, StorageError>
    /** The calls of the ids that are there, locked in the same way. */
    readonly load: (ids: ReadonlyArray<CallId>) => Effect.Effect<ReadonlyArray<Call.Call>, StorageError>
    /**
     * The calls are as given now. What they are for, their direction and their numbers stay as they were opened, unless a bridge
     * found whom it is for, or whoever was taken for a clinician is a caller like any other.
     */
    readonly save: (calls: ReadonlyArray<Call.Call>) => Effect.Effect<void, StorageError>
    /** Newest first. */
    readonly list: (query: CallQuery) => Effect.Effect<Page<Call.Call>, StorageError | InvalidCursor>
    /** How many calls there are. */
    readonly count: (filter: CallFilter) => Effect.Effect<number, StorageError>
    /** One call as it is now, not locked; none outside of the scope. */
    readonly find: (scope: TenantScope, id: CallId) => Effect.Effect<Option.Option<Call.Call>, StorageError>
    /** Calls that are not over and of which nothing was heard, the oldest first; others' locks are passed over. */
    readonly silent: (query: SilentCalls) => Effect.Effect<ReadonlyArray<Call.Call>, StorageError>
  }
>()("careline/ports/Calls") {}
