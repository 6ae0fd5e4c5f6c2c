/** What staff see: the inbox, a thread, its messages. Each look is written down with what it showed. */
import type { ThreadId } from "@careline/domain"
import { Messages, type PageRequest, type ThreadQuery, Threads, Transaction } from "@careline/ports"
import { DateTime, Effect } from "effect"
import { byStaff } from "../access/Access.ts"
import type { Actor } from "../access/Actor.ts"
import { audit, auditList, narrowedBy } from "../access/Audit.ts"
import * as LoadThread from "./LoadThread.ts"
import { pageWithLinks } from "../media/MediaLinks.ts"
import { assertPage } from "../shared/ReadRequest.ts"

/** Whoever looks for the first time has nothing to catch up with: what came in before is read. */
const startReading = Effect.fnUntraced(function* ({ scope, userId }: Actor) {
  yield* (yield* Messages).startReading({ scope, userId, at: yield* DateTime.now })
})

export const viewThread = Effect.fnUntraced(function* (actor: Actor, threadId: ThreadId) {
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      yield* startReading(actor)
      const view = yield* LoadThread.viewThread(actor, threadId)
      const { patientIds, siteGroupingId } = view.thread
      yield* audit(actor, siteGroupingId, "thread.view", `thread:${threadId}`, {}, { patientIds })
      return view
    })
  )
}, byStaff)

export const listThreads = Effect.fnUntraced(function* (actor: Actor, query: Omit<ThreadQuery, "scope" | "userId">) {
  yield* assertPage(query)
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      yield* startReading(actor)
      const page = yield* (yield* Threads).list({ ...query, scope: actor.scope, userId: actor.userId })
      const shown = page.items.map(({ thread: { id, patientIds, siteGroupingId } }) => ({
        siteGroupingId,
        patientIds,
        threadIds: [id]
      }))
      const { facilityId, patientId, search, view } = query
      yield* auditList(actor, "thread.list", `threads:${view}`, shown, narrowedBy({ facilityId, patientId, search }))
      return page
    })
  )
}, byStaff)

export const listMessages = Effect.fnUntraced(function* (actor: Actor, threadId: ThreadId, page: PageRequest) {
  yield* assertPage(page)
  const { transact } = yield* Transaction
  const found = yield* transact(
    Effect.gen(function* () {
      const { thread } = yield* LoadThread.viewThread(actor, threadId)
      const { patientIds, siteGroupingId } = thread
      const messages = yield* (yield* Messages).list({ ...page, siteGroupingId, threadId })
      const count = messages.items.length
      yield* audit(actor, siteGroupingId, "message.list", `thread:${threadId}`, { count }, { patientIds })
      return messages
    })
  )
  return yield* pageWithLinks(found)
}, byStaff)

/** Who said how far they have read a thread. */
export const listReaders = Effect.fnUntraced(function* (actor: Actor, threadId: ThreadId) {
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const { thread } = yield* LoadThread.viewThread(actor, threadId)
      const { patientIds, siteGroupingId } = thread
      const readers = yield* (yield* Messages).readers(siteGroupingId, threadId)
      const count = readers.length
      yield* audit(actor, siteGroupingId, "thread.readers", `thread:${threadId}`, { count }, { patientIds })
      return readers
    })
  )
}, byStaff)
