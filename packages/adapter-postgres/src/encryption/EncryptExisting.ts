/**
 * Encrypts what was not encrypted, once, before a host serves: in one transaction that nobody else reads or writes beside.
 * All hosts of the database have to be stopped for it: one that goes on would keep in the open what others look up encrypted.
 */
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { INDEX_PREFIX, PREFIX } from "./Envelope.ts"
import { type FieldEncryption, searchColumns } from "./FieldEncryption.ts"
import { type EncryptedTable, type Row, SEARCH_COLUMN } from "../tables/Table.ts"
import * as Tables from "../tables/Tables.ts"

/** Rows that are in memory at once. */
const BATCH = 1_000

const encryptTable = Effect.fnUntraced(function* (
  sql: PgClient.PgClient,
  encryption: FieldEncryption["Service"],
  table: EncryptedTable
) {
  const { associatedData, encrypted, encryptedFor, name, searched } = table
  const read = new Set([
    ...(encryptedFor === "tenant" ? ["site_grouping_id"] : []),
    ...associatedData,
    ...encrypted.map((column) => column.name)
  ])
  const written = [...encrypted, ...(searched.length === 0 ? [] : [SEARCH_COLUMN])]
  // The table is ours: until it is changed, a row's place names it.
  yield* sql.unsafe(
    `create temporary table plain_rows on commit drop as
     select row_number() over () as nth, ctid as row_place from ${name}`
  )
  yield* sql.unsafe(`create index on plain_rows (nth)`)
  for (let first = 1; ; first += BATCH) {
    const rows = yield* sql.unsafe<Row>(
      `select p.row_place::text as row_place, ${[...read].map((column) => `t.${column}`).join(", ")}
       from plain_rows p join ${name} t on t.ctid = p.row_place
       where p.nth >= ${first} and p.nth < ${first + BATCH}`
    )
    if (rows.length === 0) break
    const kept = yield* encryption.encrypt(
      table,
      rows.map((row) => ({ ...row, ...searchColumns(encryption, table, row) }))
    )
    yield* sql.unsafe(
      `update ${name} t set ${written.map((column) => `${column.name} = n.${column.name}`).join(", ")}
       from json_to_recordset($1::json) n (row_place text, ${written.map((column) => `${column.name} ${column.type}`).join(", ")})
       where t.ctid = n.row_place::tid`,
      [JSON.stringify(kept)]
    )
  }
  yield* sql.unsafe(`drop table plain_rows`)
})

/** What the encrypted value of a column looks like. */
const looksEncrypted = ({ kept, name, type }: EncryptedTable["encrypted"][number]): string => {
  if (kept === "indexed") return `${name} like '${INDEX_PREFIX}.%'`
  if (type === "jsonb") return `jsonb_typeof(${name}) = 'string'`
  if (type === "text[]") return `${name} = '{}' or ${name}[1] like '${PREFIX}.%'`
  return `${name} like '${PREFIX}.%'`
}

/** From now on the database takes nothing in the open: a host that was left running without keys fails instead. */
const keepEncrypted = (sql: PgClient.PgClient, { encrypted, name }: EncryptedTable) =>
  sql.unsafe(
    `alter table ${name} ${encrypted
      .map((column) => `add constraint ${name}_${column.name}_sealed check (${looksEncrypted(column)}) not valid`)
      .join(", ")}`
  )

/** Encrypts every row, in the ambient transaction, as the tables' owner. */
export const encryptExisting = Effect.fnUntraced(function* (
  sql: PgClient.PgClient,
  encryption: FieldEncryption["Service"]
) {
  for (const table of Object.values<EncryptedTable>(Tables)) {
    if (table.encrypted.length === 0) continue
    // Nobody else sees the table until the end, and for so long its owner does.
    yield* sql.unsafe(`alter table ${table.name} no force row level security`)
    const [first] = yield* sql.unsafe(`select from ${table.name} limit 1`)
    if (first !== undefined && !table.isAppendOnly) yield* encryptTable(sql, encryption, table)
    yield* keepEncrypted(sql, table)
    yield* sql.unsafe(`alter table ${table.name} force row level security`)
  }
})
