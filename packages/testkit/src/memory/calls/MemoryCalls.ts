import { Call, type CallId, Contact, type PatientId, type ThreadId } from "@careline/domain"
import { type CallFilter, type CallKey, Calls, Scope } from "@careline/ports"
import { DateTime, Effect, HashMap, Layer, Option, Order } from "effect"
import * as keyset from "../shared/keyset.ts"
import type { MemoryState } from "../shared/MemoryState.ts"
import { MemoryStore } from "../shared/MemoryStore.ts"

const heardFirst = Order.mapInput(DateTime.Order, (call: Call.Call) => call.updatedAt)

const matchOne = (state: MemoryState, { callId, provider, providerCallId }: CallKey): Call.Call | null => {
  const known = HashMap.toValues(state.calls).find(
    (call) => call.provider === provider && call.providerCallId === providerCallId
  )
  if (known !== undefined || callId === null) return known ?? null
  const ours = Option.getOrUndefined(HashMap.get(state.calls, callId))
  return ours?.provider === provider && ours.providerCallId === null ? ours : null
}

const matching = (state: MemoryState, filter: CallFilter): ReadonlyArray<Call.Call> => {
  const { contact, direction, from, patientId, phoneNumberId, scope, status, threadId, to } = filter
  const isOf = (patient: PatientId, thread: ThreadId | null): boolean =>
    thread !== null &&
    Option.exists(HashMap.get(state.threads, thread), ({ patientIds }) => patientIds.includes(patient))
  return HashMap.toValues(state.calls).filter(
    (call) =>
      Scope.includes(scope, call.siteGroupingId) &&
      (threadId === undefined || call.threadId === threadId) &&
      (phoneNumberId === undefined || call.phoneNumberId === phoneNumberId) &&
      (contact === undefined || Contact.key(Call.contactOf(call)) === Contact.key(contact)) &&
      (patientId === undefined || isOf(patientId, call.threadId)) &&
      (status === undefined || Call.status(call) === status) &&
      (direction === undefined || call.direction === direction) &&
      (from === undefined || DateTime.isGreaterThanOrEqualTo(call.createdAt, from)) &&
      (to === undefined || DateTime.isLessThan(call.createdAt, to))
  )
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
          store.read((state) => matching(state, query)),
          (calls) => keyset.page("calls", calls, keyset.byCreation, query)
        ),
      count: (filter) => store.read((state) => matching(state, filter).length),
      find: (scope, id) =>
        store.read((state) =>
          Option.filter(HashMap.get(state.calls, id), ({ siteGroupingId }) => Scope.includes(scope, siteGroupingId))
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
