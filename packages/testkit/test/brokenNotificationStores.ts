/** Memory stores that keep notifications with one fault each. */
import { Notifications } from "@careline/ports"
import { Effect, HashMap } from "effect"
import { altered, broken, type BrokenStore } from "./broken.ts"

const broke = (
  fault: string,
  noticedBy: string,
  layer: ReturnType<typeof altered<Notifications, Notifications["Service"]>>
) => broken(fault, "Notifications", noticedBy, layer)

export const brokenNotificationStores: ReadonlyArray<BrokenStore> = [
  broke(
    "plans a cause twice",
    "MUST keep one notification of a cause, whoever plans it and however often",
    altered(Notifications, ({ save }) => ({ plan: (given) => Effect.as(save(given), given) }))
  ),
  broke(
    "knows a cause of another tenant",
    "MUST keep one notification of a cause, whoever plans it and however often",
    altered(Notifications, ({ plan }, store) => ({
      plan: (given) =>
        Effect.flatMap(
          store.read((state) => new Set(HashMap.toValues(state.notifications).map(({ causeKey }) => causeKey))),
          (known) => plan(given.filter(({ causeKey }) => !known.has(causeKey)))
        )
    }))
  ),
  broke(
    "claims what is over",
    "MUST claim what is due by its own clock, those due first, and nothing else",
    altered(Notifications, ({ claimDue }, store) => ({
      claimDue: (limit) =>
        Effect.flatMap(claimDue(limit), (claimed) =>
          store.read((state) => ({ ...claimed, notifications: HashMap.toValues(state.notifications) }))
        )
    }))
  ),
  broke(
    "claims more than is asked for",
    "MUST claim what is due by its own clock, those due first, and nothing else",
    altered(Notifications, ({ claimDue }) => ({ claimDue: (limit) => claimDue(limit * 10) }))
  ),
  broke(
    "shows notifications to whoever knows their id",
    "MUST find what is of the scope and nothing else",
    altered(Notifications, ({ find }) => ({ find: (_scope, id) => find("all", id) }))
  ),
  broke(
    "finds those of a message of any tenant",
    "MUST find what became of a message, of its own tenant",
    altered(Notifications, (_sound, store) => ({
      ofMessages: (messages) =>
        store.read((state) =>
          HashMap.toValues(state.notifications).filter((one) => messages.some((m) => m.messageId === one.messageId))
        )
    }))
  ),
  broke(
    "counts what a filter leaves out",
    "MUST list the newest first, by kind, state and time, page by page, and count them",
    altered(Notifications, ({ count }) => ({ count: ({ scope }) => count({ scope }) }))
  )
]
