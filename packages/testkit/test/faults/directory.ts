/** Memory stores that keep a directory with one fault each. */
import { DirectoryEntries } from "@careline/ports"
import { Effect, HashMap } from "effect"
import { breaking, type StoreFaults } from "./brokenStore.ts"

const entries = breaking(DirectoryEntries)

export const directoryFaults: StoreFaults = {
  Directory: {
    "shows entries of another tenant to whoever knows their id → in its tenant and kind alone": entries.answered({
      load: (_own, state, _space, ids) => HashMap.toValues(state.directoryEntries).filter(({ id }) => ids.includes(id))
    }),
    "overwrites what is there → give an id once": entries.altered(({ save }) => ({ add: (entry) => save([entry]) })),
    "forgets since when an entry is there → keep all that changes": entries.altered(({ add, remove }) => ({
      save: (given) =>
        Effect.forEach(given, (entry) => Effect.andThen(remove(entry, entry.id), add(entry)), { discard: true }).pipe(
          Effect.orDie
        )
    })),
    "finds a phone by the spelling that it was given in alone → everybody who has a phone": entries.answered({
      holders: (found) =>
        found.filter(({ contact, entry }) => entry.phones.some(({ number }) => (number as string) === contact))
    }),
    "finds a phone in every tenant → everybody who has a phone": entries.answered({
      holders: (found, state, keys) => [
        ...found,
        ...HashMap.toValues(state.directoryEntries).flatMap((entry) =>
          keys.flatMap(({ contact, siteGroupingId }) =>
            entry.siteGroupingId !== siteGroupingId && entry.phones.some(({ number }) => (number as string) === contact)
              ? [{ siteGroupingId, contact, entry }]
              : []
          )
        )
      ]
    }),
    "forgets an entry of another tenant → forget an entry": entries.after({
      remove: (state, _before, _space, gone) => ({
        ...state,
        directoryEntries: HashMap.filter(state.directoryEntries, ({ id }) => id !== gone)
      })
    }),
    "finds names by their accents → find names by their words": entries.answered({
      list: (page, _state, _space, search) => ({
        ...page,
        items: page.items.filter(({ name }) => search === null || name.toLowerCase().includes(search.toLowerCase()))
      })
    })
  }
}
