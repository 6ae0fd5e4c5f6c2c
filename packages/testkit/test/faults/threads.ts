/** Stores that keep threads, messages and who has read what with one fault each. */
import { type Change, type Message, type Tenant } from "@careline/domain"
import {
  Broadcaster,
  Changes,
  Messages,
  type MessageRevision,
  type PublishedEvent,
  type ReadMark,
  Scope,
  StorageError,
  StoreFault,
  type ThreadQuery,
  Threads,
  Transaction
} from "@careline/ports"
import { DateTime, Effect, HashMap, Option, PubSub, Stream } from "effect"
import { keyOf, type MemoryState } from "../../src/memory/shared/MemoryState.ts"
import { breaking, set, type StoreFaults } from "./brokenStore.ts"

const refusal = (operation: string) => new StorageError({ operation, reason: new StoreFault({ message: "refused" }) })

const isStart = ({ _tag }: Change): boolean => _tag === "TimerStarted"
const keyOfSaved = (change: Change) => (change._tag === "ThreadSaved" ? change.thread.id : change)

const transactions = breaking(Transaction)
const changes = breaking(Changes)
const threads = breaking(Threads)
const messages = breaking(Messages)
const broadcaster = breaking(Broadcaster)

type Owned = { readonly siteGroupingId: Tenant } | undefined
const siteGroupingOf = (owned: Owned) => (owned === undefined ? {} : { siteGroupingId: owned.siteGroupingId })

/** Messages that a revision left as `spoil` makes them. */
const misrevised =
  (spoil: (revised: Message.Message, before: Message.Message, revision: MessageRevision) => Message.Message) =>
  (state: MemoryState, before: MemoryState, revisions: ReadonlyArray<MessageRevision>): MemoryState => ({
    ...state,
    messages: revisions.reduce(
      (known, revision) =>
        HashMap.modify(known, revision.messageId, (message) =>
          spoil(message, HashMap.getUnsafe(before.messages, revision.messageId), revision)
        ),
      state.messages
    )
  })

/** A store that notes other marks than the one it is given. */
const marking = (noted: (mark: ReadMark, state: MemoryState) => Array<ReadMark>) =>
  messages.altered(({ markRead }, store) => ({
    markRead: (mark) =>
      Effect.flatMap(
        store.read((state) => noted(mark, state)),
        Effect.forEach(markRead, { discard: true })
      )
  }))

const positionOf = ({ readMarks }: MemoryState, { siteGroupingId, threadId, userId }: ReadMark): number =>
  Option.getOrUndefined(HashMap.get(readMarks, keyOf(siteGroupingId, threadId, userId)))?.position ?? 0

