import { DirectoryEntry } from "@careline/domain"
import { DirectoryEntries, type EntrySpace, EntryTaken } from "@careline/ports"
import { Effect, HashMap, Layer, Option } from "effect"
import * as Keyset from "../shared/keyset.ts"
import { keyOf, type MemoryState } from "../shared/MemoryState.ts"
import { MemoryStore } from "../shared/MemoryStore.ts"

type Entry = DirectoryEntry.DirectoryEntry

const placeOf = ({ id, kind, siteGroupingId }: Pick<Entry, "id" | "kind" | "siteGroupingId">) =>
  keyOf(siteGroupingId, kind, id)

const put = (state: MemoryState, entry: Entry): MemoryState => ({
  ...state,
  directoryEntries: HashMap.set(state.directoryEntries, placeOf(entry), entry)
})

const of = (state: MemoryState, { kind, siteGroupingId }: EntrySpace) =>
  HashMap.toValues(state.directoryEntries).filter((one) => one.kind === kind && one.siteGroupingId === siteGroupingId)

export const layer: Layer.Layer<DirectoryEntries, never, MemoryStore> = Layer.effect(
  DirectoryEntries,
  Effect.map(MemoryStore, (store) => {
    const load = (space: EntrySpace, ids: ReadonlyArray<string>) =>
      store.read((state) => of(state, space).filter(({ id }) => ids.includes(id)))
    return DirectoryEntries.of({
      list: (space, search, page) =>
        Effect.flatMap(
          store.read((state) =>
            of(state, space).filter((entry) => search === null || DirectoryEntry.isNamed(entry, search))
          ),
          (found) => Keyset.page("directory", found, Keyset.byCreation, page)
        ),
      load,
      lock: load,
      keeps: (space) => store.read((state) => of(state, space).length > 0),
      holders: (keys) =>
        store.read((state) => {
          const asked = new Map(
            keys.map(({ contact, siteGroupingId }) => [keyOf(siteGroupingId, contact), { contact, siteGroupingId }])
          )
          return [...asked.values()].flatMap(({ contact, siteGroupingId }) =>
            HashMap.toValues(state.directoryEntries)
              .filter((entry) => entry.siteGroupingId === siteGroupingId)
              .filter((entry) => DirectoryEntry.phoneOf(entry, contact) !== undefined)
              .map((entry) => ({ siteGroupingId, contact, entry }))
          )
        }),
      add: (entry) =>
        Effect.flatMap(
          store.modify((state) => {
            const isNew = !HashMap.has(state.directoryEntries, placeOf(entry))
            return [isNew, isNew ? put(state, entry) : state]
          }),
          (isNew) => (isNew ? Effect.void : Effect.fail(new EntryTaken({ id: entry.id })))
        ),
      save: (entries) =>
        store.update((before) =>
          entries.reduce((state, entry) => {
            const known = Option.getOrUndefined(HashMap.get(state.directoryEntries, placeOf(entry)))
            return put(state, { ...entry, createdAt: known?.createdAt ?? entry.createdAt })
          }, before)
        ),
      remove: ({ kind, siteGroupingId }, id) =>
        store.update((state) => ({
          ...state,
          directoryEntries: HashMap.remove(state.directoryEntries, keyOf(siteGroupingId, kind, id))
        }))
    })
  })
)
