/** The patients, facilities and users that a host keeps itself, found by id, by name and by phone. */
import { Contact, ContactSearch, DirectoryEntry } from "@careline/domain"
import { DirectoryEntries, type EntrySpace, EntryTaken } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Schema } from "effect"
import type { Statement } from "effect/sql"
import { decode, encode, FieldEncryption } from "../encryption/FieldEncryption.ts"
import * as Cursor from "../sql/cursor.ts"
import { distinct, recordTenants, tenantColumn } from "../sql/rows.ts"
import { asStorage } from "../sql/StorageErrors.ts"
import type { Row } from "../tables/Table.ts"
import { directoryEntries, directoryPhones } from "../tables/Tables.ts"
import { searchFilter } from "./searchFilter.ts"

type Entry = DirectoryEntry.DirectoryEntry

const cursor = Cursor.make(
  "directory",
  Schema.Struct({ at: Cursor.Millis, id: Schema.String.check(Schema.isPattern(/^[^\p{Cc}\p{Cs}]+$/u)) })
)
type Key = typeof cursor extends { readonly encode: (key: infer K) => string } ? K : never

const keyOf = ({ createdAt, id }: Entry): Key => ({ at: createdAt.epochMilliseconds, id })

/** Names that are opened at once to be looked at, and how many times for one page: who looks for much gets it page by page. */
const SEARCH_BATCH = 200
const SEARCH_BATCHES = 10

