/** Lists the inbox, a thread and its messages for staff. Each look is audited with what it showed. */
import { FacilityId, type MessageId, PatientId, PhoneNumberId, Thread, type ThreadId, UserId } from "@careline/domain"
import { Messages, ThreadListView, Threads, Transaction } from "@careline/ports"
import { DateTime, Effect, Option, Schema } from "effect"
import { byStaff } from "../access/Access.ts"
import type { Actor } from "../access/Actor.ts"
import { audit, auditList, narrowedBy } from "../access/Audit.ts"
import * as LoadThread from "./LoadThread.ts"
import { NotFound } from "../shared/Errors.ts"
import { pageWithLinks, withLinks } from "../media/MediaLinks.ts"
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
export const ThreadFilters = Schema.Struct({
  ...Page,
  /** `inbox` where no filter is named, else `all`. */
  view: optional(ThreadListView),
  patientId: optional(PatientId),
  facilityId: optional(FacilityId),
  /** The member of staff who looks after them. */
  assigneeId: optional(UserId),
  /** The number that they answer from. */
  phoneNumberId: optional(PhoneNumberId),
  threadType: optional(Thread.ThreadType),
  /** Whether a reply did not get through. */
  replyFailed: optional(Schema.Boolean)
}).annotate({ identifier: "ThreadFilters" })

/** The same, narrowed by words. */
export const ThreadQuery = Schema.Struct({
  ...ThreadFilters.fields,
  /** Words of a contact's name, or part of its number in any way of writing. */
  q: optional(Schema.Union([Schema.Literal(""), Name]))
}).annotate({ identifier: "ThreadSearch" })
export type ThreadQuery = Given<typeof ThreadQuery.Encoded>

const readQuery = reader(ThreadQuery)

export const listThreads = Effect.fnUntraced(function* (actor: Actor, given: ThreadQuery) {
  const { cursor, limit, q, view: named, ...rest } = yield* readQuery(given)
  const filters = { ...rest, search: q === "" ? undefined : q }
  const isNarrowed = Object.values(filters).some((filter) => filter !== undefined)
  const view = named ?? (isNarrowed ? "all" : "inbox")
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      yield* startReading(actor)
      const { scope, userId } = actor
      const found = yield* (yield* Threads).list({ ...pageOf({ cursor, limit }), ...filters, view, scope, userId })
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

/** Beyond it nobody counts: a badge shows `999+`. */
const COUNTED = 1_000

/** How many open threads each view has for the actor; of more than a thousand, a thousand. */
export const countThreads = Effect.fnUntraced(function* (actor: Actor) {
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      yield* startReading(actor)
      const { scope, userId } = actor
      const views = ThreadListView.literals
      const counts = yield* (yield* Threads).counts(
        views.map((view) => ({ scope, userId, view })),
        COUNTED
      )
      const entries = views.map((view, place) => [view, counts[place] ?? 0] as const)
      return Object.fromEntries(entries) as Record<ThreadListView, number>
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

/** One message of whichever open thread the actor may see. */
export const viewMessage = Effect.fnUntraced(function* (actor: Actor, id: MessageId) {
  const { transact } = yield* Transaction
  const found = yield* transact(
    Effect.gen(function* () {
      const message = Option.getOrUndefined(yield* (yield* Messages).find(actor.scope, id))
      if (message === undefined) return yield* new NotFound({ entity: "message" })
      const { externalThreadId: threadId, siteGroupingId } = message
      const [whose] = yield* (yield* Threads).patientsOf([{ siteGroupingId, threadId }])
      yield* audit(actor, siteGroupingId, "message.view", `message:${id}`, { thread: threadId }, whose)
      return message
    })
  )
  return yield* withLinks(found)
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
