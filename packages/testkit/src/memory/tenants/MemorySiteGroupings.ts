import type { SiteGrouping, SiteGroupingId, Tenant } from "@careline/domain"
import { Scope, SiteGroupings, SiteGroupingTaken } from "@careline/ports"
import { DateTime, Effect, HashMap, Layer, Option, Order } from "effect"
import type { MemoryState } from "../shared/MemoryState.ts"
import { MemoryStore } from "../shared/MemoryStore.ts"

const unnamed = (id: SiteGroupingId, createdAt: DateTime.Utc): SiteGrouping.SiteGrouping => ({
  id,
  name: null,
  createdAt,
  deactivatedAt: null
})

/** Those that something was kept of, and those that were added. */
const known = (state: MemoryState): ReadonlyMap<SiteGroupingId, SiteGrouping.SiteGrouping> => {
  const groupings = new Map<SiteGroupingId, SiteGrouping.SiteGrouping>()
  const note = (tenant: Tenant, at: DateTime.Utc) => {
    if (tenant !== null && !groupings.has(tenant)) groupings.set(tenant, unnamed(tenant, at))
  }
  for (const thread of HashMap.values(state.threads)) note(thread.siteGroupingId, thread.createdAt)
  for (const { assignedAt, holder } of HashMap.values(state.numbers))
    if (holder) note(holder.siteGroupingId, assignedAt)
  for (const consent of HashMap.values(state.consents)) {
    note(consent.siteGroupingId, consent.changedAt ?? DateTime.makeUnsafe(0))
  }
  for (const key of HashMap.keys(state.settings)) note((JSON.parse(key) as [Tenant])[0], DateTime.makeUnsafe(0))
  for (const grouping of HashMap.values(state.siteGroupings)) groupings.set(grouping.id, grouping)
  return groupings
}

const put = (state: MemoryState, grouping: SiteGrouping.SiteGrouping): MemoryState => ({
  ...state,
  siteGroupings: HashMap.set(state.siteGroupings, grouping.id, grouping)
})

/** Whether it was deactivated: what is not on record was not. */
export const isDeactivated = (state: MemoryState, tenant: Tenant): tenant is SiteGroupingId =>
  tenant !== null && Option.exists(HashMap.get(state.siteGroupings, tenant), (one) => one.deactivatedAt !== null)

export const layer: Layer.Layer<SiteGroupings, never, MemoryStore> = Layer.effect(
  SiteGroupings,
  Effect.map(MemoryStore, (store) =>
    SiteGroupings.of({
      list: (scope) =>
        store.read((state) =>
          [...known(state).values()]
            .filter(({ id }) => Scope.includes(scope, id))
            .toSorted(Order.mapInput(Order.String, ({ id }) => id))
        ),
      add: (grouping) =>
        Effect.filterOrFail(
          store.modify((state) => (known(state).has(grouping.id) ? [false, state] : [true, put(state, grouping)])),
          (isNew) => isNew,
          () => new SiteGroupingTaken({ id: grouping.id })
        ).pipe(Effect.asVoid),
      lock: (id) => store.read((state) => Option.fromNullishOr(known(state).get(id))),
      save: (grouping) => store.update((state) => put(state, grouping)),
      hold: (tenant) =>
        store.read((state) => tenant === null || (known(state).has(tenant) && !isDeactivated(state, tenant))),
      deactivated: (tenants) =>
        store.read((state) => tenants.filter((tenant): tenant is SiteGroupingId => isDeactivated(state, tenant)))
    })
  )
)
