/** Permissions for masked calls. The only place where the numbers of clinicians are kept. */
import type { BridgeRequest, BridgeRequestId, PhoneNumber, Tenant, UserId } from "@careline/domain"
import { Context, type DateTime, type Effect, type Option } from "effect"
import type { StorageError } from "../shared/StorageError.ts"

/** A callback that is about to ring a phone. */
export interface Ring {
  /** Of its permission. */
  readonly id: BridgeRequestId
  readonly clinicianId: UserId
  readonly clinicianNumber: PhoneNumber.E164
  readonly at: DateTime.Utc
  /** When it rings no more, whatever becomes of it. */
  readonly until: DateTime.Utc
}

/** How many callbacks one clinician may have, and from when on they are counted. */
export interface RingQuota {
  readonly calls: number
  readonly since: DateTime.Utc
}

/** Whether a callback may ring. `TooMany` tells when the first of those that are counted began. */
export type RingAnswer =
  | { readonly _tag: "Rings" }
  | { readonly _tag: "Busy" }
  | { readonly _tag: "TooMany"; readonly first: DateTime.Utc }

/** Prepared calls of clinicians. */
export class BridgeRequests extends Context.Service<
  BridgeRequests,
  {
    /** Keeps a new permission. */
    readonly add: (request: BridgeRequest.BridgeRequest) => Effect.Effect<void, StorageError>
    /** What the clinician prepared last: since when they are known under their number. */
    readonly latestOf: (clinicianId: UserId) => Effect.Effect<Option.Option<BridgeRequest.BridgeRequest>, StorageError>
    /**
     * Those of the tenant for a call from `caller`, to whichever number, that did not expire before `expiredAfter`, the oldest
     * first. Each is locked until the transaction ends, and is as it is once the lock is held.
     */
    readonly dialled: (call: {
      readonly caller: PhoneNumber.E164
      readonly siteGroupingId: Tenant
      readonly expiredAfter: DateTime.Utc
    }) => Effect.Effect<ReadonlyArray<BridgeRequest.BridgeRequest>, StorageError>
    /** Those of the ids that are there, locked in the same way. */
    readonly load: (
      ids: ReadonlyArray<BridgeRequestId>
    ) => Effect.Effect<ReadonlyArray<BridgeRequest.BridgeRequest>, StorageError>
    /** Wrong PINs and use are as given now. Nothing else of a permission changes. */
    readonly save: (requests: ReadonlyArray<BridgeRequest.BridgeRequest>) => Effect.Effect<void, StorageError>
    /**
     * Notes a callback, in the ambient transaction, unless another one rings the clinician or the phone, in whatever tenant, or
     * the clinician had as many as the quota allows. Of two at once the second one counts the first.
     */
    readonly ring: (ring: Ring, quota: RingQuota) => Effect.Effect<RingAnswer, StorageError>
    /** The callbacks of these permissions ring no more since `at`: they are connected, or over. */
    readonly rang: (ids: ReadonlyArray<BridgeRequestId>, at: DateTime.Utc) => Effect.Effect<void, StorageError>
    /** Forgets those that expired before, but for each clinician's latest, and callbacks that began before. Returns how many of the first. */
    readonly forget: (expiredBefore: DateTime.Utc) => Effect.Effect<number, StorageError>
  }
>()("careline/ports/BridgeRequests") {}
