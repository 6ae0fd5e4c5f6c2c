import { Contact, type Thread } from "@careline/domain"
import { Scope, type ThreadQuery, Threads, type ThreadView } from "@careline/ports"
import { Effect, HashMap, Layer, Option } from "effect"
import * as keyset from "./keyset.ts"
import { keyOf, keyOfThread, type MemoryState } from "./MemoryState.ts"
import { MemoryStore } from "./MemoryStore.ts"

const viewOf = (state: MemoryState, thread: Thread.Thread): ThreadView => ({
  thread,
  phoneNumber:
    thread.phoneNumberId === null
      ? null
      : Option.match(HashMap.get(state.numbers, thread.phoneNumberId), {
          onNone: () => null,
          onSome: (number) => number.number
        }),
  optedOut: Option.exists(
    HashMap.get(state.consents, keyOf(thread.siteGroupingId, thread.externalContact)),
    (consent) => consent.status === "opted_out"
  )
})

const digitsOf = (text: string): string => text.replace(/\D/g, "")

/** A search without a letter may be a number in any way of writing; a name may hold anything. */
const matches = (thread: Thread.Thread, search: string): boolean => {
  const wanted = search.trim().toLowerCase()
  if (wanted === "") return true
  if (thread.contactName?.toLowerCase().includes(wanted) === true) return true
  if (Contact.kind(thread.externalContact) !== "phone") return thread.externalContact.toLowerCase().includes(wanted)
  const digits = digitsOf(wanted)
  return digits !== "" && !/\p{L}/u.test(wanted) && digitsOf(thread.externalContact).includes(digits)
}

const isInView = (thread: Thread.Thread, query: ThreadQuery): boolean => {
  switch (query.view) {
    case "inbox":
      return thread.assigneeId === null || thread.unreadCount > 0
    case "all":
      return true
    case "unread":
      return thread.unreadCount > 0
    case "unassigned":
      return thread.assigneeId === null
    case "mine":
      return thread.assigneeId === query.userId
  }
}

const isListed = (thread: Thread.Thread, query: ThreadQuery): boolean =>
  thread.deletedAt === null &&
  Scope.includes(query.scope, thread.siteGroupingId) &&
  isInView(thread, query) &&
  (query.patientId === undefined || thread.patientIds.includes(query.patientId)) &&
  (query.facilityId === undefined || thread.facilityId === query.facilityId) &&
  (query.search === undefined || matches(thread, query.search))

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
      get: (scope, id) =>
        store.read((state) =>
          HashMap.get(state.threads, id).pipe(
            Option.filter((thread) => thread.deletedAt === null && Scope.includes(scope, thread.siteGroupingId)),
            Option.map((thread) => viewOf(state, thread))
          )
        ),
      list: (query) =>
        Effect.flatMap(
          store.read((state) =>
            HashMap.toValues(state.threads)
              .filter((thread) => isListed(thread, query))
              .map((thread) => viewOf(state, thread))
          ),
          (views) =>
            keyset.page(
              "threads",
              views,
              ({ thread }) => ({ at: thread.lastMessageAt.epochMilliseconds, id: thread.id }),
              query
            )
        )
    })
  )
)
