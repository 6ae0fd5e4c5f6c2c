import { Contact } from "@careline/domain"
import { Consents } from "@careline/ports"
import { Effect, HashMap, Layer, Option } from "effect"
import { keyOf } from "../shared/MemoryState.ts"
import { MemoryStore } from "../shared/MemoryStore.ts"

export const layer: Layer.Layer<Consents, never, MemoryStore> = Layer.effect(
  Consents,
  Effect.map(MemoryStore, (store) =>
    Consents.of({
      load: (keys) =>
        store.read((state) =>
          [...new Set(keys.map(({ contact, siteGroupingId }) => keyOf(siteGroupingId, Contact.key(contact))))].flatMap(
            (key) => Option.toArray(HashMap.get(state.consents, key))
          )
        )
    })
  )
)
