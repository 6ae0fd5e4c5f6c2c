/**
 * A table and the values of the model in its rows. One declaration gives each field its column; reading, inserting, updating and
 * encrypting follow from it. Neither a field without a column nor a column without a field compiles.
 *
 * Rows are read by plain functions, not by a `Schema`: their values were decoded on their way in. Decoding them anew
 * (`Schema.encodeKeys` over the model's schemas) takes 15 µs for a thread and 36 µs for a send, and makes a list of 50 and a
 * claim of 50 about 40 % slower each; these functions take 2 µs and 1 µs (one run, against columns read by hand).
 */
import { Statement } from "effect/sql"
import type { Column } from "./Column.ts"

/** Columns of the fields of a value: a field that is a record itself has several, and is null where all of them are. */
type Columns<A> = { readonly [Field in keyof A]-?: Column<A[Field]> | Columns<Extract<A[Field], object>> }

/** A row as the driver reads it, or as the JSON of a record set. */
export type Row = Readonly<Record<string, unknown>>

interface Declaration<A> {
  readonly columns: Columns<A>
  /** Columns that follow from the value, for whoever reads the table. */
  readonly derived?: ReadonlyArray<readonly [column: Column<never>, of: (value: A) => unknown]>
  /** Fields that a value keeps from its first day: no update touches them. */
  readonly fixed?: ReadonlyArray<keyof A & string>
  /**
   * Names the row within its tenant, or everywhere: its encrypted values open in no other one. What it is looked up by is a part
   * of it where that says whom it is about: the other values do not open beside another contact.
   */
  readonly associatedData?: ReadonlyArray<keyof A & string>
  /** Whose key encrypts: rows that are kept before anybody knows whose they are belong to the system. */
  readonly encryptedFor?: "tenant" | "system"
  /** Nobody may change its rows: what stands in the open when a database is encrypted stays so, and is read as it is. */
  readonly isAppendOnly?: boolean
  /** Encrypted fields that are searched, by a Bloom filter of them in the column `search_bits`. */
  readonly searched?: ReadonlyArray<keyof A & string>
}

/** What is encrypted of a table, and how. */
export interface EncryptedTable {
  readonly name: string
  readonly encrypted: ReadonlyArray<Pick<Column<never>, "kept" | "name" | "type">>
  /** Columns that name the row, for what is encrypted of it. */
  readonly associatedData: ReadonlyArray<string>
  readonly encryptedFor: "tenant" | "system"
  readonly isAppendOnly: boolean
  /** Columns that are searched; none where there is no `search_bits`. */
  readonly searched: ReadonlyArray<string>
}

export interface Table<A> extends EncryptedTable {
  readonly all: ReadonlyArray<Pick<Column<never>, "name" | "type">>
  readonly fromRow: (row: Row) => A
  readonly toRow: (value: A) => Row
  /** All columns, as a list. */
  readonly columns: Statement.Fragment
  /** Rows in the open or encrypted, as the record set `given`. */
  readonly given: (rows: ReadonlyArray<Row>) => Statement.Fragment
  /** Inserts rows; a conflict clause may follow. */
  readonly insert: (rows: ReadonlyArray<Row>) => Statement.Fragment
  /** Every column that may change, as it is in `from`. */
  readonly changes: (from: "excluded" | "given") => Statement.Fragment
}

type AnyColumn = Omit<Column<unknown>, "decode"> & { readonly decode: (stored: unknown) => unknown }
type AnyColumns = { readonly [field: string]: AnyColumn | AnyColumns }
type Fields = ReadonlyArray<readonly [field: string, one: AnyColumn | Fields]>

const isColumn = (one: AnyColumn | AnyColumns): one is AnyColumn => typeof one.name === "string"

const fieldsOf = (columns: AnyColumns): Fields =>
  Object.entries(columns).map(([field, one]) => [field, isColumn(one) ? one : fieldsOf(one)])

const columnsOf = (fields: Fields): ReadonlyArray<AnyColumn> =>
  fields.flatMap(([, one]) => ("name" in one ? one : columnsOf(one)))

const read = (fields: Fields, row: Row): Row | null => {
  const value: Record<string, unknown> = {}
  let isThere = false
  for (const [field, one] of fields) {
    const stored = "name" in one ? row[one.name] : read(one, row)
    value[field] = "name" in one && stored !== null ? one.decode(stored) : stored
    isThere ||= stored !== null
  }
  return isThere ? value : null
}

const write = (fields: Fields, value: Row | null, row: Record<string, unknown>): void => {
  for (const [field, one] of fields) {
    if ("name" in one) row[one.name] = value === null ? null : one.encode(value[field])
    else write(one, value === null ? null : (value[field] as Row | null), row)
  }
}

/** What searched columns are looked for by. */
export const SEARCH_COLUMN = { name: "search_bits", type: "text" }

const literal = (text: string): Statement.Fragment => Statement.fragment([Statement.literal(text)])

export const make = <A extends object>(name: string, declaration: Declaration<A>): Table<A> => {
  const {
    associatedData = [],
    derived = [],
    encryptedFor = "tenant",
    fixed = [],
    isAppendOnly = false,
    searched = []
  } = declaration
  const fields = fieldsOf(declaration.columns as unknown as AnyColumns)
  const kept = columnsOf(fields)
  const all = [...kept, ...derived.map(([column]) => column), ...(searched.length === 0 ? [] : [SEARCH_COLUMN])]
  const namesOf = (some: ReadonlyArray<string>) =>
    some.flatMap((name) => columnsOf(fields.filter(([field]) => field === name)).map((column) => column.name))
  const list = all.map((column) => column.name).join(", ")
  const types = all.map((column) => `${column.name} ${column.type}`).join(", ")
  const fixedColumns = new Set(namesOf(fixed))
  const changing = all.filter((column) => !fixedColumns.has(column.name))
  const changes = (from: string) =>
    literal(changing.map((column) => `${column.name} = ${from}.${column.name}`).join(", "))
  const [excluded, given] = [changes("excluded"), changes("given")]

  const recordSet = (before: string, rows: ReadonlyArray<Row>) =>
    Statement.fragment([
      Statement.literal(`${before}json_to_recordset(`),
      Statement.parameter(JSON.stringify(rows)),
      Statement.literal(`::json) as given (${types})`)
    ])

  return {
    name,
    encrypted: [...kept, ...derived.map(([column]) => column)].filter((column) => column.kept !== "plain"),
    associatedData: namesOf(associatedData),
    encryptedFor,
    isAppendOnly,
    searched: namesOf(searched),
    all,
    fromRow: (row) => read(fields, row) as A,
    toRow: (value) => {
      const row: Record<string, unknown> = {}
      write(fields, value as Row, row)
      for (const [column, of] of derived) row[column.name] = of(value)
      return row
    },
    columns: literal(list),
    given: (rows) => recordSet("", rows),
    insert: (rows) => recordSet(`insert into ${name} (${list}) select ${list} from `, rows),
    changes: (from) => (from === "excluded" ? excluded : given)
  }
}
