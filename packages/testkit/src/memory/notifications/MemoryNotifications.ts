import { type Notification, type NotificationId } from "@careline/domain"
import { type NotificationFilter, Notifications, Scope } from "@careline/ports"
import { DateTime, Effect, HashMap, Layer, Option, Order } from "effect"
import * as Keyset from "../shared/keyset.ts"
import type { MemoryState } from "../shared/MemoryState.ts"
import { MemoryStore } from "../shared/MemoryStore.ts"

const firstDueFirst = Order.combine(
  Order.mapInput(DateTime.Order, (one: Notification.Notification) => one.dueAt),
  Order.mapInput(Order.String, (one: Notification.Notification) => one.id)
)

const all = (state: MemoryState) => HashMap.toValues(state.notifications)

const find = (state: MemoryState, scope: Scope.TenantScope, id: NotificationId) =>
  Option.filter(HashMap.get(state.notifications, id), ({ siteGroupingId }) => Scope.includes(scope, siteGroupingId))

const matches =
  ({ from, kinds, scope, states, to }: NotificationFilter) =>
  (one: Notification.Notification): boolean =>
    Scope.includes(scope, one.siteGroupingId) &&
    (kinds === undefined || kinds.includes(one.kind)) &&
    (states === undefined || states.includes(one.state)) &&
    (from === undefined || DateTime.isGreaterThanOrEqualTo(one.createdAt, from)) &&
    (to === undefined || DateTime.isLessThan(one.createdAt, to))

export const layer: Layer.Layer<Notifications, never, MemoryStore> = Layer.effect(
  Notifications,
  Effect.map(MemoryStore, (store) =>
    Notifications.of({
      plan: (notifications) =>
        store.modify((before) => {
          let state = before
          const kept = notifications.map((given) => {
            const known = all(state).find(
              ({ causeKey, siteGroupingId }) => causeKey === given.causeKey && siteGroupingId === given.siteGroupingId
            )
            if (known !== undefined) return known
            state = { ...state, notifications: HashMap.set(state.notifications, given.id, given) }
            return given
          })
          return [kept, state]
        }),
      find: (scope, id) => store.read((state) => find(state, scope, id)),
      lock: (scope, id) => store.read((state) => find(state, scope, id)),
      ofMessages: (messages) =>
        store.read((state) =>
          all(state).filter((one) =>
            messages.some(
              ({ messageId, siteGroupingId }) => one.messageId === messageId && one.siteGroupingId === siteGroupingId
            )
          )
        ),
      save: (notifications) =>
        store.update((state) => ({
          ...state,
          notifications: HashMap.setMany(
            state.notifications,
            notifications.map((one) => [one.id, one] as const)
          )
        })),
      claimDue: (limit) =>
        Effect.flatMap(DateTime.now, (now) =>
          store.read((state) => ({
            now,
            notifications: all(state)
              .filter((one) => one.state === "scheduled" && DateTime.isLessThanOrEqualTo(one.dueAt, now))
              .sort(firstDueFirst)
              .slice(0, limit)
          }))
        ),
      list: (query) =>
        Effect.flatMap(
          store.read((state) => all(state).filter(matches(query))),
          (found) => Keyset.page("notifications", found, Keyset.byCreation, query)
        ),
      count: (filter) => store.read((state) => all(state).filter(matches(filter)).length)
    })
  )
)
