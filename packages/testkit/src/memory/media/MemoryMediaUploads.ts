import type { BlobKey } from "@careline/domain"
import { MediaUploads } from "@careline/ports"
import { DateTime, Effect, HashMap, Layer, Option, Order } from "effect"
import type { MemoryState, UploadRow } from "../shared/MemoryState.ts"
import { MemoryStore } from "../shared/MemoryStore.ts"

const longestFirst = Order.combine(
  Order.mapInput(Order.Number, ({ at }: UploadRow) => DateTime.toEpochMillis(at)),
  Order.mapInput(Order.String, ({ key }: UploadRow) => key)
)

const change = (
  state: MemoryState,
  keys: ReadonlyArray<BlobKey>,
  of: (row: UploadRow) => UploadRow | null
): MemoryState => ({
  ...state,
  mediaUploads: keys.reduce((uploads, key) => {
    const row = Option.getOrUndefined(HashMap.get(uploads, key))
    if (row === undefined) return uploads
    const changed = of(row)
    return changed === null ? HashMap.remove(uploads, key) : HashMap.set(uploads, key, changed)
  }, state.mediaUploads)
})

export const layer: Layer.Layer<MediaUploads, never, MemoryStore> = Layer.effect(
  MediaUploads,
  Effect.map(MemoryStore, (store) =>
    MediaUploads.of({
      add: (upload, quota) =>
        store.modify((state) => {
          const waiting = HashMap.toValues(state.mediaUploads).filter(
            ({ isRemoved, userId }) => userId === upload.userId && !isRemoved
          )
          const bytes = waiting.reduce((sum, { size }) => sum + size, upload.size)
          if (waiting.length >= quota.uploads || bytes > quota.bytes) return [false, state]
          const mediaUploads = HashMap.set(state.mediaUploads, upload.key, { ...upload, isRemoved: false })
          return [true, { ...state, mediaUploads }]
        }),
      hold: (siteGroupingId, keys, at) =>
        store.modify((state) => {
          const held = change(state, keys, (row) =>
            row.siteGroupingId === siteGroupingId && !row.isRemoved ? { ...row, at: DateTime.max(row.at, at) } : row
          )
          const removed = keys.filter((key) =>
            Option.exists(
              HashMap.get(held.mediaUploads, key),
              (row) => row.siteGroupingId === siteGroupingId && row.isRemoved
            )
          )
          return [removed, held]
        }),
      take: (siteGroupingId, keys) =>
        store.update((state) =>
          change(state, keys, (row) => (row.siteGroupingId === siteGroupingId && !row.isRemoved ? null : row))
        ),
      expire: ({ before, limit }) =>
        store.modify((state) => {
          const due = HashMap.toValues(state.mediaUploads)
            .filter(({ at }) => DateTime.isLessThan(at, before))
            .sort(longestFirst)
            .slice(0, limit)
            .map(({ key }) => key)
          return [due, change(state, due, (row) => ({ ...row, isRemoved: true }))]
        }),
      removed: (keys) => store.update((state) => change(state, keys, (row) => (row.isRemoved ? null : row)))
    })
  )
)
