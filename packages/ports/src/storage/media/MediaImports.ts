/**
 * Recordings and pictures that wait at a provider to be copied into the BlobStore, and copied ones whose originals wait to be
 * deleted there.
 *
 * An import is worked on under a lease: nobody else gets it until the lease is over, and whoever comes back later than that
 * finds that the fence has changed. No call to a provider happens in a transaction.
 */
import { CallId, MediaImportId, MessageId, Tenant, ThreadId } from "@careline/domain"
import { Context, type DateTime, type Effect, Schema } from "effect"
import type { StorageError } from "../shared/StorageError.ts"

/** One recording or picture at a provider, and what is to be done with it next. */
export const MediaImport = Schema.Struct({
  id: MediaImportId,
  siteGroupingId: Tenant,
  provider: Schema.String,
  /** What the provider's adapter calls it. */
  source: Schema.TaggedUnion({
    Recording: { callId: CallId, recording: Schema.NonEmptyString },
    Attachment: {
      threadId: ThreadId,
      messageId: MessageId,
      /** Place among the attachments of its message. */
      index: Schema.Int,
      url: Schema.NonEmptyString,
      /** What the provider says it is. */
      mimeType: Schema.NullOr(Schema.String)
    }
  }),
  /**
   * What is to be done next: the copy; where the provider writes down what was said, waiting for it; the deletion of the
   * original; and the writing down, where somebody else does that.
   */
  stage: Schema.Literals(["copy", "await_transcript", "delete", "transcribe"]),
  failures: Schema.Int
})
/** One recording or picture at a provider, and what is to be done with it next. */
export type MediaImport = typeof MediaImport.Type

/** An import under its lease. */
export interface ClaimedImport {
  readonly import: MediaImport
  readonly fence: string
}

/** What becomes of a claimed import; `next` is `null` when nothing is left to do. */
export interface ImportSettlement {
  readonly id: MediaImportId
  readonly fence: string
  readonly next: {
    readonly stage: MediaImport["stage"]
    readonly failures: number
    /** When it may be claimed again. */
    readonly dueAt: DateTime.Utc
  } | null
}

/** What is to be copied from providers. */
export class MediaImports extends Context.Service<
  MediaImports,
  {
    /** Queues new imports, none of which may be claimed before `dueAt`. */
    readonly add: (imports: ReadonlyArray<MediaImport>, dueAt: DateTime.Utc) => Effect.Effect<void, StorageError>
    /** Up to `limit` imports that are due, the oldest first, under a lease of `leaseMillis` by the store's clock. */
    readonly claim: (options: {
      readonly limit: number
      readonly leaseMillis: number
    }) => Effect.Effect<ReadonlyArray<ClaimedImport>, StorageError>
    /** Whether the fence still held. Where it does not, nothing is changed, and nothing else of the caller's may be. */
    readonly settle: (settlement: ImportSettlement) => Effect.Effect<boolean, StorageError>
  }
>()("careline/ports/MediaImports") {}