export const layer = Layer.effect(
  DirectoryEntries,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const encryption = yield* FieldEncryption
    const toEntries = decode(encryption, directoryEntries)

    const within = ({ kind, siteGroupingId }: EntrySpace) =>
      sql`t.site_grouping_id = ${tenantColumn(siteGroupingId)} and t.kind = ${kind}`

    /** So many of a space behind a place, and one more where there are more. */
    const behind = (space: EntrySpace, after: Key | null, limit: number, filter: Statement.Fragment) =>
      sql<Row>`
        select t.* from directory_entries t
        where ${within(space)} ${filter}
          ${after === null ? sql`` : sql`and (t.created_at, t.id collate "C") < (to_timestamp(${after.at}::float8 / 1000), ${after.id})`}
        order by t.created_at desc, t.id collate "C" desc
        limit ${limit + 1}`.pipe(Effect.flatMap(toEntries))

    const listed = Effect.fnUntraced(function* (space: EntrySpace, from: Key | null, limit: number) {
      const found = yield* behind(space, from, limit, sql``)
      const items = found.slice(0, limit)
      return { items, next: found.length > limit ? keyOf(items.at(-1)!) : null }
    })

    /** What is found from a place on, and where the next page begins: nowhere once all were looked at. */
    const found = Effect.fnUntraced(function* (space: EntrySpace, search: string, from: Key | null, limit: number) {
      const filter = sql`and ${searchFilter(sql, encryption.indexKeys, ContactSearch.wordsOf(search))}`
      const items: Array<Entry> = []
      let next = from
      for (let batches = 0; batches < SEARCH_BATCHES && items.length <= limit; batches++) {
        const batch = yield* behind(space, next, SEARCH_BATCH, filter)
        const looked = batch.slice(0, SEARCH_BATCH)
        items.push(...looked.filter((entry) => DirectoryEntry.isNamed(entry, search)))
        next = batch.length > SEARCH_BATCH ? keyOf(looked.at(-1)!) : null
        if (next === null) break
      }
      return items.length > limit ? { items: items.slice(0, limit), next: keyOf(items[limit - 1]!) } : { items, next }
    })

    const ofIds = (space: EntrySpace, ids: ReadonlyArray<string>, lock: Statement.Fragment) =>
      ids.length === 0
        ? Effect.succeed([])
        : sql<Row>`
            select t.* from directory_entries t
            where ${within(space)} and t.id = any(${[...ids]}::text[])
            order by t.id ${lock}`.pipe(Effect.flatMap(toEntries), asStorage("directory.load"))

    /** The phones that entries are looked up by, and no others. */
    const savePhones = Effect.fnUntraced(function* (entries: ReadonlyArray<Entry>) {
      const keys = entries.map(({ id, kind, siteGroupingId }) => ({ site: tenantColumn(siteGroupingId), kind, id }))
      yield* sql`
        delete from directory_phones p
        using json_to_recordset(${JSON.stringify(keys)}::json) as k (site text, kind text, id text)
        where p.site_grouping_id = k.site and p.kind = k.kind and p.entry_id = k.id`
      const phones = entries.flatMap(({ id, kind, phones, siteGroupingId }) =>
        phones.map(({ number }) => ({ id, kind, siteGroupingId, contactKey: DirectoryEntry.phoneKey(number) }))
      )
      if (phones.length === 0) return
      yield* sql`${directoryPhones.insert(yield* encode(encryption, directoryPhones, phones))} on conflict do nothing`
    })

    const holdersOf = Effect.fnUntraced(function* (keys: Parameters<DirectoryEntries["Service"]["holders"]>[0]) {
      const asked = distinct(
        keys.map(({ contact, siteGroupingId }) => ({
          site: tenantColumn(siteGroupingId),
          key: encryption.index(Contact.key(contact))
        }))
      )
      const rows = yield* sql<Row>`
        select distinct on (t.site_grouping_id, t.kind, t.id) t.*
        from json_to_recordset(${JSON.stringify(asked)}::json) as k (site text, key text)
        join directory_phones p on p.site_grouping_id = k.site and p.contact_key = k.key
        join directory_entries t on t.site_grouping_id = p.site_grouping_id and t.kind = p.kind and t.id = p.entry_id`
      const entries = yield* toEntries(rows)
      const answered = distinct(keys.map(({ contact, siteGroupingId }) => ({ contact, siteGroupingId })))
      return answered.flatMap(({ contact, siteGroupingId }) =>
        entries
          .filter(
            (entry) => entry.siteGroupingId === siteGroupingId && DirectoryEntry.phoneOf(entry, contact) !== undefined
          )
          .map((entry) => ({ siteGroupingId, contact, entry }))
      )
    })

    return DirectoryEntries.of({
      list: (space, search, { cursor: text, limit }) =>
        Effect.gen(function* () {
          const after = yield* Effect.fromResult(cursor.decode(text))
          const { items, next } = yield* search === null
            ? listed(space, after, limit)
            : found(space, search, after, limit)
          return { items, nextCursor: next === null ? null : cursor.encode(next) }
        }).pipe(asStorage("directory.list")),
      load: (space, ids) => ofIds(space, ids, sql``),
      lock: (space, ids) => ofIds(space, ids, sql`for no key update of t`),
      keeps: (space) =>
        sql<{
          readonly has: boolean
        }>`select exists (select from directory_entries t where ${within(space)}) as has`.pipe(
          Effect.map(([row]) => row!.has),
          asStorage("directory.keeps")
        ),
      holders: (keys) =>
        keys.length === 0 ? Effect.succeed([]) : holdersOf(keys).pipe(asStorage("directory.holders")),
      add: (entry) =>
        Effect.gen(function* () {
          yield* recordTenants(sql, [entry.siteGroupingId])
          const rows = yield* encode(encryption, directoryEntries, [entry])
          const added = yield* sql`${directoryEntries.insert(rows)} on conflict do nothing returning id`
          if (added.length === 0) return yield* new EntryTaken({ id: entry.id })
          yield* savePhones([entry])
        }).pipe(asStorage("directory.add")),
      save: (entries) =>
        entries.length === 0
          ? Effect.void
          : Effect.gen(function* () {
              yield* recordTenants(
                sql,
                entries.map(({ siteGroupingId }) => siteGroupingId)
              )
              const rows = yield* encode(encryption, directoryEntries, entries)
              yield* sql`
                ${directoryEntries.insert(rows)}
                on conflict (site_grouping_id, kind, id) do update set ${directoryEntries.changes("excluded")}`
              yield* savePhones(entries)
            }).pipe(asStorage("directory.save")),
      remove: (space, id) =>
        sql`delete from directory_entries t where ${within(space)} and t.id = ${id}`.pipe(
          Effect.asVoid,
          asStorage("directory.remove")
        )
    })
  })
)
