import { InventoryNumber, type PhoneNumberId, type PoolNumber } from "@careline/domain"
import { NumberTaken, PoolNumbers, Scope } from "@careline/ports"
import { Array, DateTime, Effect, HashMap, Layer, Option, Order } from "effect"
import type { MemoryState } from "../shared/MemoryState.ts"
import { MemoryStore } from "../shared/MemoryStore.ts"

const oldestFirst = Order.combine(
  Order.mapInput(DateTime.Order, (number: PoolNumber.PoolNumber) => number.createdAt),
  Order.mapInput(Order.String, (number: PoolNumber.PoolNumber) => number.id)
)

/** What tenants have; numbers in nobody's hands are in no pool. */
const held = (state: MemoryState): ReadonlyArray<PoolNumber.PoolNumber> =>
  HashMap.toValues(state.numbers).flatMap((number) => InventoryNumber.held(number) ?? [])

const isDefault = (state: MemoryState, id: PhoneNumberId): boolean =>
  Option.exists(HashMap.get(state.numbers, id), (number) => number.isDefault)

export const layer: Layer.Layer<PoolNumbers, never, MemoryStore> = Layer.effect(
  PoolNumbers,
  Effect.map(MemoryStore, (store) => {
    const select = (wanted: (number: PoolNumber.PoolNumber) => boolean) =>
      store.read((state) => held(state).filter(wanted).toSorted(oldestFirst))
    return PoolNumbers.of({
      list: (scope) => select((number) => Scope.includes(scope, number.siteGroupingId)),
      get: (scope, id) =>
        Effect.map(
          select((number) => number.id === id && Scope.includes(scope, number.siteGroupingId)),
          Array.head
        ),
      byNumbers: (numbers) => select((number) => numbers.includes(number.number)),
      defaultOf: (tenant) =>
        store.read((state) => {
          const own = held(state)
            .filter((number) => number.siteGroupingId === tenant && number.status === "assigned")
            .toSorted(oldestFirst)
          return Option.fromNullishOr(own.find(({ id }) => isDefault(state, id)) ?? own[0])
        }),
      carriedBy: (tenants, provider, unclaimed) =>
        select(
          (number) =>
            tenants.includes(number.siteGroupingId) &&
            (number.provider === provider || (unclaimed && number.provider === null)) &&
            number.status === "assigned"
        ),
      add: (number) =>
        Effect.filterOrFail(
          store.modify((state) =>
            HashMap.some(state.numbers, (known) => known.number === number.number)
              ? [false, state]
              : [true, { ...state, numbers: HashMap.set(state.numbers, number.id, InventoryNumber.entered(number)) }]
          ),
          (isFree) => isFree,
          () => new NumberTaken({ number: number.number })
        ).pipe(Effect.asVoid)
    })
  })
)
