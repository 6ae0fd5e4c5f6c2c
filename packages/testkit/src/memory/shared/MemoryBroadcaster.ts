import { Broadcaster, Scope } from "@careline/ports"
import { Chunk, Effect, Layer, Stream } from "effect"
import { MemoryStore } from "./MemoryStore.ts"

/** The place of an id, 0 before the first, or `null` for what is none. */
const placeOf = (id: string | null): number | null => (id !== null && /^\d+$/.test(id) ? Number(id) : null)

export const layer: Layer.Layer<Broadcaster, never, MemoryStore> = Layer.effect(
  Broadcaster,
  Effect.map(MemoryStore, (store) =>
    Broadcaster.of({
      publish: (events) =>
        store.update((state) => {
          const heard = Chunk.size(state.broadcasts)
          const published = events.map((event, index) => ({ id: String(heard + index + 1), event }))
          return { ...state, broadcasts: Chunk.appendAll(state.broadcasts, Chunk.fromIterable(published)) }
        }),
      // An event's id is its place, counted from 1, so that `after` is how many a listener has behind it.
      subscribe: (scope, after) =>
        store.commits.pipe(
          Stream.map(({ broadcasts }) => broadcasts),
          Stream.mapAccum(
            () => placeOf(after),
            (heard: number | null, broadcasts) => {
              const size = Chunk.size(broadcasts)
              return [size, heard === null || heard > size ? [] : Chunk.toArray(Chunk.drop(broadcasts, heard))]
            }
          ),
          Stream.filter(({ event }) => Scope.includes(scope, event.siteGroupingId))
        )
    })
  )
)
