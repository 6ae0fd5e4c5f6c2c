/**
 * Files that staff uploaded and that no message took yet. One that none took is removed after a while, with its bytes; what a
 * message took is the message's, and forgotten here.
 */
import type { BlobKey, Tenant, UserId } from "@careline/domain"
import { Context, type DateTime, type Effect } from "effect"
import type { StorageError } from "../shared/StorageError.ts"

/** An upload that waits for a message. */
export interface MediaUpload {
  readonly key: BlobKey
  readonly siteGroupingId: Tenant
  readonly userId: UserId
  /** Bytes. */
  readonly size: number
  /** Since when it waits. */
  readonly at: DateTime.Utc
}

/** What one user may have waiting. */
export interface UploadQuota {
  readonly uploads: number
  readonly bytes: number
}

/** Uploads that wait for a message: who has how many, which a message may take, and which are to be removed. */
export class MediaUploads extends Context.Service<
  MediaUploads,
  {
    /**
     * Notes an upload, before its bytes are kept, in the ambient transaction: whether it was within the user's quota, over
     * all tenants. Of two at once the second one counts the first.
     */
    readonly add: (upload: MediaUpload, quota: UploadQuota) => Effect.Effect<boolean, StorageError>
    /**
     * Lets those of the keys that wait in the tenant wait anew from `at`, so that a message has time to take them. Returns
     * those that are being removed, which no message may take. Others are nobody's business here.
     */
    readonly hold: (
      siteGroupingId: Tenant,
      keys: ReadonlyArray<BlobKey>,
      at: DateTime.Utc
    ) => Effect.Effect<ReadonlyArray<BlobKey>, StorageError>
    /** They are a message's now, in the ambient transaction. */
    readonly take: (siteGroupingId: Tenant, keys: ReadonlyArray<BlobKey>) => Effect.Effect<void, StorageError>
    /**
     * Up to `limit` that have waited since before `before`, the oldest first: from now on they are being removed. They are
     * given again until they are `removed`.
     */
    readonly expire: (options: {
      readonly before: DateTime.Utc
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<BlobKey>, StorageError>
    /** Their bytes are gone. */
    readonly removed: (keys: ReadonlyArray<BlobKey>) => Effect.Effect<void, StorageError>
  }
>()("careline/ports/MediaUploads") {}
