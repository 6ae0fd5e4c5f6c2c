import { Contact, ContactSearch, Reading, type Thread, type UserId } from "@careline/domain"
import { Scope, type ThreadFilter, Threads, type ThreadView } from "@careline/ports"
import { Effect, HashMap, Layer, Option } from "effect"
import * as keyset from "../shared/keyset.ts"
import { keyOf, keyOfThread, type MemoryState } from "../shared/MemoryState.ts"
import { MemoryStore } from "../shared/MemoryStore.ts"

const readingOf = (state: MemoryState, { id, siteGroupingId }: Thread.Thread, userId: UserId): Reading.Reading => ({
  since: Option.getOrNull(HashMap.get(state.readingSince, keyOf(siteGroupingId, userId))),
  position: Option.match(HashMap.get(state.readMarks, keyOf(siteGroupingId, id, userId)), {
    onNone: () => null,
    onSome: ({ position }) => position
  })
})

const unreadCountOf = (state: MemoryState, thread: Thread.Thread, userId: UserId): number => {
  const reading = readingOf(state, thread, userId)
  if (!Reading.hasUnread(reading, thread)) return 0
  return HashMap.toValues(state.messages).filter(
    (message) => message.externalThreadId === thread.id && Reading.isUnread(reading, message)
  ).length
}

const viewOf = (state: MemoryState, thread: Thread.Thread, userId: UserId): ThreadView => ({
  thread,
  phoneNumber:
    thread.phoneNumberId === null
      ? null
      : Option.match(HashMap.get(state.numbers, thread.phoneNumberId), {
          onNone: () => null,
          onSome: (number) => number.number
        }),
  optedOut: Option.exists(
    HashMap.get(state.consents, keyOf(thread.siteGroupingId, Contact.key(thread.externalContact))),
    (consent) => consent.status === "opted_out"
  ),
  unreadCount: unreadCountOf(state, thread, userId)
})

const isInView = (state: MemoryState, thread: Thread.Thread, query: ThreadFilter): boolean => {
  const isUnread = () => Reading.hasUnread(readingOf(state, thread, query.userId), thread)
  switch (query.view) {
    case "inbox":
      return thread.assigneeId === null || thread.unansweredSince !== null || thread.replyFailed !== null || isUnread()
    case "all":
      return true
    case "unread":
      return isUnread()
    case "unassigned":
      return thread.assigneeId === null
    case "mine":
      return thread.assigneeId === query.userId
  }
}

const isListed = (state: MemoryState, thread: Thread.Thread, query: ThreadFilter): boolean =>
  thread.deletedAt === null &&
  Scope.includes(query.scope, thread.siteGroupingId) &&
  isInView(state, thread, query) &&
  (query.patientId === undefined || thread.patientIds.includes(query.patientId)) &&
  (query.facilityId === undefined || thread.facilityId === query.facilityId) &&
  (query.assigneeId === undefined || thread.assigneeId === query.assigneeId) &&
  (query.phoneNumberId === undefined || thread.phoneNumberId === query.phoneNumberId) &&
  (query.threadType === undefined || thread.threadType === query.threadType) &&
  (query.replyFailed === undefined || (thread.replyFailed !== null) === query.replyFailed) &&
  (query.search === undefined || ContactSearch.matches(thread, query.search))

const ofIds =
  (ids: Parameters<Threads["Service"]["loadByIds"]>[0]) =>
  (state: MemoryState): ReadonlyArray<Thread.Thread> => {
    const wanted = new Map(ids.map(({ siteGroupingId, threadId }) => [threadId, siteGroupingId]))
    return [...wanted].flatMap(([id, tenant]) =>
      Option.toArray(Option.filter(HashMap.get(state.threads, id), ({ siteGroupingId }) => siteGroupingId === tenant))
    )
  }

export const layer: Layer.Layer<Threads, never, MemoryStore> = Layer.effect(
  Threads,
  Effect.map(MemoryStore, (store) =>
    Threads.of({
      loadByKeys: (keys) =>
        store.read((state) =>
          [...new Set(keys.map(keyOfThread))].flatMap((key) =>
            Option.toArray(Option.flatMap(HashMap.get(state.threadIds, key), (id) => HashMap.get(state.threads, id)))
          )
        ),
      loadByIds: (ids) => store.read(ofIds(ids)),
      patientsOf: (ids) =>
        store.read((state) => ofIds(ids)(state).map(({ id, patientIds }) => ({ threadId: id, patientIds }))),
      get: (scope, id, userId) =>
        store.read((state) =>
          HashMap.get(state.threads, id).pipe(
            Option.filter((thread) => thread.deletedAt === null && Scope.includes(scope, thread.siteGroupingId)),
            Option.map((thread) => viewOf(state, thread, userId))
          )
        ),
      list: (query) =>
        Effect.flatMap(
          store.read((state) =>
            HashMap.toValues(state.threads)
              .filter((thread) => isListed(state, thread, query))
              .map((thread) => viewOf(state, thread, query.userId))
          ),
          (views) =>
            keyset.page(
              "threads",
              views,
              ({ thread }) => ({ at: thread.lastMessageAt.epochMilliseconds, id: thread.id }),
              query
            )
        ),
      counts: (filters, atMost) =>
        store.read((state) => {
          const threads = HashMap.toValues(state.threads)
          return filters.map((filter) =>
            Math.min(threads.filter((thread) => isListed(state, thread, filter)).length, atMost)
          )
        })
    })
  )
)
