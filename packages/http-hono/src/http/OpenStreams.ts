/** Event streams that are open, by user: each holds a connection and a subscription for as long as its login lasts. */
import type { UserId } from "@careline/domain"
import { Limits } from "@careline/application"
import { Effect } from "effect"
import { TooManyStreams } from "./Errors.ts"

/** Those of this process. */
export const makeStreams = () => {
  const open = new Map<UserId, number>()
  return {
    /** Opens one more, unless the user has as many as they may. Returns what closes it, once. */
    enter: Effect.fnUntraced(function* (userId: UserId) {
      const { eventStreamsPerUser } = yield* Limits.Limits
      const others = open.get(userId) ?? 0
      if (others >= eventStreamsPerUser) return yield* new TooManyStreams({ atMost: eventStreamsPerUser })
      open.set(userId, others + 1)
      let isOpen = true
      return () => {
        if (!isOpen) return
        isOpen = false
        const left = (open.get(userId) ?? 1) - 1
        if (left === 0) open.delete(userId)
        else open.set(userId, left)
      }
    })
  }
}
