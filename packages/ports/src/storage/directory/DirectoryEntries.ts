/** The patients, facilities and users that a host keeps itself, where no EHR does. `Directory.layerFromEntries` asks it. */
import type { Contact, DirectoryEntry, Tenant } from "@careline/domain"
import { Context, type Effect, Schema } from "effect"
import type { InvalidCursor } from "../shared/InvalidCursor.ts"
import type { Page, PageRequest } from "../shared/Page.ts"
import type { StorageError } from "../shared/StorageError.ts"

/** The tenant has an entry of this kind under the id. */
export class EntryTaken extends Schema.TaggedError<EntryTaken>()("EntryTaken", { id: Schema.String }) {
  override get message(): string {
    return "There is an entry under this id"
  }
}

/** Entries of one kind of a tenant. */
export interface EntrySpace {
  readonly siteGroupingId: Tenant
  readonly kind: DirectoryEntry.EntryKind
}

/** Who has a phone. */
export interface PhoneHolder {
  readonly siteGroupingId: Tenant
  readonly contact: Contact.Contact
  readonly entry: DirectoryEntry.DirectoryEntry
}

/** Entries by tenant, kind and id, and by their phones. */
export class DirectoryEntries extends Context.Service<
  DirectoryEntries,
  {
    /** Those whose name has each word of the search, with or without accents; without one all. The newest first. */
    readonly list: (
      space: EntrySpace,
      search: string | null,
      page: PageRequest
    ) => Effect.Effect<Page<DirectoryEntry.DirectoryEntry>, StorageError | InvalidCursor>
    /** Those of the ids that are there, in any order. */
    readonly load: (
      space: EntrySpace,
      ids: ReadonlyArray<string>
    ) => Effect.Effect<ReadonlyArray<DirectoryEntry.DirectoryEntry>, StorageError>
    /** The same, to be changed: nobody else changes them until the ambient transaction ends. */
    readonly lock: (
      space: EntrySpace,
      ids: ReadonlyArray<string>
    ) => Effect.Effect<ReadonlyArray<DirectoryEntry.DirectoryEntry>, StorageError>
    /** Whether the tenant keeps any of the kind here. */
    readonly keeps: (space: EntrySpace) => Effect.Effect<boolean, StorageError>
    /** Everybody who has one of the contacts' phones, under whichever spelling, in the contact's tenant. */
    readonly holders: (
      keys: ReadonlyArray<Pick<PhoneHolder, "contact" | "siteGroupingId">>
    ) => Effect.Effect<ReadonlyArray<PhoneHolder>, StorageError>
    /** Keeps a new one. */
    readonly add: (entry: DirectoryEntry.DirectoryEntry) => Effect.Effect<void, StorageError | EntryTaken>
    /** Keeps entries, in the place of what is there under their ids. Since when they are there does not change. */
    readonly save: (entries: ReadonlyArray<DirectoryEntry.DirectoryEntry>) => Effect.Effect<void, StorageError>
    /** Forgets one, its phones too. */
    readonly remove: (space: EntrySpace, id: string) => Effect.Effect<void, StorageError>
  }
>()("careline/ports/DirectoryEntries") {}
