/** New ids, from the sequences of the tables that they are for. */
import type { Repositories } from "careline"
import type { Queryable } from "../../ehr/database.ts"

const TABLES = {
  thread: "external_threads",
  message: "messages",
  send: "outbound_texts",
  attempt: "outbound_attempts",
  phoneNumber: "phone_lines"
} as const

/** Of a line of texts only. */
const isOurs = (kind: string): kind is keyof typeof TABLES => kind in TABLES

/** So many ids of a table, in ascending order. */
export const drawIds = async (db: Queryable, table: string, count: number): Promise<ReadonlyArray<string>> => {
  const { rows } = await db.query<{ id: string }>(
    "select nextval(pg_get_serial_sequence($1, 'id')) as id from generate_series(1, $2)",
    [table, count]
  )
  return rows.map(({ id }) => id)
}

export const ids: NonNullable<Repositories<Queryable>["ids"]> = (db) => ({
  next: async (kind, count) => {
    if (!isOurs(kind)) throw new Error(`The EHR keeps no ${kind}s`)
    return drawIds(db, TABLES[kind], count)
  }
})
