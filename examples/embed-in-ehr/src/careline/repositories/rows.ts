/** What the repositories share: ids from outside, scopes, the clock, and records as rows. */
import type { Queryable } from "../../ehr/database.ts"

const isKey = (id: string): boolean => /^[1-9]\d{0,17}$/.test(id)

/** The key that an id from outside stands for. Keys begin at 1, so 0 is nobody's: what cannot be one names nothing. */
export const keyOf = <Id extends string | null>(id: Id): Id | "0" => (id === null || isKey(id) ? id : "0")

/** The site groups of a scope, for `inScope`. */
export const scopeOf = (scope: "all" | ReadonlyArray<string | null>): ReadonlyArray<string> | null =>
  scope === "all" ? null : scope.flatMap((id) => (id === null ? ["0"] : isKey(id) ? [id] : []))

/** A condition on a table with a site group: of null is every one, and 0 stands for the line of the whole system. */
export const inScope = (table: string, parameter: string): string =>
  `(${parameter}::bigint[] is null or coalesce(${table}.site_group_id, 0) = any(${parameter}))`

/** Everybody takes rows in the order of their keys: then no two transactions wait for each other. */
export const inOrder = <A>(items: ReadonlyArray<A>, idOf: (item: A) => string): ReadonlyArray<A> =>
  items.toSorted((one, other) => Number(BigInt(keyOf(idOf(one))) - BigInt(keyOf(idOf(other)))))

/** The last of the items of each key. */
export const lastOfEach = <A>(items: ReadonlyArray<A>, identity: (item: A) => string): ReadonlyArray<A> => [
  ...new Map(items.map((item) => [identity(item), item])).values()
]

/** The database's clock, which all processes share. */
export const readClock = async (db: Queryable): Promise<Date> => {
  const { rows } = await db.query<{ now: Date }>("select date_trunc('milliseconds', now()) as now")
  return rows[0]!.now
}

/** Each field of a record with its column: none can be forgotten. */
export type Fields<A> = Readonly<Record<keyof A & string, string>>

/** The columns as a `select` names them, so that a row is a record. */
export const columnsOf = (table: string, fields: Readonly<Record<string, string>>): string =>
  Object.entries(fields)
    .map(([field, column]) => `${table}.${column} as "${field}"`)
    .join(", ")

/** The record as a row. */
export const rowOf = <Field extends string>(
  fields: Readonly<Record<Field, string>>,
  record: Readonly<Record<Field, unknown>>
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries<string>(fields).map(([field, column]) => [column, record[field as Field]]))

/** Inserts rows, with the ids that they bring, and says how many. */
export const insert = async (
  db: Queryable,
  table: string,
  rows: ReadonlyArray<Readonly<Record<string, unknown>>>,
  onConflict = ""
): Promise<number> => {
  if (rows.length === 0) return 0
  const columns = Object.keys(rows[0]!).join(", ")
  const { rowCount } = await db.query(
    `insert into ${table} (${columns}) overriding system value
     select ${columns} from jsonb_populate_recordset(null::${table}, $1) ${onConflict}`,
    [JSON.stringify(rows)]
  )
  return rowCount ?? 0
}

/** Inserts rows, or has them replace those of the same key. */
export const upsert = async (
  db: Queryable,
  table: string,
  key: ReadonlyArray<string>,
  rows: ReadonlyArray<Readonly<Record<string, unknown>>>
): Promise<void> => {
  const others = Object.keys(rows[0] ?? {}).filter((column) => !key.includes(column))
  const changes = others.map((column) => `${column} = excluded.${column}`).join(", ")
  await insert(db, table, rows, `on conflict (${key.join(", ")}) do update set ${changes}`)
}
