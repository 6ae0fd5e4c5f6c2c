/** What staff see: the inbox, a thread, its messages. */
import type { ThreadId } from "@careline/domain"
import { Messages, type PageRequest, type ThreadQuery, Threads } from "@careline/ports"
import { Effect } from "effect"
import { byStaff } from "./Access.ts"
import type { Actor } from "./Actor.ts"
import * as LoadThread from "./LoadThread.ts"
import { pageWithLinks } from "./MediaLinks.ts"
import { assertPage } from "./ReadRequest.ts"

export const viewThread = Effect.fnUntraced(function* (actor: Actor, threadId: ThreadId) {
  return yield* LoadThread.viewThread(actor, threadId)
}, byStaff)

export const listThreads = Effect.fnUntraced(function* (actor: Actor, query: Omit<ThreadQuery, "scope" | "userId">) {
  yield* assertPage(query)
  return yield* (yield* Threads).list({ ...query, scope: actor.scope, userId: actor.userId })
}, byStaff)

export const listMessages = Effect.fnUntraced(function* (actor: Actor, threadId: ThreadId, page: PageRequest) {
  yield* assertPage(page)
  const { thread } = yield* LoadThread.viewThread(actor, threadId)
  return yield* pageWithLinks(
    yield* (yield* Messages).list({ ...page, siteGroupingId: thread.siteGroupingId, threadId })
  )
}, byStaff)
