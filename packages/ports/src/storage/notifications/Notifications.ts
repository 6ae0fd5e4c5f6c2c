/** What is planned to be told to contacts, when, and what became of it. */
import type { MessageId, Notification, NotificationId, Tenant } from "@careline/domain"
import { Context, type DateTime, type Effect, type Option } from "effect"
import type { InvalidCursor } from "../shared/InvalidCursor.ts"
import type { Page, PageRequest } from "../shared/Page.ts"
import type { TenantScope } from "../shared/Scope.ts"
import type { StorageError } from "../shared/StorageError.ts"

/** Which notifications a list is of. */
export interface NotificationFilter {
  readonly scope: TenantScope
  readonly kinds?: ReadonlyArray<Notification.NotificationKind> | undefined
  readonly states?: ReadonlyArray<Notification.NotificationState> | undefined
  /** Made at this instant or later. */
  readonly from?: DateTime.Utc | undefined
  /** Made before this instant. */
  readonly to?: DateTime.Utc | undefined
}

/** A page of them: behind the cursor, or behind so many. */
export interface NotificationQuery extends NotificationFilter, PageRequest {
  readonly offset?: number | undefined
}

/** Notifications by tenant. */
export class Notifications extends Context.Service<
  Notifications,
  {
    /**
     * Keeps those whose cause has none yet. Gives what is kept under each cause, in their order: the given one, or what was
     * planned before.
     */
    readonly plan: (
      notifications: ReadonlyArray<Notification.Notification>
    ) => Effect.Effect<ReadonlyArray<Notification.Notification>, StorageError>
    /** One of the scope. */
    readonly find: (
      scope: TenantScope,
      id: NotificationId
    ) => Effect.Effect<Option.Option<Notification.Notification>, StorageError>
    /** One of the scope, to be changed: nobody else changes or claims it until the ambient transaction ends. */
    readonly lock: (
      scope: TenantScope,
      id: NotificationId
    ) => Effect.Effect<Option.Option<Notification.Notification>, StorageError>
    /** Those that became these messages, to be changed in the same way. */
    readonly ofMessages: (
      messages: ReadonlyArray<{ readonly siteGroupingId: Tenant; readonly messageId: MessageId }>
    ) => Effect.Effect<ReadonlyArray<Notification.Notification>, StorageError>
    /** Keeps them as they are given: all but their cause, whose they are, and who made them when. */
    readonly save: (notifications: ReadonlyArray<Notification.Notification>) => Effect.Effect<void, StorageError>
    /**
     * Up to `limit` that are scheduled and due by the store's clock, those due first. Nobody else's until the ambient
     * transaction ends: whoever comes second passes by.
     */
    readonly claimDue: (limit: number) => Effect.Effect<
      {
        readonly now: DateTime.Utc
        readonly notifications: ReadonlyArray<Notification.Notification>
      },
      StorageError
    >
    /** Those that the filter lets through, the newest first. */
    readonly list: (
      query: NotificationQuery
    ) => Effect.Effect<Page<Notification.Notification>, StorageError | InvalidCursor>
    /** How many the filter lets through. */
    readonly count: (filter: NotificationFilter) => Effect.Effect<number, StorageError>
  }
>()("careline/ports/Notifications") {}
