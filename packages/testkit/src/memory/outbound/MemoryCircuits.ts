import { Circuit } from "@careline/domain"
import { Circuits } from "@careline/ports"
import { DateTime, Effect, HashMap, Layer, Option } from "effect"
import { MemoryStore } from "../shared/MemoryStore.ts"

export const layer: Layer.Layer<Circuits, never, MemoryStore> = Layer.effect(
  Circuits,
  Effect.map(MemoryStore, (store) => {
    const load = (provider: string) =>
      store.read((state) => Option.getOrElse(HashMap.get(state.circuits, provider), () => Circuit.closed(provider)))
    return Circuits.of({
      load,
      // Transactions run one after the other, so there is nobody to lock out.
      lock: (provider) =>
        Effect.map(Effect.all([DateTime.now, load(provider)]), ([now, circuit]) => ({ now, circuit })),
      save: (circuit) =>
        store.update((state) => ({ ...state, circuits: HashMap.set(state.circuits, circuit.provider, circuit) }))
    })
  })
)
