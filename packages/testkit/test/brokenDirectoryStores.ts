/** Memory stores that keep a directory with one fault each. */
import { DirectoryEntries } from "@careline/ports"
import { Effect, HashMap } from "effect"
import { altered, broken, type BrokenStore } from "./broken.ts"

const broke = (
  fault: string,
  noticedBy: string,
  change: Parameters<typeof altered<DirectoryEntries, DirectoryEntries["Service"]>>[1]
) => broken(fault, "Directory", noticedBy, altered(DirectoryEntries, change))

export const brokenDirectoryStores: ReadonlyArray<BrokenStore> = [
  broke(
    "shows entries of another tenant to whoever knows their id",
    "MUST keep an entry as it is given, and show it in its tenant and kind alone",
    (_sound, store) => ({
      load: (_space, ids) =>
        store.read((state) => HashMap.toValues(state.directoryEntries).filter(({ id }) => ids.includes(id)))
    })
  ),
  broke("overwrites what is there", "MUST give an id once within a tenant and a kind", ({ save }) => ({
    add: (entry) => save([entry])
  })),
  broke(
    "forgets since when an entry is there",
    "MUST keep all that changes of an entry, and look it up by its phones as they are now",
    ({ add, remove }) => ({
      save: (entries) =>
        Effect.orDie(
          Effect.forEach(entries, (entry) => Effect.andThen(remove(entry, entry.id), add(entry)), { discard: true })
        )
    })
  ),
  broke(
    "finds a phone by the spelling that it was given in alone",
    "MUST find everybody who has a phone, under each of its spellings, in its tenant alone",
    ({ holders }) => ({
      holders: (keys) =>
        Effect.map(holders(keys), (found) =>
          found.filter(({ contact, entry }) => entry.phones.some(({ number }) => (number as string) === contact))
        )
    })
  ),
  broke(
    "finds a phone in every tenant",
    "MUST find everybody who has a phone, under each of its spellings, in its tenant alone",
    ({ holders }, store) => ({
      holders: (keys) =>
        Effect.flatMap(
          store.read((state) => HashMap.toValues(state.directoryEntries).map(({ siteGroupingId }) => siteGroupingId)),
          (tenants) =>
            Effect.map(
              Effect.forEach([...new Set(tenants)], (siteGroupingId) =>
                holders(keys.map(({ contact }) => ({ siteGroupingId, contact })))
              ),
              (found) =>
                keys.flatMap(({ contact, siteGroupingId }) =>
                  found.flat().flatMap((one) => (one.contact === contact ? [{ ...one, siteGroupingId }] : []))
                )
            )
        )
    })
  ),
  broke("forgets an entry of another tenant", "MUST forget an entry with its phones", (_sound, store) => ({
    remove: (_space, id) =>
      store.update((state) => ({
        ...state,
        directoryEntries: HashMap.filter(state.directoryEntries, (entry) => entry.id !== id)
      }))
  })),
  broke(
    "finds names by their accents",
    "MUST list the newest first, page by page, and find names by their words without accents",
    ({ list }) => ({
      list: (space, search, page) =>
        Effect.map(list(space, search, page), (found) => ({
          ...found,
          items: found.items.filter(({ name }) => search === null || name.toLowerCase().includes(search.toLowerCase()))
        }))
    })
  )
]
