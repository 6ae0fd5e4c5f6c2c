/**
 * Durable intake of what providers report. An accepted event is kept before the provider is answered, once however often
 * it is delivered, and applied exactly once in effect, in order per contact.
 *
 * A **lane** is the order in which one contact's events are applied: (tenant of our number, contact). An event on a number
 * that is no tenant's is kept, parked and visible to admins, who may have it applied again or dismiss it.
 */
import type { Contact, Tenant } from "@careline/domain"
import { Context, type DateTime, type Effect, type Stream } from "effect"
import type { InvalidCursor } from "../shared/InvalidCursor.ts"
import type { Page, PageRequest } from "../shared/Page.ts"
import type { StorageError } from "../shared/StorageError.ts"
import type { CallReported, DeliveryReported, LaneArrival, TelephonyEvent } from "../../telephony/TelephonyEvent.ts"

/** An event with what tells it from every other. */
export interface IncomingEvent {
  readonly provider: string
  readonly account: string
  readonly event: TelephonyEvent
  /** When it reached us, where it had to wait for the store; else it is when the store keeps it. */
  readonly receivedAt?: DateTime.Utc | undefined
}

/** `unroutable`: kept, and parked because the number is not ours. */
export type Acceptance = "accepted" | "duplicate" | "unroutable"

/** An event in its lane. */
export interface LaneEvent {
  readonly id: string
  readonly provider: string
  readonly event: LaneArrival
  readonly receivedAt: DateTime.Utc
  /** Times it failed before. */
  readonly failures: number
}

/** What has to stay in order: the events of one contact on one number. */
export interface Lane {
  readonly siteGroupingId: Tenant
  readonly contact: Contact.Contact
  /** In order of arrival. Never empty. */
  readonly events: ReadonlyArray<LaneEvent>
}

/** Events that are ours until the transaction ends, by their lanes. */
export interface ClaimedLanes {
  /** The store's clock. */
  readonly now: DateTime.Utc
  readonly lanes: ReadonlyArray<Lane>
}

/** Reports that are ours until the transaction ends. */
export interface ClaimedReports {
  readonly now: DateTime.Utc
  readonly reports: ReadonlyArray<{
    readonly id: string
    readonly provider: string
    readonly event: DeliveryReported
    readonly failures: number
  }>
}

/** What is reported of calls, in the same way. */
export interface ClaimedCallReports {
  readonly now: DateTime.Utc
  readonly reports: ReadonlyArray<{
    readonly id: string
    readonly provider: string
    readonly event: CallReported
    readonly failures: number
  }>
}

/**
 * What became of a claimed event. Until a postponed text is due, neither it nor any text behind it in its lane is handed
 * out; a parked one lets its lane go on. A postponed report holds nothing back but itself.
 */
export type Settlement =
  | { readonly _tag: "Done"; readonly id: string }
  | {
      readonly _tag: "Postponed"
      readonly id: string
      readonly until: DateTime.Utc
      readonly reason: string
      /** `false`: it was not even tried, which counts as no failure. */
      readonly wasTried?: boolean | undefined
    }
  | { readonly _tag: "Parked"; readonly id: string; readonly reason: string }

/** Why an arrival is parked whose number nobody had put on record: it is applied once a tenant is given the number. */
export const NOT_ON_RECORD = "the number is not on record"
/** Why an arrival is parked on a number that is on record and no tenant's: it was meant for nobody who has it later. */
export const NOBODYS = "the number is in nobody's hands"

/** An event that could not be applied, kept for a person. */
export interface ParkedEvent {
  readonly id: string
  readonly provider: string
  readonly kind: TelephonyEvent["_tag"]
  readonly reason: string
  readonly receivedAt: DateTime.Utc
  /** The number that a text or call came for, or what the provider named in its place; `null` for a report. */
  readonly to: string | null
  /** Who sent it; `null` for a report, and where it cannot be opened. */
  readonly from: Contact.Contact | null
}

/** What providers told us: kept before they are answered, applied later, once and in order. */
export class Inbox extends Context.Service<
  Inbox,
  {
    /** Keeps the events, in order, in one commit. Returns once they are durable. */
    readonly accept: (events: ReadonlyArray<IncomingEvent>) => Effect.Effect<ReadonlyArray<Acceptance>, StorageError>
    /**
     * The pending texts and calls of up to `lanes` lanes, oldest first, up to `eventsPerLane` each; nobody else gets these lanes
     * until the ambient transaction ends.
     */
    readonly claimLanes: (options: {
      readonly lanes: number
      readonly eventsPerLane: number
    }) => Effect.Effect<ClaimedLanes, StorageError>
    /** Up to `limit` pending delivery reports, nobody else's until the ambient transaction ends. */
    readonly claimReports: (limit: number) => Effect.Effect<ClaimedReports, StorageError>
    /** Up to `limit` pending reports of calls, in the same way. */
    readonly claimCallReports: (limit: number) => Effect.Effect<ClaimedCallReports, StorageError>
    /**
     * Says what became of claimed events. What is done or parked stays so: to settle it again, in whatever way, changes
     * nothing. A worker that never heard the answer to its commit settles again, and would otherwise apply a text twice.
     */
    readonly settle: (settlements: ReadonlyArray<Settlement>) => Effect.Effect<void, StorageError>
    /** Parked events, newest first. */
    readonly parked: (page: PageRequest) => Effect.Effect<Page<ParkedEvent>, StorageError | InvalidCursor>
    /**
     * Up to `limit` texts and calls that came before their number was on record are pending again, in the order in which they
     * came, once a tenant has the number that it was put on record for. One that was in the pool in between may have
     * been somebody else's: what came for it before stays parked. Returns how many.
     */
    readonly releaseParked: (limit: number) => Effect.Effect<number, StorageError>
    /**
     * A parked event is pending again, as if it had never failed. `false` when it is not parked, or came for a number that is no
     * tenant's.
     */
    readonly retryParked: (id: string) => Effect.Effect<boolean, StorageError>
    /** A parked event is done, and applied to nothing. `false` when it is not parked. */
    readonly dismissParked: (id: string) => Effect.Effect<boolean, StorageError>
    /** Ticks when there may be new work. Missing a tick is harmless: workers look from time to time. */
    readonly wakeups: Stream.Stream<void>
  }
>()("careline/ports/Inbox") {}
