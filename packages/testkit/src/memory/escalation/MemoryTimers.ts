import { Timers } from "@careline/ports"
import { DateTime, Effect, HashMap, Layer, Order } from "effect"
import type { TimerRow } from "../shared/MemoryState.ts"
import { MemoryStore } from "../shared/MemoryStore.ts"

const firstDueFirst = Order.mapInput(DateTime.Order, (row: TimerRow) => row.dueAt)

export const layer: Layer.Layer<Timers, never, MemoryStore> = Layer.effect(
  Timers,
  Effect.map(MemoryStore, (store) =>
    Timers.of({
      claimDue: (limit) =>
        Effect.flatMap(DateTime.now, (now) =>
          store.read((state) => ({
            now,
            timers: HashMap.toValues(state.timers)
              .filter(({ dueAt }) => DateTime.isLessThanOrEqualTo(dueAt, now))
              .sort(firstDueFirst)
              .slice(0, limit)
              .map(({ timer }) => timer)
          }))
        )
    })
  )
)