export const threadFaults: StoreFaults = {
  Transaction: {
    "never rolls back → undo a nested transaction together": transactions.altered(() => ({
      transact: (effect) => effect
    }))
  },
  Changes: {
    "lets the first of several states of a thread hold → several states of one thread": changes.asked({
      apply: (set) => [...new Map(set.toReversed().map((change) => [keyOfSaved(change), change])).values()]
    }),
    "wants a thread before what is in it → in any order, what is in a thread": changes.altered(({ apply }, store) => ({
      apply: (set) =>
        Effect.flatMap(
          store.read(({ threads }) => new Set<unknown>(HashMap.keys(threads))),
          (known) => {
            for (const change of set) {
              if (change._tag === "ThreadSaved") known.add(change.thread.id)
              const isEarly = change._tag === "MessageAdded" && !known.has(change.message.externalThreadId)
              if (isEarly) return Effect.fail(refusal("changes.apply"))
            }
            return apply(set)
          }
        )
    })),
    "stops timers before it starts those of the same set → decision by decision": changes.asked({
      apply: (set) => [...set.filter((change) => !isStart(change)), ...set.filter(isStart)]
    })
  },
  Threads: {
    "forgets the tenant of a key → one contact in different tenants": threads.answered({
      loadByKeys: (_found, all, keys) =>
        HashMap.toValues(all.threads).filter((thread) => keys.some(({ contact }) => contact === thread.externalContact))
    }),
    "tells the patients of any tenant's thread → each within its own": threads.answered({
      patientsOf: (_found, all, ids) =>
        HashMap.toValues(all.threads)
          .filter(({ id }) => ids.some(({ threadId }) => threadId === id))
          .map(({ id, patientIds }) => ({ threadId: id, patientIds }))
    }),
    "knows the patients of a thread as they were before it waited for it → that was waited for": threads.stale({
      loadByIds: (found, before) =>
        found.map((thread) => {
          const { patientIds = thread.patientIds } = Option.getOrUndefined(HashMap.get(before.threads, thread.id)) ?? {}
          return { ...thread, patientIds }
        })
    })
  },
  "Thread list": {
    "loses threads of equal time between two pages → with equal times as well": threads.altered((sound) => {
      let last = Number.NaN
      return {
        list: (query) =>
          Effect.map(sound.list(query), ({ items, nextCursor }) => {
            const timeOf = ({ thread }: (typeof items)[number]) => thread.lastMessageAt.epochMilliseconds
            const left = items.filter((item) => query.cursor === null || timeOf(item) !== last)
            last = left.map(timeOf).at(-1) ?? last
            return { items: left, nextCursor }
          })
      }
    }),
    "takes a search for digits only as it is written → a part of the number": threads.altered((sound) => ({
      list: ({ search = "", ...query }) =>
        Effect.map(sound.list(query), (page) => ({
          ...page,
          items: page.items.filter(({ thread }) =>
            `${thread.contactName ?? ""} ${thread.externalContact}`.includes(search)
          )
        }))
    }))
  },
  Messages: {
    "lets the last status heard hold → the same status whatever the order": messages.before({
      update: (state, updates) => ({
        ...state,
        messages: updates.reduce(
          (known, { messageId }) => HashMap.modify(known, messageId, set({ deliveryStatus: null })),
          state.messages
        )
      })
    }),
    "forgets what became of a message that it revises → change nothing else of it": messages.after({
      revise: misrevised(set({ deliveryStatus: null }))
    }),
    "adds a revision's attachments to those that there were → in the place of those that there were": messages.after({
      revise: misrevised((message, before) => ({
        ...message,
        attachments: [...before.attachments, ...message.attachments]
      }))
    }),
    "knows of a revised message what the revision says, and nothing else → merge a revision's metadata": messages.after(
      { revise: misrevised((message, _before, { metaData }) => ({ ...message, metaData })) }
    ),
    "revises the first of several messages → several messages at once": messages.asked({
      revise: (all) => all.slice(0, 1)
    }),
    "revises a message whoever's it is → no message under another tenant": messages.asked({
      revise: (all, state) =>
        all.map((one) => ({
          ...one,
          ...siteGroupingOf(Option.getOrUndefined(HashMap.get(state.messages, one.messageId)))
        }))
    }),
    "keeps a revision whose transaction was undone → undo a revision": messages.altered(({ get, revise }) => {
      const contents = new Map<string, string>()
      return {
        revise: (revisions) => {
          for (const { content, messageId } of revisions) contents.set(messageId, content)
          return revise(revisions)
        },
        get: (scope, threadId, id) =>
          Effect.map(
            get(scope, threadId, id),
            Option.map((message) => ({ ...message, content: contents.get(id) ?? message.content }))
          )
      }
    })
  },
  "Messages by status": {
    "shows every tenant what needs a decision → messages of the scope": messages.asked({
      listByStatus: set({ scope: "all" })
    }),
    "lets anybody find a message by its id → find a message whichever thread": messages.asked({ find: () => "all" })
  },
  Reading: {
    "takes what one user read for read by everybody → for each user what": marking((mark, { readingSince }) =>
      [...HashMap.keys(readingSince)]
        .map((key) => JSON.parse(key) as readonly [ReadMark["siteGroupingId"], ReadMark["userId"]])
        .filter(([tenant]) => tenant === mark.siteGroupingId)
        .map(([, userId]) => ({ ...mark, userId }))
    ),
    "never takes a mark back → read again what is unread": marking((mark, state) =>
      mark.position > positionOf(state, mark) ? [mark] : []
    ),
    "looks for the message that was read up to → that is no message's": marking((mark, state) =>
      HashMap.toValues(state.messages).some(
        ({ externalThreadId, position }) => externalThreadId === mark.threadId && position === mark.position
      )
        ? [mark]
        : []
    ),
    "has a new user catch up with all that ever came in → nothing old": messages.asked({
      startReading: set({ at: DateTime.makeUnsafe(0) })
    }),
    "takes a user for known everywhere who is known somewhere → new in each": messages.asked({
      startReading: set({ scope: "all" })
    }),
    "counts for the first one who asked → for each user what": threads.altered(({ get, list }) => {
      let first: ThreadQuery["userId"] | undefined
      return {
        get: (scope, id, userId) => get(scope, id, (first ??= userId)),
        list: (query) => list({ ...query, userId: (first ??= query.userId) })
      }
    }),
    "has in the inbox what is unread, and nothing that waits → have in the inbox": threads.asked({
      list: (query) => (query.view === "inbox" ? { ...query, view: "unread" } : query)
    }),
    "lists as unread all that there is → list as unread what is": threads.asked({
      list: (query) => (query.view === "unread" ? { ...query, view: "all" } : query)
    }),
    "shows the readers of a thread whoever's it is → who has read how far": messages.altered(({ readers }, store) => ({
      readers: (tenant, threadId) =>
        Effect.flatMap(
          store.read(({ threads }) => siteGroupingOf(Option.getOrUndefined(HashMap.get(threads, threadId)))),
          ({ siteGroupingId = tenant }) => readers(siteGroupingId, threadId)
        )
    }))
  },
  Broadcaster: {
    "fails at an id that it did not give → cannot have given": broadcaster.altered(({ subscribe }) => ({
      subscribe: (scope, after) =>
        after === null || /^[1-9]\d*$/.test(after)
          ? subscribe(scope, after)
          : Stream.fail(refusal("broadcaster.subscribe"))
    })),
    "waits for an id that lies ahead → cannot have given": broadcaster.altered(({ subscribe }) => ({
      subscribe: (scope, after) => (after !== null && /^\d{15}$/.test(after) ? Stream.never : subscribe(scope, after))
    })),
    "says at once what is not committed yet → before the transaction commits": broadcaster.altered(() => {
      const said = Effect.runSync(PubSub.unbounded<PublishedEvent>({ replay: Number.MAX_SAFE_INTEGER }))
      return {
        publish: (events) =>
          PubSub.publishAll(
            said,
            events.map((event, nth) => ({ id: String(nth + 1), event }))
          ),
        subscribe: (scope) =>
          Stream.filter(Stream.fromPubSub(said), ({ event }) => Scope.includes(scope, event.siteGroupingId))
      }
    })
  }
}
