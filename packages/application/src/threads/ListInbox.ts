/** What staff see: the inbox, a thread, its messages. Each look is written down with what it showed. */
import { FacilityId, PatientId, type ThreadId } from "@careline/domain"
import { Messages, ThreadListView, Threads, Transaction } from "@careline/ports"
import { DateTime, Effect, Schema } from "effect"
import { byStaff } from "../access/Access.ts"
import type { Actor } from "../access/Actor.ts"
import { audit, auditList, narrowedBy } from "../access/Audit.ts"
import * as LoadThread from "./LoadThread.ts"
import { pageWithLinks } from "../media/MediaLinks.ts"
import { type Given, reader } from "../shared/ReadRequest.ts"
import { Name, optional, Page, pageOf, PageQuery } from "../shared/RequestFields.ts"

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

/** Which threads, from the one with the newest message on. */
export const ThreadQuery = Schema.Struct({
  ...Page,
  /** `inbox` where it is left out. */
  view: optional(ThreadListView),
  patientId: optional(PatientId),
  facilityId: optional(FacilityId),
  /** Part of a contact's name, or of its number in any way of writing. */
  q: optional(Schema.Union([Schema.Literal(""), Name]))
})
export type ThreadQuery = Given<typeof ThreadQuery.Encoded>

const readQuery = reader(ThreadQuery)

export const listThreads = Effect.fnUntraced(function* (actor: Actor, given: ThreadQuery) {
  const { facilityId, patientId, q, view = "inbox", ...page } = yield* readQuery(given)
  const search = q === "" ? undefined : q
  const filters = { facilityId, patientId, search }
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      yield* startReading(actor)
      const { scope, userId } = actor
      const found = yield* (yield* Threads).list({ ...pageOf(page), ...filters, view, scope, userId })
      const shown = found.items.map(({ thread: { id, patientIds, siteGroupingId } }) => ({
        siteGroupingId,
        patientIds,
        threadIds: [id]
      }))
      yield* auditList(actor, "thread.list", `threads:${view}`, shown, narrowedBy(filters))
      return found
    })
  )
}, byStaff)

const readPage = reader(PageQuery)

export const listMessages = Effect.fnUntraced(function* (actor: Actor, threadId: ThreadId, given: PageQuery) {
  const page = pageOf(yield* readPage(given))
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
