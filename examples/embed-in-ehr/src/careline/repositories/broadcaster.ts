/** Tells the EHR's rooms what changed on the line. Events carry ids and nothing of what was written. */
import type { BroadcastEvent, PublishedEvent, Repositories } from "careline"
import { type ChatEvent, isEventId } from "../../ehr/chatEvent.ts"
import { siteGroupRoom, SYSTEM_ROOM } from "../../ehr/chatGateway.ts"
import type { Queryable } from "../../ehr/database.ts"
import type { Services } from "../../ehr/services.ts"

const PREFIX = "external."

const roomOf = (siteGroupId: string | null): string => (siteGroupId === null ? SYSTEM_ROOM : siteGroupRoom(siteGroupId))

const fromChat = ({ event, id, payload }: ChatEvent): PublishedEvent => {
  // As it was published below.
  return { id, event: { ...(payload as object), type: event.slice(PREFIX.length) } as BroadcastEvent }
}

export const broadcaster =
  ({ chat }: Services): Repositories<Queryable>["broadcaster"] =>
  (db) => ({
    publish: async (events) => {
      for (const { type, ...payload } of events) {
        await chat.publish(db, roomOf(payload.siteGroupingId), `${PREFIX}${type}`, payload)
      }
    },

    subscribe: (scope, after) => {
      const events = chat.follow(scope === "all" ? "all" : scope.map(roomOf), isEventId(after) ? after : null)
      // Not a generator: one that waits for its next event could not be ended.
      const iterator: AsyncIterableIterator<PublishedEvent, undefined> = {
        [Symbol.asyncIterator]: () => iterator,
        next: async () => {
          for (;;) {
            const { done, value } = await events.next()
            if (done) return { done, value: undefined }
            // The rooms hear of the EHR's own threads, too.
            if (value.event.startsWith(PREFIX)) return { done: false, value: fromChat(value) }
          }
        },
        return: async () => {
          await events.return?.()
          return { done: true, value: undefined }
        }
      }
      return iterator
    }
  })
