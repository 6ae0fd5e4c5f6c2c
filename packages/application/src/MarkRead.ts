/** A member of staff has read a thread up to a message. Reading does not answer: the alarm goes on. */
import { type MessageId, Thread, type ThreadId } from "@careline/domain"
import { Messages, Transaction } from "@careline/ports"
import { DateTime, Effect, Option } from "effect"
import { byStaff } from "./Access.ts"
import type { Actor } from "./Actor.ts"
import { audit } from "./Audit.ts"
import { commit } from "./Commit.ts"
import { NotFound } from "./Errors.ts"
import { lockThread } from "./LoadThread.ts"

export const markRead = Effect.fn("markRead")(function* (actor: Actor, threadId: ThreadId, upTo: MessageId) {
  const { transact } = yield* Transaction
  yield* transact(
    Effect.gen(function* () {
      const messages = yield* Messages
      const thread = yield* lockThread(actor, threadId)
      const message = Option.getOrUndefined(yield* messages.get(actor.scope, threadId, upTo))
      if (message === undefined) return yield* new NotFound({ entity: "message" })
      const { siteGroupingId } = thread
      const { position } = message
      const readAt = yield* DateTime.now
      yield* messages.markRead({ siteGroupingId, threadId, userId: actor.userId, position, readAt })
      const unreadAfter = yield* messages.countInboundAfter(siteGroupingId, threadId, position)
      const read = Thread.readUpTo(thread, position, unreadAfter, readAt)
      if (read !== thread) yield* commit([{ _tag: "ThreadSaved", thread: read }])
      yield* audit(actor, siteGroupingId, "thread.read", `thread:${threadId}`, { position }, thread)
    })
  )
}, byStaff)
