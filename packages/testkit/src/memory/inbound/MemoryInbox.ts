import { Contact, type Tenant } from "@careline/domain"
import {
  type Acceptance,
  type CallReported,
  type DeliveryReported,
  identityOf,
  Inbox,
  type IncomingEvent,
  isArrival,
  type Lane,
  type LaneArrival,
  type LaneEvent,
  NOBODYS,
  NOT_ON_RECORD,
  type Settlement,
  type TelephonyEvent
} from "@careline/ports"
import { DateTime, Effect, HashMap, Layer, Option, Order } from "effect"
import { type InboxRow, keyOf, type MemoryState } from "../shared/MemoryState.ts"
import { MemoryStore } from "../shared/MemoryStore.ts"
import * as keyset from "../shared/keyset.ts"
import * as wakeups from "../shared/wakeups.ts"

type RowOf<Event extends TelephonyEvent> = InboxRow & { readonly event: Event }

const isOfLane = (row: InboxRow): row is RowOf<LaneArrival> => isArrival(row.event)
const isReport = (row: InboxRow): row is RowOf<DeliveryReported> => row.event._tag === "DeliveryReported"
const isCallReport = (row: InboxRow): row is RowOf<CallReported> => row.event._tag === "CallReported"

const byArrival = Order.mapInput(Order.Number, (row: InboxRow) => row.sequence)

const keyOfEvent = ({ account, event, provider }: IncomingEvent): string => {
  const { detail, id } = identityOf(event)
  return keyOf(provider, account, event._tag, id, detail)
}

/** The number that an event came in on. */
const numberOf = (state: MemoryState, event: TelephonyEvent) =>
  isArrival(event) ? HashMap.toValues(state.numbers).find((number) => number.number === event.to) : undefined

/** Whose an event is; `undefined` when its number is no tenant's. */
const tenantOf = (state: MemoryState, event: TelephonyEvent): Tenant | undefined =>
  isArrival(event) ? numberOf(state, event)?.holder?.siteGroupingId : null

const acceptOne = (
  state: MemoryState,
  incoming: IncomingEvent,
  now: DateTime.Utc
): readonly [Acceptance, MemoryState] => {
  const identity = keyOfEvent(incoming)
  if (HashMap.has(state.inboxIdentities, identity)) return ["duplicate", state]
  const tenant = tenantOf(state, incoming.event)
  const sequence = state.sequence + 1
  const row: InboxRow = {
    id: String(sequence),
    sequence,
    provider: incoming.provider,
    event: incoming.event,
    siteGroupingId: tenant ?? null,
    receivedAt: DateTime.min(incoming.receivedAt ?? now, now),
    failures: 0,
    dueAt: now,
    parkedBecause: tenant !== undefined ? null : numberOf(state, incoming.event) === undefined ? NOT_ON_RECORD : NOBODYS
  }
  return [
    tenant === undefined ? "unroutable" : "accepted",
    {
      ...state,
      sequence,
      inbox: HashMap.set(state.inbox, row.id, row),
      inboxIdentities: HashMap.set(state.inboxIdentities, identity, true)
    }
  ]
}

const laneEvent = ({ event, failures, id, provider, receivedAt }: RowOf<LaneArrival>): LaneEvent => ({
  id,
  provider,
  event,
  receivedAt,
  failures
})

/** Pending rows of one kind that are due. */
const dueReports = <Event extends TelephonyEvent>(
  state: MemoryState,
  isWanted: (row: InboxRow) => row is RowOf<Event>,
  limit: number,
  now: DateTime.Utc
) =>
  HashMap.toValues(state.inbox)
    .filter((row) => row.parkedBecause === null && DateTime.isLessThanOrEqualTo(row.dueAt, now))
    .filter(isWanted)
    .sort(byArrival)
    .slice(0, limit)
    .map(({ event, failures, id, provider }) => ({ id, provider, event, failures }))

/** The lanes whose oldest pending text is due, in the order of those texts; each with its texts up to one not due. */
const dueLanes = (state: MemoryState, eventsPerLane: number, now: DateTime.Utc): ReadonlyArray<Lane> => {
  const pending = HashMap.toValues(state.inbox)
    .filter((row) => row.parkedBecause === null)
    .filter(isOfLane)
    .sort(byArrival)
  const lanes = Map.groupBy(pending, (row) => keyOf(row.siteGroupingId, Contact.key(row.event.from)))
  return [...lanes.values()].flatMap((rows) => {
    const held = rows.findIndex((row) => DateTime.isGreaterThan(row.dueAt, now))
    const due = held < 0 ? rows : rows.slice(0, held)
    const first = due[0]
    return first === undefined
      ? []
      : [
          {
            siteGroupingId: first.siteGroupingId,
            contact: Contact.key(first.event.from),
            events: due.slice(0, eventsPerLane).map(laneEvent)
          }
        ]
  })
}

