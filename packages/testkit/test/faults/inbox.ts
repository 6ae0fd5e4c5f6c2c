/** Inboxes with one fault each. */
import { Inbox, type IncomingEvent, type Settlement } from "@careline/ports"
import { DateTime, Effect, HashMap } from "effect"
import type { InboxRow, MemoryState } from "../../src/memory/shared/MemoryState.ts"
import { breaking, set, type StoreFaults } from "./brokenStore.ts"

const intake = breaking(Inbox)

/** Puts back what it once knew of events that are done and are settled again. */
const resurrecting = () => {
  const seen = new Map<string, InboxRow>()
  return (state: MemoryState, settlements: ReadonlyArray<Settlement>): MemoryState => {
    for (const [id, row] of state.inbox) seen.set(id, row)
    const known = settlements.flatMap(({ id }) => seen.get(id) ?? []).map((row) => [row.id, row] as const)
    return { ...state, inbox: HashMap.setMany(state.inbox, known) }
  }
}

const unpark = (state: MemoryState, ids: ReadonlyArray<string>): MemoryState => ({
  ...state,
  inbox: HashMap.map(state.inbox, (row) => (ids.includes(row.id) ? { ...row, parkedBecause: null } : row))
})

/** As a store has it that keeps no talk time in what tells reports apart. */
const withoutSeconds = (incoming: IncomingEvent): IncomingEvent => {
  const { event } = incoming
  return event._tag === "CallReported" && event.report._tag === "Progressed"
    ? { ...incoming, event: { ...event, report: { ...event.report, durationSeconds: null } } }
    : incoming
}

export const inboxFaults: StoreFaults = {
  "Inbox: intake": {
    "takes what waited for what came just now → that waited for the store": intake.asked({
      accept: (events) => events.map(set({ receivedAt: undefined }))
    }),
    "takes a second delivery for another event → once however often": intake.asked({
      accept: (events) => events.map((event) => ({ ...event, account: crypto.randomUUID() }))
    })
  },
  "Inbox: lanes": {
    "loses the order within a lane → in the order in which they were accepted": intake.answered({
      claimLanes: (claimed) => ({
        ...claimed,
        lanes: claimed.lanes.map((lane) => ({ ...lane, events: lane.events.toReversed() }))
      })
    }),
    // Without the held texts nothing is in the way of those behind them.
    "lets later texts pass a postponed one → hold a postponed text": intake.altered(({ claimLanes }, store) => ({
      claimLanes: (options) =>
        Effect.gen(function* () {
          const { now } = yield* claimLanes(options)
          const inbox = yield* store.read((state) => state.inbox)
          const due = HashMap.filter(inbox, ({ dueAt }) => DateTime.isLessThanOrEqualTo(dueAt, now))
          yield* store.update((state) => ({ ...state, inbox: due }))
          const claimed = yield* claimLanes(options)
          yield* store.update((state) => ({ ...state, inbox }))
          return claimed
        }).pipe(store.transact)
    })),
    "brings a text back that is done → leave a text that is done": intake.before({ settle: resurrecting() }),
    "lets what is parked be settled again → leave a parked text": intake.before({
      settle: (state, settlements) =>
        unpark(
          state,
          settlements.map(({ id }) => id)
        )
    })
  },
  "Inbox: delivery reports": {
    "brings reports back that are done → leave a report that is done": intake.before({ settle: resurrecting() })
  },
  "Inbox: what is parked": {
    "applies all that came before its number was added at once → no more at once": intake.asked({
      releaseParked: () => 1_000
    }),
    "applies again what came for nobody → that is no tenant's": intake.altered((_sound, store) => ({
      retryParked: (id) => store.modify((state) => [HashMap.has(state.inbox, id), unpark(state, [id])])
    })),
    "forgets what was dismissed → still know a dismissed event": intake.after({
      dismissParked: set({ inboxIdentities: HashMap.empty() })
    })
  },
  "Inbox: calls": {
    "keeps calls in lanes of their own → in one lane with their texts": intake.answered({
      claimLanes: (claimed) => ({
        ...claimed,
        lanes: claimed.lanes.flatMap((lane) =>
          ["MessageReceived", "CallReceived"].map((tag) => ({
            ...lane,
            events: lane.events.filter(({ event }) => event._tag === tag)
          }))
        )
      })
    }),
    "takes a call that it is told of again for another → keep a call once": intake.asked({
      accept: (events) => events.map((event) => ({ ...event, account: crypto.randomUUID() }))
    }),
    "takes a call to nobody's number for one of ours → park a call": intake.answered({
      accept: (answers) => answers.map((answer) => (answer === "unroutable" ? "accepted" : answer))
    }),
    "lets reports of calls hold up those of texts → apart from reports of texts": intake.altered((sound) => ({
      claimReports: (limit) =>
        Effect.flatMap(sound.claimCallReports(limit), ({ reports }) =>
          sound.claimReports(reports.length === 0 ? limit : 0)
        )
    })),
    "takes a report that knows how long they talked for the one before it → by what they say": intake.asked({
      accept: (all) => all.map(withoutSeconds)
    })
  }
}
