import { createHash } from "node:crypto"
import type { BridgeRequest } from "@careline/domain"
import { BridgeRequests, type RingAnswer } from "@careline/ports"
import { Array, DateTime, Effect, HashMap, Layer, Order } from "effect"
import type { MemoryState, RingRow } from "../shared/MemoryState.ts"
import { MemoryStore } from "../shared/MemoryStore.ts"

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
      dialled: ({ caller, expiredAfter, siteGroupingId: tenant }) =>
        select(
          ({ clinicianNumber, expiresAt, siteGroupingId }) =>
            clinicianNumber === caller &&
            siteGroupingId === tenant &&
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
      ring: ({ clinicianNumber, ...rest }, { calls, since }) =>
        store.modify((state): readonly [RingAnswer, MemoryState] => {
          const ring: RingRow = { ...rest, phone: createHash("sha256").update(clinicianNumber).digest("hex") }
          const known = HashMap.toValues(state.rings)
          const isOthers = ({ clinicianId, phone, until }: RingRow) =>
            (clinicianId === ring.clinicianId || phone === ring.phone) && DateTime.isGreaterThan(until, ring.at)
          if (known.some(isOthers)) return [{ _tag: "Busy" }, state]
          const counted = known
            .filter(({ at, clinicianId }) => clinicianId === ring.clinicianId && DateTime.isGreaterThan(at, since))
            .map(({ at }) => at)
            .sort(DateTime.Order)
          if (counted.length >= calls) return [{ _tag: "TooMany", first: counted[0]! }, state]
          return [{ _tag: "Rings" }, { ...state, rings: HashMap.set(state.rings, ring.id, ring) }]
        }),
      rang: (ids, at) =>
        store.update((state) => ({
          ...state,
          rings: ids.reduce(
            (known, id) => HashMap.modify(known, id, (ring) => ({ ...ring, until: DateTime.min(ring.until, at) })),
            state.rings
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
              rings: HashMap.filter(state.rings, ({ at }) => !DateTime.isLessThan(at, expiredBefore)),
              bridgeRequests: gone.reduce((left, { id }) => HashMap.remove(left, id), state.bridgeRequests)
            }
          ]
        })
    })
  })
)
