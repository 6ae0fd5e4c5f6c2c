/** Stores that keep templates and notifications with one fault each. */
import { Notifications, Scope, Templates } from "@careline/ports"
import { Effect, HashMap } from "effect"
import { breaking, set, type StoreFaults } from "./brokenStore.ts"

const templates = breaking(Templates)
const notifications = breaking(Notifications)

export const notificationFaults: StoreFaults = {
  Templates: {
    "shows templates to whoever knows their id → of the scope and nothing else": templates.asked({
      load: () => "all"
    }),
    "shows versions of another tenant → of the scope and nothing else": templates.asked({ version: () => "all" }),
    "gives a name twice → give a name to one template": templates.altered((_sound, store) => ({
      save: (template) =>
        store.update((state) => ({ ...state, templates: HashMap.set(state.templates, template.id, template) }))
    })),
    "keeps the name of what is archived → give a name to one template": templates.asked({
      save: set({ archivedAt: null })
    }),
    "lists what is archived among what is in use → whether it is archived": templates.answered({
      list: (answer, state, scope, { isArchived }) =>
        isArchived === undefined
          ? {
              items: HashMap.toValues(state.templates).filter((one) => Scope.includes(scope, one.siteGroupingId)),
              nextCursor: null
            }
          : answer
    }),
    "changes a version → keep every version": templates.altered((_sound, store) => ({
      addVersion: (version) =>
        store.update((state) => ({
          ...state,
          templateVersions: HashMap.set(
            state.templateVersions,
            JSON.stringify([version.templateId, version.number]),
            version
          )
        }))
    }))
  },
  Notifications: {
    "plans a cause twice → one notification of a cause": notifications.altered(({ save }) => ({
      plan: (given) => Effect.as(save(given), given)
    })),
    "knows a cause of another tenant → one notification of a cause": notifications.asked({
      plan: (given, state) => {
        const known = new Set(HashMap.toValues(state.notifications).map(({ causeKey }) => causeKey))
        return given.filter(({ causeKey }) => !known.has(causeKey))
      }
    }),
    "claims what is over → claim what is due": notifications.answered({
      claimDue: (claimed, state) => ({ ...claimed, notifications: HashMap.toValues(state.notifications) })
    }),
    "claims more than is asked for → claim what is due": notifications.asked({ claimDue: (limit) => limit * 10 }),
    "shows notifications to whoever knows their id → of the scope and nothing else": notifications.asked({
      find: () => "all"
    }),
    "finds those of a message of any tenant → what became of a message": notifications.answered({
      ofMessages: (_own, state, messages) =>
        HashMap.toValues(state.notifications).filter((one) =>
          messages.some(({ messageId }) => messageId === one.messageId)
        )
    }),
    "counts what a filter leaves out → count them": notifications.asked({ count: ({ scope }) => ({ scope }) })
  }
}
