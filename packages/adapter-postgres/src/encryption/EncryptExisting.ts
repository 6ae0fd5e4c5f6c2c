/**
 * Seals what was kept in the open, once, before a host serves: in one transaction that nobody else reads or writes beside.
 * All hosts of the database have to be stopped for it: one that goes on would keep in the open what others look up encrypted.
 */
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { INDEX_PREFIX, PREFIX } from "./Envelope.ts"
import {
  encryptedTables,
  type EncryptedKind,
  type EncryptedTable,
  type EncryptedTableName
} from "./EncryptedColumns.ts"
import type { FieldEncryption } from "./FieldEncryption.ts"
import { searchBits, searchText } from "./SearchBits.ts"

/** Rows that are in memory at once. */
const BATCH = 1_000

const typeOf: Readonly<Record<EncryptedKind, string>> = {
  text: "text",
  json: "jsonb",
  texts: "text[]",
  index: "text"
}

interface Threads {
  readonly contact_name: string | null
  readonly external_contact: string
}

/** What else of a row follows from what is encrypted of it. */
const derived = (encryption: FieldEncryption["Service"], table: EncryptedTableName, row: object): object => {
  if (table !== "external_threads") return {}
  const { contact_name, external_contact } = row as Threads
  return { search_bits: searchBits(encryption.indexKeys, searchText(contact_name, external_contact)) }
}

const encryptTable = Effect.fnUntraced(function* (
  sql: PgClient.PgClient,
  encryption: FieldEncryption["Service"],
  table: EncryptedTableName
) {
  const isThreads = table === "external_threads"
  const columns = Object.entries<EncryptedKind>(encryptedTables[table].columns).map(
    ([name, kind]) => [name, typeOf[kind]] as const
  )
  const { row: named, tenant } = encryptedTables[table] satisfies EncryptedTable as EncryptedTable
  const identity = [...(tenant === "own" ? ["site_grouping_id"] : []), ...named]
  const all = [...columns, ...(isThreads ? [["search_bits", "text"] as const] : [])]
  const assignments = all.map(([name]) => `${name} = n.${name}`)
  // The table is ours: until it is changed, a row's place names it.
  yield* sql.unsafe(
    `create temporary table plain_rows on commit drop as
     select row_number() over () as nth, ctid as row_place from ${table}`
  )
  yield* sql.unsafe(`create index on plain_rows (nth)`)
  for (let first = 1; ; first += BATCH) {
    const rows = yield* sql.unsafe<object>(
      `select p.row_place::text as row_place, ${[...new Set([...identity, ...columns.map(([name]) => name)])].map((name) => `t.${name}`).join(", ")}
       from plain_rows p join ${table} t on t.ctid = p.row_place
       where p.nth >= ${first} and p.nth < ${first + BATCH}`
    )
    if (rows.length === 0) break
    const encrypted = yield* encryption.encrypt(table, rows)
    const changes = encrypted.map((row, place) => ({ ...row, ...derived(encryption, table, rows[place]!) }))
    yield* sql.unsafe(
      `update ${table} t set ${assignments.join(", ")}
       from json_to_recordset($1::json) n (row_place text, ${all.map(([name, type]) => `${name} ${type}`).join(", ")})
       where t.ctid = n.row_place::tid`,
      [JSON.stringify(changes)]
    )
  }
  yield* sql.unsafe(`drop table plain_rows`)
})

/** What an encrypted value looks like, by its column. */
const looksEncrypted: Readonly<Record<EncryptedKind, (column: string) => string>> = {
  text: (column) => `${column} like '${PREFIX}.%'`,
  json: (column) => `jsonb_typeof(${column}) = 'string'`,
  texts: (column) => `${column} = '{}' or ${column}[1] like '${PREFIX}.%'`,
  index: (column) => `${column} like '${INDEX_PREFIX}.%'`
}

/** From now on the database takes nothing in the open: a host that was left running without keys fails instead. */
const keepEncrypted = Effect.fnUntraced(function* (sql: PgClient.PgClient, table: EncryptedTableName) {
  const columns = Object.entries<EncryptedKind>(encryptedTables[table].columns)
  const checks = columns.map(
    ([column, kind]) => `add constraint ${table}_${column}_sealed check (${looksEncrypted[kind](column)}) not valid`
  )
  yield* sql.unsafe(`alter table ${table} ${checks.join(", ")}`)
})

/** Encrypts every row, in the ambient transaction, as the tables' owner. */
export const encryptExisting = Effect.fnUntraced(function* (
  sql: PgClient.PgClient,
  encryption: FieldEncryption["Service"]
) {
  for (const table of Object.keys(encryptedTables) as ReadonlyArray<EncryptedTableName>) {
    // Nobody else sees the table until the end, and for so long its owner does.
    yield* sql.unsafe(`alter table ${table} no force row level security`)
    const [first] = yield* sql.unsafe(`select from ${table} limit 1`)
    const { isFinal = false }: EncryptedTable = encryptedTables[table]
    if (first !== undefined && !isFinal) yield* encryptTable(sql, encryption, table)
    yield* keepEncrypted(sql, table)
    yield* sql.unsafe(`alter table ${table} force row level security`)
  }
})
