import type { BridgeRequest } from "@careline/domain"
import { BridgeRequests } from "@careline/ports"
import { Array, DateTime, Effect, HashMap, Layer, Order } from "effect"
import { MemoryStore } from "./MemoryStore.ts"

const oldestFirst = Order.combine(
  Order.mapInput(DateTime.Order, (request: BridgeRequest.BridgeRequest) => request.createdAt),
  Order.mapInput(Order.String, (request: BridgeRequest.BridgeRequest) => request.id)
)

export const layer: Layer.Layer<BridgeRequests, never, MemoryStore> = Layer.effect(
  BridgeRequests,
  Effect.map(MemoryStore, (store) => {
    const select = (wanted: (request: BridgeRequest.BridgeRequest) => boolean) =>
      store.read((state) => HashMap.toValues(state.bridgeRequests).filter(wanted).sort(oldestFirst))
    const latestOf = (clinicianId: BridgeRequest.BridgeRequest["clinicianId"]) =>
      Effect.map(
        select((request) => request.clinicianId === clinicianId),
        Array.last
      )
    return BridgeRequests.of({
      add: (request) =>
        store.update((state) => ({
          ...state,
          bridgeRequests: HashMap.set(state.bridgeRequests, request.id, request)
        })),
      latestOf,
      dialled: ({ caller, dialled, expiredAfter }) =>
        select(
          ({ bridgeNumber, clinicianNumber, expiresAt }) =>
            clinicianNumber === caller &&
            bridgeNumber === dialled &&
            DateTime.isGreaterThanOrEqualTo(expiresAt, expiredAfter)
        ),
      load: (ids) => select(({ id }) => ids.includes(id)),
      save: (requests) =>
        store.update((state) => ({
          ...state,
          bridgeRequests: requests.reduce(
            (known, { failedPins, id, usedBy }) =>
              HashMap.modify(known, id, (request) => ({ ...request, failedPins, usedBy })),
            state.bridgeRequests
          )
        })),
      forget: (expiredBefore) =>
        store.modify((state) => {
          const known = HashMap.toValues(state.bridgeRequests).sort(oldestFirst)
          const latest = new Map(known.map((request) => [request.clinicianId, request.id]))
          const gone = known.filter(
            ({ clinicianId, expiresAt, id }) =>
              DateTime.isLessThan(expiresAt, expiredBefore) && latest.get(clinicianId) !== id
          )
          return [
            gone.length,
            {
              ...state,
              bridgeRequests: gone.reduce((left, { id }) => HashMap.remove(left, id), state.bridgeRequests)
            }
          ]
        })
    })
  })
)
