import { Call, type CallId } from "@careline/domain"
import { type CallKey, Calls, Scope } from "@careline/ports"
import { DateTime, Effect, HashMap, Layer, Option, Order } from "effect"
import * as keyset from "./keyset.ts"
import type { MemoryState } from "./MemoryState.ts"
import { MemoryStore } from "./MemoryStore.ts"

const heardFirst = Order.mapInput(DateTime.Order, (call: Call.Call) => call.updatedAt)

const matchOne = (state: MemoryState, { callId, provider, providerCallId }: CallKey): Call.Call | null => {
  const known = HashMap.toValues(state.calls).find(
    (call) => call.provider === provider && call.providerCallId === providerCallId
  )
  if (known !== undefined || callId === null) return known ?? null
  const ours = Option.getOrUndefined(HashMap.get(state.calls, callId))
  return ours?.provider === provider && ours.providerCallId === null ? ours : null
}

export const layer: Layer.Layer<Calls, never, MemoryStore> = Layer.effect(
  Calls,
  Effect.map(MemoryStore, (store) =>
    Calls.of({
      open: (call) =>
        store.modify((state) => {
          const { provider, providerCallId } = call
          const known = providerCallId === null ? null : matchOne(state, { provider, providerCallId, callId: null })
          const opened = { call: known ?? call, isNew: known === null }
          return opened.isNew
            ? [
                { call, isNew: true },
                { ...state, calls: HashMap.set(state.calls, call.id, call) }
              ]
            : [opened, state]
        }),
      match: (keys) => store.read((state) => keys.map((key) => matchOne(state, key))),
      load: (ids) => store.read((state) => ids.flatMap((id: CallId) => Option.toArray(HashMap.get(state.calls, id)))),
      save: (calls) =>
        store.update((state) => ({
          ...state,
          calls: calls.reduce((known, call) => HashMap.set(known, call.id, call), state.calls)
        })),
      list: (query) =>
        Effect.flatMap(
          store.read((state) =>
            HashMap.toValues(state.calls).filter(
              (call) =>
                Scope.includes(query.scope, call.siteGroupingId) &&
                (query.threadId === undefined || call.threadId === query.threadId) &&
                (query.from === undefined || DateTime.isGreaterThanOrEqualTo(call.createdAt, query.from)) &&
                (query.to === undefined || DateTime.isLessThan(call.createdAt, query.to))
            )
          ),
          (calls) =>
            keyset.page("calls", calls, ({ createdAt, id }) => ({ at: createdAt.epochMilliseconds, id }), query)
        ),
      silent: ({ heardBefore, limit }) =>
        store.read((state) =>
          HashMap.toValues(state.calls)
            .filter((call) => !Call.isOver(call) && DateTime.isLessThan(call.updatedAt, heardBefore))
            .sort(heardFirst)
            .slice(0, limit)
        )
    })
  )
)
