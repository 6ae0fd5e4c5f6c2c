/** Applies changes and publishes them to user interfaces, in the ambient transaction. */
import type { Change } from "@careline/domain"
import { type BroadcastEvent, Broadcaster, Changes } from "@careline/ports"
import { Effect } from "effect"

/** What a set of changes means to somebody who watches. A thread that changed several times is told of once. */
const announcements = (changes: ReadonlyArray<Change>): ReadonlyArray<BroadcastEvent> => {
  const threads = new Map<string, BroadcastEvent>()
  const events: Array<BroadcastEvent> = []
  for (const change of changes) {
    if (change._tag === "MessageAdded") {
      const { externalThreadId, id, siteGroupingId } = change.message
      events.push({ siteGroupingId, type: "message.created", threadId: externalThreadId, messageId: id })
    } else if (change._tag === "ThreadSaved") {
      const { id, siteGroupingId } = change.thread
      threads.set(id, { siteGroupingId, type: "thread.updated", threadId: id, messageId: null })
    }
  }
  return [...events, ...threads.values()]
}

export const commit = Effect.fnUntraced(function* (changes: ReadonlyArray<Change>) {
  if (changes.length === 0) return
  yield* (yield* Changes).apply(changes)
  yield* (yield* Broadcaster).publish(announcements(changes))
})
