import { type Tenant, VoipSettings } from "@careline/domain"
import { Settings } from "@careline/ports"
import { Effect, HashMap, Layer, Option } from "effect"
import { keyOf, type MemoryState } from "./MemoryState.ts"
import { isDeactivated } from "./MemorySiteGroupings.ts"
import { MemoryStore } from "./MemoryStore.ts"

const own = (state: MemoryState, tenant: Tenant) => HashMap.get(state.settings, keyOf(tenant))

export const layer: Layer.Layer<Settings, never, MemoryStore> = Layer.effect(
  Settings,
  Effect.map(MemoryStore, (store) =>
    Settings.of({
      effective: (tenants) =>
        store.read((state) =>
          tenants.map((tenant) =>
            own(state, tenant).pipe(
              Option.orElse(() => own(state, null)),
              Option.getOrElse(() => VoipSettings.defaults),
              (settings) => (isDeactivated(state, tenant) ? { ...settings, voipEnabled: false } : settings)
            )
          )
        ),
      put: (tenant, settings) =>
        store.update((state) => ({ ...state, settings: HashMap.set(state.settings, keyOf(tenant), settings) }))
    })
  )
)
