/**
 * Keys of what is sealed, and what threads are searched by: bits, because a name that is sealed has no letters to look
 * for.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { plain } from "../encryption/FieldEncryption.ts"
import { searchBits, searchText } from "../encryption/SearchBits.ts"

const BATCH = 1_000

const statements = [
  `set local statement_timeout = 0`,

  `create table data_keys (
     id uuid primary key,
     site_grouping_id text not null,
     purpose text not null check (purpose in ('data', 'index')),
     key_id text not null,
     wrapped text not null,
     created_at timestamptz not null default now()
   )`,
  `create index data_keys_newest on data_keys (site_grouping_id, created_at desc) where purpose = 'data'`,
  `create unique index data_keys_one_index on data_keys (purpose) where purpose = 'index'`,

  `drop index external_threads_search`,
  `alter table external_threads add column search_bits text`
]

interface Row {
  readonly site_grouping_id: string
  readonly id: string
  readonly contact_name: string | null
  readonly external_contact: string
}

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
  while (true) {
    const rows = yield* sql<Row>`
      select site_grouping_id, id, contact_name, external_contact from external_threads
      where search_bits is null limit ${BATCH}`
    if (rows.length === 0) break
    const bits = rows.map(({ contact_name, external_contact, id, site_grouping_id }) => ({
      site_grouping_id,
      id,
      bits: searchBits(plain.indexKeys, searchText(contact_name, external_contact))
    }))
    yield* sql`
      update external_threads t set search_bits = b.bits
      from json_to_recordset(${JSON.stringify(bits)}::json) b (site_grouping_id text, id uuid, bits text)
      where t.site_grouping_id = b.site_grouping_id and t.id = b.id`
  }
  yield* sql.unsafe(`alter table external_threads alter column search_bits set not null`)
})
