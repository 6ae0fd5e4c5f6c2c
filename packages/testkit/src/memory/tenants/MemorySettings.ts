import { type Tenant, VoipSettings } from "@careline/domain"
import { Settings } from "@careline/ports"
import { Effect, HashMap, Layer, Option } from "effect"
import { keyOf, type MemoryState } from "../shared/MemoryState.ts"
import { isDeactivated } from "./MemorySiteGroupings.ts"
import { MemoryStore } from "../shared/MemoryStore.ts"

const own = (state: MemoryState, tenant: Tenant): VoipSettings.Edit =>
  Option.getOrElse(HashMap.get(state.settings, keyOf(tenant)), () => ({}))

export const layer: Layer.Layer<Settings, never, MemoryStore> = Layer.effect(
  Settings,
  Effect.map(MemoryStore, (store) =>
    Settings.of({
      effective: (tenants) =>
        store.read((state) =>
          tenants.map((tenant) => {
            const settings = VoipSettings.resolve(own(state, tenant), state.platformSettings)
            return isDeactivated(state, tenant) ? { ...settings, voipEnabled: false } : settings
          })
        ),
      named: (tenants) => store.read((state) => tenants.map((tenant) => own(state, tenant))),
      put: (tenant, named) =>
        store.update((state) => ({ ...state, settings: HashMap.set(state.settings, keyOf(tenant), named) })),
      platform: () => store.read((state) => state.platformSettings),
      putPlatform: (platformSettings) => store.update((state) => ({ ...state, platformSettings })),
      // Transactions run one after the other.
      lock: () => Effect.void
    })
  )
)
