/**
 * Texts on their way out. Queuing goes through `Changes` (`SendQueued`), so that a text is queued in the transaction that
 * decided it.
 *
 * An attempt is written before the provider is called, and settles its send only while it is the send's current one: a
 * worker that comes back too late changes nothing.
 */
import type {
  AttemptId,
  DeliveryStatus,
  MessageId,
  PhoneNumber,
  PhoneNumberId,
  Send,
  SendId,
  SendLane,
  Tenant
} from "@careline/domain"
import { Context, type DateTime, type Effect, type Option, type Stream } from "effect"
import type { TenantScope } from "../shared/Scope.ts"
import type { StorageError } from "../shared/StorageError.ts"

/** One try at a send: under which id, from which number and through which provider. */
export interface Attempt {
  readonly id: AttemptId
  readonly sendId: SendId
  readonly provider: string
  /** The number that it leaves from: another than the send's where a fallback provider carries it. */
  readonly from: PhoneNumber.E164
  readonly startedAt: DateTime.Utc
  /** When the worker is given up for lost and the outcome taken for unknown. */
  readonly deadline: DateTime.Utc
}

/** What is to be claimed of the queue. */
export interface SendClaim {
  readonly limit: number
  /** The lanes to claim from, the most urgent first, and how many places are each one's own. Together at most `limit`. */
  readonly shares: ReadonlyArray<SendLane.Share>
}

/** What becomes of a send. */
export type SendUpdate = {
  readonly sendId: SendId
  /** Applied only while this is the send's current attempt; `null` for a send without one. */
  readonly fence: AttemptId | null
  readonly state: Send.SendState
  /** For `queued`: when to try again. For `unknown`: when to look again. */
  readonly notBefore?: DateTime.Utc
  /** When a person queued it anew: what goes by its age begins again. */
  readonly queuedAt?: DateTime.Utc
  readonly providerMessageId?: string
  /** What is noted of the attempt, in our words; never the provider's raw error. */
  readonly detail?: string
}

/** A send that nobody knows the outcome of, and its current attempt. */
export interface UnknownSend {
  readonly send: Send.Send
  readonly attempt: Attempt
  /** Looks at the provider so far. */
  readonly looks: number
  /**
   * Ids at the provider that other attempts between the same two numbers hold: of those that began since a day before
   * this one, all. The look-up takes none of them for this attempt's.
   */
  readonly claimedProviderMessageIds: ReadonlyArray<string>
}

/** What a delivery report is about. */
export interface ReportTarget {
  readonly provider: string
  readonly providerMessageId: string
  /**
   * What the provider echoed: it counts only when the attempt of that id is this provider's. It may be the reference of
   * somebody else, which is any text, or happens to equal one of our ids.
   */
  readonly attemptId: AttemptId | null
}

/** A send, and the report that is about it. */
export interface MatchedSend {
  readonly send: Send.Send
  /** The attempt that the report is of. */
  readonly attemptId: AttemptId
  /** When the attempt began. */
  readonly startedAt: DateTime.Utc
  readonly providerMessageId: string | null
  /** The best status heard of the attempt so far. */
  readonly status: DeliveryStatus.DeliveryStatus | null
}

/** What is to leave, the attempts at it, and what came of them. */
export class Outbox extends Context.Service<
  Outbox,
  {
    /**
     * Queued sends that may leave now, nobody else's until the ambient transaction ends: of each lane its share, and what
     * a lane leaves free for the others, the most urgent first. They come lane by lane, the longest due first.
     *
     * Of lane 0 all that are due. Of every other lane at most one per recipient and tenant, in the order in which they were
     * queued: a send waits while one of its lane and recipient is sending, or was queued earlier and is due as well. What
     * is held until later keeps nothing waiting. Of two claims that would have two sends of one lane and recipient
     * begin side by side, the second fails to `begin` with a `StoreConflict`.
     */
    readonly claim: (
      claim: SendClaim
    ) => Effect.Effect<{ readonly now: DateTime.Utc; readonly sends: ReadonlyArray<Send.Send> }, StorageError>
    /** Texts that nobody waits for (`SendPolicy.UNAWAITED`) to each recipient that were queued since `since` and left, may have left, or wait to leave. */
    readonly countSince: (
      keys: ReadonlyArray<{ readonly siteGroupingId: Tenant; readonly to: string }>,
      since: DateTime.Utc
    ) => Effect.Effect<ReadonlyArray<number>, StorageError>
    /**
     * Texts queued to leave from each number, in the given order, whenever they may leave: of the lane and of those that
     * are more urgent, which it waits for.
     */
    readonly countWaiting: (
      from: ReadonlyArray<PhoneNumberId>,
      lane: SendLane.SendLane
    ) => Effect.Effect<ReadonlyArray<number>, StorageError>
    /** The sends are `sending` and the attempts current. */
    readonly begin: (attempts: ReadonlyArray<Attempt>) => Effect.Effect<void, StorageError>
    /**
     * Returns the sends that were updated: those whose fence still held and that were not `accepted`, `rejected` or
     * `canceled` before, which is final.
     */
    readonly update: (updates: ReadonlyArray<SendUpdate>) => Effect.Effect<ReadonlyArray<Send.Send>, StorageError>
    /**
     * `sending` past its deadline, and `unknown` whose next look is due, the most urgent lane first; nobody else's until the
     * ambient transaction ends.
     */
    readonly claimUnknown: (
      limit: number
    ) => Effect.Effect<{ readonly now: DateTime.Utc; readonly unknown: ReadonlyArray<UnknownSend> }, StorageError>
    /** Notes a look at the provider and keeps others away until `nextLookAt`. */
    readonly noteLooks: (
      looks: ReadonlyArray<{ readonly attemptId: AttemptId; readonly nextLookAt: DateTime.Utc }>
    ) => Effect.Effect<void, StorageError>
    /**
     * The sends that reports are about, in the given order, locked until the ambient transaction ends. Sends and attempts
     * are as they are once the lock is held, and not as they were when the waiting for it began.
     */
    readonly match: (
      targets: ReadonlyArray<ReportTarget>
    ) => Effect.Effect<ReadonlyArray<MatchedSend | null>, StorageError>
    /** The send that carries a message within the scope, locked until the ambient transaction ends. */
    readonly ofMessage: (
      scope: TenantScope,
      messageId: MessageId
    ) => Effect.Effect<Option.Option<Send.Send>, StorageError>
    /** Keeps the provider's id and the best status heard for an attempt, whatever became of its send. */
    readonly noteReports: (
      reports: ReadonlyArray<{
        readonly attemptId: AttemptId
        readonly providerMessageId: string
        readonly status: DeliveryStatus.DeliveryStatus
      }>
    ) => Effect.Effect<void, StorageError>
    readonly wakeups: Stream.Stream<void>
  }
>()("careline/ports/Outbox") {}
