/** Stores with one fault each in who has read what. */
import { Messages, type ReadMark, type ThreadQuery, Threads } from "@careline/ports"
import { DateTime, Effect, HashMap, Option } from "effect"
import { keyOf, type MemoryState } from "../src/memory/MemoryState.ts"
import { altered, broken, type BrokenStore } from "./broken.ts"

/** A store that makes something of a mark, or leaves it, before it is noted. */
const marking = (noted: (mark: ReadMark, state: MemoryState) => ReadonlyArray<ReadMark>) =>
  altered(Messages, ({ markRead }, store) => ({
    markRead: (mark) =>
      Effect.flatMap(
        store.read((state) => noted(mark, state)),
        (marks) => Effect.forEach(marks, markRead, { discard: true })
      )
  }))

const positionOf = ({ readMarks }: MemoryState, { siteGroupingId, threadId, userId }: ReadMark): number =>
  Option.match(HashMap.get(readMarks, keyOf(siteGroupingId, threadId, userId)), {
    onNone: () => 0,
    onSome: ({ position }) => position
  })

/** A store whose lists take themselves to be asked something else. */
const listing = (asked: (query: ThreadQuery) => ThreadQuery) =>
  altered(Threads, ({ list }) => ({ list: (query) => list(asked(query)) }))

export const brokenReading: ReadonlyArray<BrokenStore> = [
  broken(
    "takes what one user read for read by everybody",
    "Reading",
    "MUST count for each user what the contact wrote and they have not read",
    marking((mark, { readingSince }) =>
      [...HashMap.keys(readingSince)].flatMap((key) => {
        const [tenant, userId] = JSON.parse(key) as readonly [string | null, ReadMark["userId"]]
        return tenant === mark.siteGroupingId ? [{ ...mark, userId }] : []
      })
    )
  ),
  broken(
    "never takes a mark back",
    "Reading",
    "MUST let a user have read again what is unread, for themselves alone",
    marking((mark, state) => (mark.position > positionOf(state, mark) ? [mark] : []))
  ),
  broken(
    "looks for the message that was read up to",
    "Reading",
    "MUST take all before a place for read that is no message's",
    marking((mark, { messages }) =>
      HashMap.toValues(messages).some(
        ({ externalThreadId, position }) => externalThreadId === mark.threadId && position === mark.position
      )
        ? [mark]
        : []
    )
  ),
  broken(
    "has a new user catch up with all that ever came in",
    "Reading",
    "MUST have nothing old unread for a user who is new",
    altered(Messages, ({ startReading }) => ({
      startReading: (arrival) => startReading({ ...arrival, at: DateTime.makeUnsafe(0) })
    }))
  ),
  broken(
    "takes a user for known everywhere who is known somewhere",
    "Reading",
    "MUST take a user for new in each tenant by itself",
    altered(Messages, ({ startReading }) => ({
      startReading: (arrival) => startReading({ ...arrival, scope: "all" })
    }))
  ),
  broken(
    "counts for the first one who asked",
    "Reading",
    "MUST count for each user what the contact wrote and they have not read",
    altered(Threads, ({ get, list }) => {
      let first: ThreadQuery["userId"] | null = null
      return {
        get: (scope, id, userId) => get(scope, id, (first ??= userId)),
        list: (query) => list({ ...query, userId: (first ??= query.userId) })
      }
    })
  ),
  broken(
    "has in the inbox what is unread, and nothing that waits",
    "Reading",
    "MUST have in the inbox what is nobody's, what waits, what did not get through and what is unread",
    listing((query) => (query.view === "inbox" ? { ...query, view: "unread" } : query))
  ),
  broken(
    "lists as unread all that there is",
    "Reading",
    "MUST list as unread what is, whatever was read between, in the order of every list",
    listing((query) => (query.view === "unread" ? { ...query, view: "all" } : query))
  ),
  broken(
    "shows the readers of a thread whoever's it is",
    "Reading",
    "MUST show who has read how far, to nobody of another tenant",
    altered(Messages, ({ readers }, store) => ({
      readers: (_tenant, threadId) =>
        Effect.flatMap(
          store.read(({ threads }) => Option.getOrUndefined(HashMap.get(threads, threadId))),
          (thread) => (thread === undefined ? Effect.succeed([]) : readers(thread.siteGroupingId, threadId))
        )
    }))
  )
]
