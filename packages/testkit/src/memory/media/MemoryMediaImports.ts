import { MediaImports } from "@careline/ports"
import { DateTime, Effect, HashMap, Layer, Option, Order } from "effect"
import type { ImportRow } from "../shared/MemoryState.ts"
import { MemoryStore } from "../shared/MemoryStore.ts"

const oldestFirst = Order.mapInput(Order.Number, (row: ImportRow) => row.sequence)

export const layer: Layer.Layer<MediaImports, never, MemoryStore> = Layer.effect(
  MediaImports,
  Effect.map(MemoryStore, (store) =>
    MediaImports.of({
      add: (imports, dueAt) =>
        store.update((state) =>
          imports.reduce((before, one) => {
            const sequence = before.sequence + 1
            const row: ImportRow = { sequence, import: one, fence: 0, dueAt }
            return { ...before, sequence, mediaImports: HashMap.set(before.mediaImports, one.id, row) }
          }, state)
        ),
      claim: ({ leaseMillis, limit }) =>
        Effect.flatMap(DateTime.now, (now) =>
          store.modify((state) => {
            const claimed = HashMap.toValues(state.mediaImports)
              .filter(({ dueAt }) => DateTime.isLessThanOrEqualTo(dueAt, now))
              .sort(oldestFirst)
              .slice(0, limit)
              .map((row) => ({ ...row, fence: row.fence + 1, dueAt: DateTime.addDuration(now, leaseMillis) }))
            return [
              claimed.map(({ fence, import: one }) => ({ import: one, fence: String(fence) })),
              {
                ...state,
                mediaImports: claimed.reduce((known, row) => HashMap.set(known, row.import.id, row), state.mediaImports)
              }
            ]
          })
        ),
      settle: ({ fence, id, next }) =>
        store.modify((state) => {
          const row = Option.getOrUndefined(HashMap.get(state.mediaImports, id))
          if (row === undefined || String(row.fence) !== fence) return [false, state]
          const { mediaImports } = state
          return [
            true,
            {
              ...state,
              mediaImports:
                next === null
                  ? HashMap.remove(mediaImports, id)
                  : HashMap.set(mediaImports, id, {
                      ...row,
                      import: { ...row.import, stage: next.stage, failures: next.failures },
                      fence: row.fence + 1,
                      dueAt: next.dueAt
                    })
            }
          ]
        })
    })
  )
)
