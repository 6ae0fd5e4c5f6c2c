import { BreakGlasses, Scope } from "@careline/ports"
import { DateTime, Effect, HashMap, Layer, Option } from "effect"
import * as Keyset from "../shared/keyset.ts"
import { MemoryStore } from "../shared/MemoryStore.ts"

export const layer: Layer.Layer<BreakGlasses, never, MemoryStore> = Layer.effect(
  BreakGlasses,
  Effect.map(MemoryStore, (store) =>
    BreakGlasses.of({
      now: DateTime.now,
      open: (glass) =>
        store.update((state) => ({ ...state, breakGlasses: HashMap.set(state.breakGlasses, glass.id, glass) })),
      close: ({ closedAt, id }) =>
        store.update((state) => ({
          ...state,
          breakGlasses: HashMap.modify(state.breakGlasses, id, (glass) => ({ ...glass, closedAt }))
        })),
      get: (scope, id) =>
        store.read((state) =>
          Option.filter(HashMap.get(state.breakGlasses, id), ({ siteGroupingId }) =>
            Scope.includes(scope, siteGroupingId)
          )
        ),
      countOf: (userId, since) =>
        store.read(
          (state) =>
            HashMap.toValues(state.breakGlasses).filter(
              (glass) => glass.userId === userId && DateTime.isGreaterThan(glass.openedAt, since)
            ).length
        ),
      list: (query) =>
        Effect.flatMap(
          store.read((state) => HashMap.toValues(state.breakGlasses)),
          (glasses) =>
            Keyset.page(
              "break-glasses",
              glasses.filter(({ siteGroupingId }) => Scope.includes(query.scope, siteGroupingId)),
              ({ id, openedAt }) => ({ at: openedAt.epochMilliseconds, id }),
              query
            )
        )
    })
  )
)
