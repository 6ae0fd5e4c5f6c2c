/** Permissions for masked calls. The only place where the numbers of clinicians are kept. */
import type { BridgeRequest, BridgeRequestId, PhoneNumber, UserId } from "@careline/domain"
import { Context, type DateTime, type Effect, type Option } from "effect"
import type { StorageError } from "./StorageError.ts"

/** Prepared calls of clinicians. */
export class BridgeRequests extends Context.Service<
  BridgeRequests,
  {
    /** Keeps a new permission. */
    readonly add: (request: BridgeRequest.BridgeRequest) => Effect.Effect<void, StorageError>
    /** What the clinician prepared last: since when they are known under their number. */
    readonly latestOf: (clinicianId: UserId) => Effect.Effect<Option.Option<BridgeRequest.BridgeRequest>, StorageError>
    /**
     * Those for a call from `caller` to `dialled` that did not expire before `expiredAfter`, the oldest first. Each is locked
     * until the transaction ends, and is as it is once the lock is held.
     */
    readonly dialled: (call: {
      readonly caller: PhoneNumber.E164
      readonly dialled: PhoneNumber.E164
      readonly expiredAfter: DateTime.Utc
    }) => Effect.Effect<ReadonlyArray<BridgeRequest.BridgeRequest>, StorageError>
    /** Those of the ids that are there, locked in the same way. */
    readonly load: (
      ids: ReadonlyArray<BridgeRequestId>
    ) => Effect.Effect<ReadonlyArray<BridgeRequest.BridgeRequest>, StorageError>
    /** Wrong PINs and use are as given now. Nothing else of a permission changes. */
    readonly save: (requests: ReadonlyArray<BridgeRequest.BridgeRequest>) => Effect.Effect<void, StorageError>
    /** Forgets those that expired before, but for each clinician's latest. Returns how many. */
    readonly forget: (expiredBefore: DateTime.Utc) => Effect.Effect<number, StorageError>
  }
>()("careline/ports/BridgeRequests") {}
