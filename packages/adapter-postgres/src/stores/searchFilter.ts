/** Leaves rows out by what they are searched by: names are encrypted, and looked at in the open afterwards. */
import type { PgClient } from "@effect/sql-pg"
import type { Statement } from "effect/sql"
import type { IndexKeys } from "../encryption/Envelope.ts"
import { SEARCH_BITS, searchBits } from "../encryption/SearchBits.ts"

/** The rows of `t` that may have all the texts. */
export const searchFilter = (
  sql: PgClient.PgClient,
  keys: IndexKeys,
  wanted: ReadonlyArray<string>
): Statement.Fragment => {
  const size = sql.literal(String(SEARCH_BITS))
  const bits = sql`${searchBits(keys, ...wanted)}::bit(${size})`
  return sql`t.search_bits::bit(${size}) & ${bits} = ${bits}`
}
