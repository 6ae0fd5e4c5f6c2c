import {
  InventoryNumber,
  NumberLifecycle,
  type PendingAssignment,
  type PhoneNumber,
  type PhoneNumberId,
  type ThreadId
} from "@careline/domain"
import { type NumberCount, NumberInventory, NumberTaken, type ReachedNumber, Scope } from "@careline/ports"
import { DateTime, Duration, Effect, HashMap, Layer, Option, Order, Result } from "effect"
import { keyOf, type MemoryState } from "../shared/MemoryState.ts"
import { MemoryStore } from "../shared/MemoryStore.ts"

type Owned = InventoryNumber.InventoryNumber

const byId = Order.mapInput(Order.String, (number: Owned) => number.id)
const defaultFirst = Order.combineAll([
  Order.mapInput(Order.flip(Order.Boolean), (number: Owned) => number.isDefault),
  Order.mapInput(DateTime.Order, (number: Owned) => number.assignedAt),
  byId
])
const longestFirst = Order.combine(
  Order.mapInput(DateTime.Order, (number: Owned) => number.statusSince),
  byId
)
const oldestFirst = Order.mapInput(
  DateTime.Order,
  (assignment: PendingAssignment.PendingAssignment) => assignment.requestedAt
)

const find = (state: MemoryState, id: PhoneNumberId): Owned | undefined =>
  Option.getOrUndefined(HashMap.get(state.numbers, id))

const all = (state: MemoryState): ReadonlyArray<Owned> => HashMap.toValues(state.numbers).toSorted(byId)

const put = (state: MemoryState, numbers: ReadonlyArray<Owned>): MemoryState => ({
  ...state,
  numbers: numbers.reduce((known, number) => HashMap.set(known, number.id, number), state.numbers)
})

/** Who tried a number while it was unassigned is of no meaning once it is a tenant's. */
const forget = (state: MemoryState, number: PhoneNumberId): MemoryState => ({
  ...state,
  unrouted: HashMap.filter(state.unrouted, (of) => of !== number)
})

const moveThreads = (
  state: MemoryState,
  ids: ReadonlyArray<PhoneNumberId>,
  to: PhoneNumberId | null,
  at: DateTime.Utc
): readonly [ReadonlyArray<ThreadId>, MemoryState] => {
  const after = (id: PhoneNumberId | null) => (id !== null && ids.includes(id) ? to : id)
  const named = HashMap.toValues(state.threads).filter(
    ({ lastContactedNumberId, phoneNumberId }) =>
      after(phoneNumberId) !== phoneNumberId || after(lastContactedNumberId) !== lastContactedNumberId
  )
  const threads = named.reduce(
    (known, thread) =>
      HashMap.set(known, thread.id, {
        ...thread,
        phoneNumberId: after(thread.phoneNumberId),
        lastContactedNumberId: after(thread.lastContactedNumberId),
        updatedAt: at
      }),
    state.threads
  )
  const answered = named.filter(({ phoneNumberId }) => after(phoneNumberId) !== phoneNumberId)
  return [answered.map(({ id }) => id).toSorted(), { ...state, threads }]
}

/** Texts that wait to leave, numbers that were replaced before, and calls. */
const moveOthers = (
  state: MemoryState,
  ids: ReadonlyArray<PhoneNumberId>,
  to: Parameters<NumberInventory["Service"]["reassign"]>[1]
): MemoryState => {
  const numbers = HashMap.map(state.numbers, (number) =>
    number.replacedBy !== null && ids.includes(number.replacedBy) ? { ...number, replacedBy: to?.id ?? null } : number
  )
  if (to === null) {
    const calls = HashMap.map(state.calls, (call) =>
      call.phoneNumberId !== null && ids.includes(call.phoneNumberId) ? { ...call, phoneNumberId: null } : call
    )
    return { ...state, numbers, calls }
  }
  const sends = HashMap.map(state.sends, (row) =>
    row.send.state === "queued" && ids.includes(row.send.fromNumberId)
      ? { ...row, send: { ...row.send, from: to.number, fromNumberId: to.id } }
      : row
  )
  return { ...state, numbers, sends }
}

const reachedIn = (state: MemoryState, numbers: ReadonlyArray<PhoneNumber.E164>): ReadonlyArray<ReachedNumber> =>
  all(state).flatMap((number) => {
    const own = numbers.includes(number.number) ? InventoryNumber.tenantNumber(number) : null
    const instead = number.replacedBy === null ? undefined : find(state, number.replacedBy)
    const on = (instead === undefined ? null : InventoryNumber.tenantNumber(instead)) ?? own
    return own === null || on === null ? [] : [{ number: number.number, on }]
  })

const countsOf = (state: MemoryState): ReadonlyArray<NumberCount> =>
  [...Map.groupBy(all(state), ({ number, status }) => keyOf(status, InventoryNumber.areaCodeOf(number))).values()].map(
    (numbers) => ({
      status: numbers[0]!.status,
      areaCode: InventoryNumber.areaCodeOf(numbers[0]!.number),
      count: numbers.length,
      nextEnd: numbers
        .flatMap(({ endsAt }) => endsAt ?? [])
        .reduce<DateTime.Utc | null>((first, end) => (first === null ? end : DateTime.min(first, end)), null)
    })
  )

