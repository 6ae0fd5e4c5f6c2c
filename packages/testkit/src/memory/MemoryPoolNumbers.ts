import type { PoolNumber } from "@careline/domain"
import { NumberTaken, PoolNumbers, Scope } from "@careline/ports"
import { Array, DateTime, Effect, HashMap, Layer, Option, Order } from "effect"
import { MemoryStore } from "./MemoryStore.ts"

const oldestFirst = Order.combine(
  Order.mapInput(DateTime.Order, (number: PoolNumber.PoolNumber) => number.createdAt),
  Order.mapInput(Order.String, (number: PoolNumber.PoolNumber) => number.id)
)

export const layer: Layer.Layer<PoolNumbers, never, MemoryStore> = Layer.effect(
  PoolNumbers,
  Effect.map(MemoryStore, (store) => {
    const select = (wanted: (number: PoolNumber.PoolNumber) => boolean) =>
      store.read((state) => HashMap.toValues(state.numbers).filter(wanted).sort(oldestFirst))
    return PoolNumbers.of({
      list: (scope) => select((number) => Scope.includes(scope, number.siteGroupingId)),
      get: (scope, id) =>
        store.read((state) =>
          Option.filter(HashMap.get(state.numbers, id), (number) => Scope.includes(scope, number.siteGroupingId))
        ),
      byNumbers: (numbers) => select((number) => numbers.includes(number.number)),
      defaultOf: (tenant) =>
        Effect.map(
          select((number) => number.siteGroupingId === tenant && number.status !== "suspended"),
          Array.head
        ),
      carriedBy: (tenants, provider, unclaimed) =>
        select(
          (number) =>
            tenants.includes(number.siteGroupingId) &&
            (number.provider === provider || (unclaimed && number.provider === null)) &&
            number.status !== "suspended"
        ),
      add: (number) =>
        Effect.filterOrFail(
          store.modify((state) =>
            HashMap.some(state.numbers, (known) => known.number === number.number)
              ? [false, state]
              : [true, { ...state, numbers: HashMap.set(state.numbers, number.id, number) }]
          ),
          (isFree) => isFree,
          () => new NumberTaken({ number: number.number })
        ).pipe(Effect.asVoid)
    })
  })
)
