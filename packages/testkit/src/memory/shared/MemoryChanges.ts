import { type Change, Contact, type Thread } from "@careline/domain"
import { Changes, StorageError, StoreConflict } from "@careline/ports"
import { Effect, HashMap, Layer, Option, Result } from "effect"
import { keyOf, keyOfThread, type MemoryState } from "./MemoryState.ts"
import { MemoryStore } from "./MemoryStore.ts"

const timerKey = (change: Extract<Change, { readonly period: number }>): string =>
  keyOf(change.siteGroupingId, change.threadId, change.period)

const conflict = new StorageError({
  operation: "Changes.apply",
  reason: new StoreConflict({ message: "The contact has a thread already", constraint: "thread key" })
})

const saveThread = (state: MemoryState, thread: Thread.Thread): Result.Result<MemoryState, StorageError> => {
  const { externalContact: contact, id, siteGroupingId, threadType } = thread
  const key = keyOfThread({ siteGroupingId, threadType, contact })
  return Option.exists(HashMap.get(state.threadIds, key), (known) => known !== id)
    ? Result.fail(conflict)
    : Result.succeed({
        ...state,
        threads: HashMap.set(state.threads, id, thread),
        threadIds: HashMap.set(state.threadIds, key, id)
      })
}

const applyOther = (state: MemoryState, change: Exclude<Change, { readonly _tag: "ThreadSaved" }>): MemoryState => {
  switch (change._tag) {
    case "MessageAdded":
      return { ...state, messages: HashMap.set(state.messages, change.message.id, change.message) }
    case "SendQueued": {
      const sequence = state.sequence + 1
      return { ...state, sequence, sends: HashMap.set(state.sends, change.send.id, { sequence, send: change.send }) }
    }
    case "ConsentChanged": {
      const key = keyOf(change.consent.siteGroupingId, Contact.key(change.consent.contact))
      return { ...state, consents: HashMap.set(state.consents, key, change.consent) }
    }
    case "TimerStarted": {
      const { dueAt, period, siteGroupingId, threadId } = change
      const row = { timer: { siteGroupingId, threadId, period }, dueAt }
      return { ...state, timers: HashMap.set(state.timers, timerKey(change), row) }
    }
    case "TimerStopped":
    case "TimerFired":
      return { ...state, timers: HashMap.remove(state.timers, timerKey(change)) }
  }
}

const applyOne = (before: Result.Result<MemoryState, StorageError>, change: Change) =>
  Result.flatMap(before, (state) =>
    change._tag === "ThreadSaved" ? saveThread(state, change.thread) : Result.succeed(applyOther(state, change))
  )

const applyAll = (state: MemoryState, changes: ReadonlyArray<Change>) =>
  changes.reduce(applyOne, Result.succeed(state) as Result.Result<MemoryState, StorageError>)

export const layer: Layer.Layer<Changes, never, MemoryStore> = Layer.effect(
  Changes,
  Effect.map(MemoryStore, (store) =>
    Changes.of({
      apply: (changes) =>
        Effect.flatMap(
          store.modify((state) => {
            const applied = applyAll(state, changes)
            return [applied, Result.getOrElse(applied, () => state)]
          }),
          (applied) => Effect.asVoid(Effect.fromResult(applied))
        )
    })
  )
)
