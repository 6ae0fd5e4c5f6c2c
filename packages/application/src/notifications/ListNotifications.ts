/** Shows what is planned to be told to contacts, and what became of it. */
import { Notification, type NotificationId } from "@careline/domain"
import { Notifications, Transaction } from "@careline/ports"
import { Effect, Option, Schema } from "effect"
import { byStaff } from "../access/Access.ts"
import type { Actor } from "../access/Actor.ts"
import { audit, auditList, narrowedBy } from "../access/Audit.ts"
import { NotFound } from "../shared/Errors.ts"
import { type Given, reader } from "../shared/ReadRequest.ts"
import { Instant, optional, Page, pageOf } from "../shared/RequestFields.ts"
import { viewOf, whoseOf, wordSource } from "./NotificationContent.ts"

const MAX_OFFSET = 10_000

/** Which notifications, from the newest on. */
export const NotificationQuery = Schema.Struct({
  ...Page,
  /** Places to leave out; a cursor is the better way for more than a few pages. */
  offset: optional(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: MAX_OFFSET }))),
  kind: optional(Notification.NotificationKind),
  /** One, or any of several. */
  state: optional(Schema.Union([Notification.NotificationState, Schema.Array(Notification.NotificationState)])),
  /** Made at this instant or later. */
  startDate: optional(Instant),
  /** Made before this instant. */
  endDate: optional(Instant),
  /** Whether to count all that there are. */
  total: optional(Schema.Boolean)
}).annotate({ identifier: "NotificationQuery" })
export type NotificationQuery = Given<typeof NotificationQuery.Encoded>

const readQuery = reader(NotificationQuery)

export const listNotifications = Effect.fnUntraced(function* (actor: Actor, given: NotificationQuery) {
  const { endDate: to, kind, offset, startDate: from, state, total = false, ...page } = yield* readQuery(given)
  const filter = {
    scope: actor.scope,
    from,
    to,
    kinds: kind === undefined ? undefined : [kind],
    states: typeof state === "string" ? [state] : state
  }
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const port = yield* Notifications
      const found = yield* port.list({ ...filter, ...pageOf(page), offset })
      const shown = found.items.map((one) => ({
        siteGroupingId: one.siteGroupingId,
        ...whoseOf(one),
        threadIds: one.threadId === null ? [] : [one.threadId]
      }))
      yield* auditList(actor, "notification.list", "notifications", shown, narrowedBy({ from, to, kind, state }))
      const source = yield* wordSource
      return {
        items: yield* Effect.forEach(found.items, (one) => viewOf(one, source)),
        nextCursor: found.nextCursor,
        total: total ? yield* port.count(filter) : null
      }
    })
  )
}, byStaff)

export const viewNotification = Effect.fnUntraced(function* (actor: Actor, id: NotificationId) {
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const found = yield* (yield* Notifications).find(actor.scope, id)
      if (Option.isNone(found)) return yield* new NotFound({ entity: "notification" })
      const notification = found.value
      yield* audit(
        actor,
        notification.siteGroupingId,
        "notification.view",
        `notification:${id}`,
        {},
        whoseOf(notification)
      )
      return yield* viewOf(notification)
    })
  )
}, byStaff)
