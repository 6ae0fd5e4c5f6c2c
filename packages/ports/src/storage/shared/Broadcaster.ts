/** Tells user interfaces what changed, in real time. Events name things and carry none of their content. */
import { MessageId, PendingAssignmentId, Tenant, ThreadId } from "@careline/domain"
import { Context, type Effect, Schema, type Stream } from "effect"
import type { TenantScope } from "./Scope.ts"
import type { StorageError } from "./StorageError.ts"

/** That something changed, without its content: ids only. */
export const BroadcastEvent = Schema.Union([
  Schema.Struct({
    siteGroupingId: Tenant,
    type: Schema.Literals(["thread.updated", "message.created", "message.updated"]),
    threadId: ThreadId,
    messageId: Schema.NullOr(MessageId)
  }),
  /** The number that a tenant waits for: it is asked for, ordered or not for a reason, assigned, or waited for no more. */
  Schema.Struct({
    siteGroupingId: Tenant,
    type: Schema.Literal("pending_assignment.updated"),
    pendingAssignmentId: PendingAssignmentId
  })
])
/** That something changed, without its content: ids only. */
export type BroadcastEvent = typeof BroadcastEvent.Type

/** An event with its place in the stream. A listener that names the last id it saw misses nothing behind it. */
export interface PublishedEvent {
  readonly id: string
  readonly event: BroadcastEvent
}

/** Tells everybody who watches that something changed: the screens of staff, over all hosts. */
export class Broadcaster extends Context.Service<
  Broadcaster,
  {
    /** Heard by listeners once the ambient transaction commits, and never if it does not. */
    readonly publish: (events: ReadonlyArray<BroadcastEvent>) => Effect.Effect<void, StorageError>
    /**
     * The events of the tenants behind `after`, then those to come. Without `after` only those to come, and so with one
     * that the store cannot have given: that it cannot read, or that lies ahead of all that it gave. It comes from a
     * client, who may have it from another store or from before a backup was restored.
     */
    readonly subscribe: (scope: TenantScope, after: string | null) => Stream.Stream<PublishedEvent, StorageError>
  }
>()("careline/ports/Broadcaster") {}
