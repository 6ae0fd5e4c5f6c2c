import { type AuditEntry, AuditLog } from "@careline/ports"
import { Chunk, Effect, Layer } from "effect"
import { MemoryStore } from "../shared/MemoryStore.ts"

export const layer: Layer.Layer<AuditLog, never, MemoryStore> = Layer.effect(
  AuditLog,
  Effect.map(MemoryStore, (store) =>
    AuditLog.of({
      record: (entries) =>
        store.update((state) => ({ ...state, audit: Chunk.appendAll(state.audit, Chunk.fromIterable(entries)) }))
    })
  )
)

/** What was recorded, in its order. */
export const entries: Effect.Effect<ReadonlyArray<AuditEntry>, never, MemoryStore> = Effect.flatMap(
  MemoryStore,
  (store) => store.read((state) => Chunk.toReadonlyArray(state.audit))
)