const settleOne = (state: MemoryState, settlement: Settlement): MemoryState => {
  const row = Option.getOrUndefined(HashMap.get(state.inbox, settlement.id))
  // What is done is gone, what is parked stays so.
  if (row === undefined || row.parkedBecause !== null) return state
  switch (settlement._tag) {
    case "Done":
      return { ...state, inbox: HashMap.remove(state.inbox, row.id) }
    case "Postponed": {
      const failures = row.failures + (settlement.wasTried === false ? 0 : 1)
      return { ...state, inbox: HashMap.set(state.inbox, row.id, { ...row, dueAt: settlement.until, failures }) }
    }
    case "Parked":
      return { ...state, inbox: HashMap.set(state.inbox, row.id, { ...row, parkedBecause: settlement.reason }) }
  }
}

const cameForNobody = ({ parkedBecause }: InboxRow): boolean =>
  parkedBecause === NOT_ON_RECORD || parkedBecause === NOBODYS

/**
 * Pending again: for the tenant that it came for, or, where there was none, for the one that has the number now. As it is when
 * none has.
 */
const revive = (state: MemoryState, row: InboxRow): MemoryState => {
  const siteGroupingId = cameForNobody(row) ? tenantOf(state, row.event) : row.siteGroupingId
  if (siteGroupingId === undefined) return state
  const revived = { ...row, siteGroupingId, parkedBecause: null, failures: 0 }
  return { ...state, inbox: HashMap.set(state.inbox, row.id, revived) }
}

const isAdmissible = (state: MemoryState, row: InboxRow): boolean => {
  const number = numberOf(state, row.event)
  return (
    row.parkedBecause === NOT_ON_RECORD &&
    number !== undefined &&
    number.holder !== null &&
    DateTime.Equivalence(number.acquiredAt, number.assignedAt)
  )
}

const parkedEvent = ({ event, id, parkedBecause, provider, receivedAt }: InboxRow) => ({
  id,
  provider,
  kind: event._tag,
  reason: parkedBecause ?? "",
  receivedAt,
  to: isArrival(event) ? event.to : null,
  from: isArrival(event) ? event.from : null
})

const parkedRow = (state: MemoryState, id: string): InboxRow | undefined => {
  const row = Option.getOrUndefined(HashMap.get(state.inbox, id))
  return row === undefined || row.parkedBecause === null ? undefined : row
}

export const layer: Layer.Layer<Inbox, never, MemoryStore> = Layer.effect(
  Inbox,
  Effect.map(MemoryStore, (store) =>
    Inbox.of({
      accept: (events) =>
        Effect.flatMap(DateTime.now, (now) =>
          store.modify((before) => {
            let state = before
            const acceptances = events.map((incoming) => {
              const [acceptance, after] = acceptOne(state, incoming, now)
              state = after
              return acceptance
            })
            return [acceptances, state]
          })
        ),
      claimLanes: ({ eventsPerLane, lanes }) =>
        Effect.flatMap(DateTime.now, (now) =>
          store.read((state) => ({ now, lanes: dueLanes(state, eventsPerLane, now).slice(0, lanes) }))
        ),
      claimReports: (limit) =>
        Effect.flatMap(DateTime.now, (now) =>
          store.read((state) => ({ now, reports: dueReports(state, isReport, limit, now) }))
        ),
      claimCallReports: (limit) =>
        Effect.flatMap(DateTime.now, (now) =>
          store.read((state) => ({ now, reports: dueReports(state, isCallReport, limit, now) }))
        ),
      settle: (settlements) => store.update((state) => settlements.reduce(settleOne, state)),
      parked: (request) =>
        Effect.flatMap(
          store.read((state) => HashMap.toValues(state.inbox).filter(({ parkedBecause }) => parkedBecause !== null)),
          (rows) =>
            Effect.map(
              keyset.page("parked", rows, ({ id, sequence }) => ({ at: sequence, id }), request),
              ({ items, nextCursor }) => ({ items: items.map(parkedEvent), nextCursor })
            )
        ),
      releaseParked: (limit) =>
        store.modify((state) => {
          const rows = HashMap.toValues(state.inbox)
            .filter((row) => isAdmissible(state, row))
            .sort(byArrival)
            .slice(0, limit)
          return [rows.length, rows.reduce(revive, state)]
        }),
      retryParked: (id) =>
        store.modify((state) => {
          const row = parkedRow(state, id)
          const after = row === undefined ? state : revive(state, row)
          return [after !== state, after]
        }),
      dismissParked: (id) =>
        store.modify((state) =>
          parkedRow(state, id) === undefined
            ? [false, state]
            : [true, { ...state, inbox: HashMap.remove(state.inbox, id) }]
        ),
      wakeups: wakeups.of(store, (state) => state.inbox)
    })
  )
)
