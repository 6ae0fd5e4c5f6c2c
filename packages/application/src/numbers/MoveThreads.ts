/** Moves the threads that answer from a number to another one of its tenant, with the texts that wait, and tells their screens. */
import type { InventoryNumber } from "@careline/domain"
import { Broadcaster, NumberInventory } from "@careline/ports"
import { type DateTime, Effect } from "effect"
import { Limits } from "../shared/Limits.ts"

/** Gives the threads. In the ambient transaction, which has locked both numbers. */
export const moveThreads = Effect.fnUntraced(function* (
  { id }: Pick<InventoryNumber.InventoryNumber, "id">,
  to: InventoryNumber.TenantNumber,
  now: DateTime.Utc
) {
  const { announcedThreads } = yield* Limits
  const threads = yield* (yield* NumberInventory).reassign([id], to, now)
  // Of more than that nobody has them all on a screen: whoever opens one reads it anew.
  if (threads.length <= announcedThreads) {
    yield* (yield* Broadcaster).publish(
      threads.map((threadId) => ({
        siteGroupingId: to.siteGroupingId,
        type: "thread.updated" as const,
        threadId,
        messageId: null
      }))
    )
  }
  return threads
})