export const layer: Layer.Layer<NumberInventory, never, MemoryStore> = Layer.effect(
  NumberInventory,
  Effect.map(MemoryStore, (store) =>
    NumberInventory.of({
      // Transactions come one after the other here.
      holdAssignments: () => Effect.void,
      list: (holder) =>
        store.read((state) =>
          all(state)
            .filter((number) =>
              holder === "unassigned"
                ? number.holder === null
                : number.holder !== null && Scope.includes(holder, number.holder.siteGroupingId)
            )
            .toSorted(defaultFirst)
        ),
      byNumbers: (numbers) => store.read((state) => all(state).filter(({ number }) => numbers.includes(number))),
      add: (number) =>
        Effect.filterOrFail(
          store.modify((state) =>
            HashMap.some(state.numbers, (known) => known.number === number.number)
              ? [false, state]
              : [true, put(state, [number])]
          ),
          (isNew) => isNew,
          () => new NumberTaken({ number: number.number })
        ).pipe(Effect.asVoid),
      remove: (id) =>
        store.update((state) => ({
          ...forget(state, id),
          numbers: HashMap.remove(state.numbers, id),
          pendingAssignments: HashMap.map(state.pendingAssignments, (one) =>
            one.phoneNumberId === id ? { ...one, phoneNumberId: null } : one
          )
        })),
      lock: (ids) => store.read((state) => all(state).filter(({ id }) => ids.includes(id))),
      save: (numbers) => store.update((state) => put(state, numbers)),
      take: ({ areaCode, at, key, purpose: wanted, siteGroupingId }) =>
        store.modify((state) => {
          const [free] = all(state)
            .filter(({ number, purpose, status }) => {
              const isThere = areaCode === null || InventoryNumber.areaCodeOf(number) === areaCode
              const isWanted = isThere && InventoryNumber.purposesFor(wanted).includes(purpose)
              return status === "available" && isWanted
            })
            .toSorted(longestFirst)
          if (free === undefined) return [Option.none(), state]
          const taken = Result.getOrThrow(NumberLifecycle.assign(free, siteGroupingId, key, at))
          return [Option.some(taken), put(forget(state, taken.id), [taken])]
        }),
      usage: (ids) =>
        store.read(({ threads }) =>
          ids.map((id) => HashMap.toValues(threads).filter(({ phoneNumberId }) => phoneNumberId === id).length)
        ),
      reassign: (ids, to, at) =>
        store.modify((state) => {
          const [threads, moved] = moveThreads(state, ids, to?.id ?? null, at)
          return [threads, moveOthers(moved, ids, to)]
        }),
      reached: (numbers) => store.read((state) => reachedIn(state, numbers)),
      reachedAtOnce: (numbers) => store.read((state) => ({ reached: reachedIn(state, numbers), busy: [] })),
      ended: (limit) =>
        Effect.flatMap(DateTime.now, (now) =>
          store.read((state) => ({
            now,
            numbers: all(state)
              .filter((number) => InventoryNumber.hasEnded(number, now))
              .slice(0, limit)
          }))
        ),
      noteUnroutedMessage: ({ at, from, isAnswerable, number, retireAfter }) =>
        store.modify((state) => {
          const found = all(state).find((one) => one.number === number && one.holder === null)
          if (found === undefined) return [Option.none(), state]
          const [seen, answered] = [keyOf(found.id, from), keyOf(found.id, from, "answered")]
          const isNew = !HashMap.has(state.unrouted, seen)
          const tried = isNew
            ? NumberLifecycle.noteUnrouted(found, { quarantine: Duration.zero, retireAfter }, at)
            : found
          const isBounded = !isNew || tried.unroutedInbound <= retireAfter
          const isFirst =
            isAnswerable && found.purpose !== "voice" && !HashMap.has(state.unrouted, answered) && isBounded
          const known = HashMap.set(state.unrouted, seen, found.id)
          const unrouted = isAnswerable ? HashMap.set(known, answered, found.id) : known
          return [Option.some({ isFirst }), put({ ...state, unrouted }, [tried])]
        }),
      counts: store.read(countsOf),
      addPendingAssignment: (assignment) =>
        store.update((state) => ({
          ...state,
          pendingAssignments: HashMap.set(state.pendingAssignments, assignment.id, assignment)
        })),
      savePendingAssignments: (assignments) =>
        store.modify((state) => {
          const isOpen = ({ id }: PendingAssignment.PendingAssignment) =>
            Option.exists(HashMap.get(state.pendingAssignments, id), (kept) => kept.state === "ordering")
          const open = assignments.filter(isOpen)
          const pendingAssignments = open.reduce(
            (known, one) => HashMap.set(known, one.id, one),
            state.pendingAssignments
          )
          return [open.map(({ id }) => id), { ...state, pendingAssignments }]
        }),
      pendingAssignments: store.read((state) =>
        HashMap.toValues(state.pendingAssignments)
          .filter((one) => one.state === "ordering")
          .toSorted(oldestFirst)
      ),
      pendingAssignment: (scope, id) =>
        store.read(({ pendingAssignments }) =>
          Option.filter(HashMap.get(pendingAssignments, id), ({ siteGroupingId }) =>
            Scope.includes(scope, siteGroupingId)
          )
        )
    })
  )
)
