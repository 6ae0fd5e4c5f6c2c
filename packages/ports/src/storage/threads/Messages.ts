/** The messages of the threads, and who has read them. Adding goes through `Changes`. */
import type { Attachment, DeliveryStatus, Message, MessageId, Tenant, ThreadId, UserId } from "@careline/domain"
import { Context, type DateTime, type Effect, type Option } from "effect"
import type { InvalidCursor } from "../shared/InvalidCursor.ts"
import type { Page, PageRequest } from "../shared/Page.ts"
import type { TenantScope } from "../shared/Scope.ts"
import type { StorageError } from "../shared/StorageError.ts"

/** Something was heard of a message's way. */
export interface MessageUpdate {
  readonly siteGroupingId: Tenant
  readonly messageId: MessageId
  /** Joined with the known status by the lattice. */
  readonly status: DeliveryStatus.DeliveryStatus
  /** Merged into the known metadata. */
  readonly metaData: Message.MessageMetadata
}

/** A message says something else from now on, because more became known of what it tells: a call, a picture. */
export interface MessageRevision {
  readonly siteGroupingId: Tenant
  readonly messageId: MessageId
  readonly content: string
  readonly transcript: Message.Message["transcript"]
  readonly attachments: ReadonlyArray<Attachment.Attachment>
  /** Merged into the known metadata. */
  readonly metaData: Message.MessageMetadata
}

/** Which messages are listed. */
export interface MessageListQuery extends PageRequest {
  readonly siteGroupingId: Tenant
  readonly threadId: ThreadId
}

/** Messages over all open threads of the scope. */
export interface MessageStatusQuery extends PageRequest {
  readonly scope: TenantScope
  readonly deliveryStatus: DeliveryStatus.DeliveryStatus
  /** Only those that wait for a person's decision, or only those that do not. */
  readonly needsDecision?: boolean | undefined
}

/** How far a member of staff has read a thread. */
export interface ReadMark {
  readonly siteGroupingId: Tenant
  readonly threadId: ThreadId
  readonly userId: UserId
  /** 0: nothing of it. */
  readonly position: number
  readonly readAt: DateTime.Utc
}

/** A member of staff who said how far they have read a thread. */
export interface Reader {
  readonly userId: UserId
  /** The last message that they have read; `null`: nothing of it. */
  readonly messageId: MessageId | null
  readonly readAt: DateTime.Utc
}

/** A member of staff looks at the threads of tenants. */
export interface ReaderArrival {
  readonly scope: TenantScope
  readonly userId: UserId
  readonly at: DateTime.Utc
}

/** The messages of threads, and how far each member of staff has read. */
export class Messages extends Context.Service<
  Messages,
  {
    /** Newest first. */
    readonly list: (query: MessageListQuery) => Effect.Effect<Page<Message.Message>, StorageError | InvalidCursor>
    /** Newest first. */
    readonly listByStatus: (
      query: MessageStatusQuery
    ) => Effect.Effect<Page<Message.Message>, StorageError | InvalidCursor>
    /** One message; none outside of the scope. */
    readonly get: (
      scope: TenantScope,
      threadId: ThreadId,
      id: MessageId
    ) => Effect.Effect<Option.Option<Message.Message>, StorageError>
    /** One message of whichever open thread of the scope. */
    readonly find: (scope: TenantScope, id: MessageId) => Effect.Effect<Option.Option<Message.Message>, StorageError>
    /** Applies what was heard; returns those messages whose status or metadata changed, as they are now. */
    readonly update: (
      updates: ReadonlyArray<MessageUpdate>
    ) => Effect.Effect<ReadonlyArray<Message.Message>, StorageError>
    /** Revises messages. Presumes that their threads are locked, so that no two revisions cross. */
    readonly revise: (revisions: ReadonlyArray<MessageRevision>) => Effect.Effect<void, StorageError>
    /**
     * Somebody begins to read, in those tenants of the scope where they have not yet: what came in before `at` is read.
     * A later arrival changes nothing.
     */
    readonly startReading: (arrival: ReaderArrival) => Effect.Effect<void, StorageError>
    /**
     * Notes how far somebody has read a thread: forward, or back to where it is unread again. Nobody else's reading changes.
     * The place need not be that of a message: whatever stands before it is read. Presumes that the thread is locked.
     */
    readonly markRead: (mark: ReadMark) => Effect.Effect<void, StorageError>
    /** Who said how far they have read a thread, the last one first. */
    readonly readers: (siteGroupingId: Tenant, threadId: ThreadId) => Effect.Effect<ReadonlyArray<Reader>, StorageError>
    /**
     * Remembers that a request with this key made this message, or tells which message an earlier one made. The key
     * belongs to the thread; `fingerprint` tells whether the two requests were the same. The message itself may be added
     * only later in the transaction.
     */
    readonly claimIdempotencyKey: (claim: {
      readonly siteGroupingId: Tenant
      readonly threadId: ThreadId
      readonly key: string
      readonly fingerprint: string
      readonly messageId: MessageId
    }) => Effect.Effect<
      | { readonly _tag: "Claimed" }
      | { readonly _tag: "Used"; readonly messageId: MessageId; readonly fingerprint: string },
      StorageError
    >
  }
>()("careline/ports/Messages") {}
