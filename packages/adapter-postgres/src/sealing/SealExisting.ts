/**
 * Seals what was kept in the open, once, before a host serves: in one transaction that nobody else reads or writes beside.
 * All hosts of the database have to be stopped for it: one that goes on would keep in the open what others look up sealed.
 */
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { sealedTables, type SealedKind, type SealedTableName } from "./SealedColumns.ts"
import type { Sealing } from "./Sealing.ts"
import { searchBits, searchText } from "./SearchBits.ts"

/** Rows that are in memory at once. */
const BATCH = 1_000

const typeOf: Readonly<Record<SealedKind, string>> = {
  text: "text",
  json: "jsonb",
  texts: "text[]",
  index: "text"
}

interface Threads {
  readonly contact_name: string | null
  readonly external_contact: string
}

/** What else of a row follows from what is sealed of it. */
const derived = (sealing: Sealing["Service"], table: SealedTableName, row: object): object => {
  if (table !== "external_threads") return {}
  const { contact_name, external_contact } = row as Threads
  return { search_bits: searchBits(sealing.indexKeys, searchText(contact_name, external_contact)) }
}

const sealTable = Effect.fnUntraced(function* (
  sql: PgClient.PgClient,
  sealing: Sealing["Service"],
  table: SealedTableName
) {
  const isThreads = table === "external_threads"
  const columns = Object.entries<SealedKind>(sealedTables[table].columns).map(
    ([name, kind]) => [name, typeOf[kind]] as const
  )
  const all = [...columns, ...(isThreads ? [["search_bits", "text"] as const] : [])]
  const assignments = all.map(([name]) => `${name} = n.${name}`)
  // Other tables' rows stay where they are, and the table is ours: a row's place names it.
  yield* sql.unsafe(`declare plain_rows no scroll cursor for select ctid::text as row_place, t.* from ${table} t`)
  while (true) {
    const rows = yield* sql.unsafe<{ readonly row_place: string }>(`fetch ${BATCH} from plain_rows`)
    if (rows.length === 0) break
    const sealed = yield* sealing.seal(table, rows)
    const changes = sealed.map((row, place) => ({ ...row, ...derived(sealing, table, rows[place]!) }))
    yield* sql.unsafe(
      `update ${table} t set ${assignments.join(", ")}
       from json_to_recordset($1::json) n (row_place text, ${all.map(([name, type]) => `${name} ${type}`).join(", ")})
       where t.ctid = n.row_place::tid`,
      [JSON.stringify(changes, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value))]
    )
  }
  yield* sql.unsafe(`close plain_rows`)
})

/** Seals every row, in the ambient transaction, as the tables' owner. */
export const sealExisting = Effect.fnUntraced(function* (sql: PgClient.PgClient, sealing: Sealing["Service"]) {
  for (const table of Object.keys(sealedTables) as ReadonlyArray<SealedTableName>) {
    yield* sql.unsafe(`lock table ${table} in access exclusive mode`)
    yield* sealTable(sql, sealing, table)
  }
})
