/**
 * Marks a thread as read up to a message, or as unread again behind one, for one member of staff alone. Reading does not
 * answer: the alarm goes on.
 */
import type { MessageId, ThreadId } from "@careline/domain"
import { Messages, Transaction } from "@careline/ports"
import { DateTime, Effect, Option } from "effect"
import { byStaff } from "../access/Access.ts"
import type { Actor } from "../access/Actor.ts"
import { audit } from "../access/Audit.ts"
import { NotFound } from "../shared/Errors.ts"
import { lockThread } from "./LoadThread.ts"

/** `upTo`: the last message that is read; `null`: nothing of the thread is. */
export const markRead = Effect.fn("markRead")(function* (actor: Actor, threadId: ThreadId, upTo: MessageId | null) {
  const { transact } = yield* Transaction
  yield* transact(
    Effect.gen(function* () {
      const messages = yield* Messages
      const thread = yield* lockThread(actor, threadId)
      const message = upTo === null ? null : Option.getOrUndefined(yield* messages.get(actor.scope, threadId, upTo))
      if (message === undefined) return yield* new NotFound({ entity: "message" })
      const { siteGroupingId } = thread
      const { scope, userId } = actor
      const position = message?.position ?? 0
      const at = yield* DateTime.now
      yield* messages.startReading({ scope, userId, at })
      yield* messages.markRead({ siteGroupingId, threadId, userId, position, readAt: at })
      yield* audit(actor, siteGroupingId, "thread.read", `thread:${threadId}`, { position }, thread)
    })
  )
}, byStaff)
