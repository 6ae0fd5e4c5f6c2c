/**
 * Rows as they are kept and as they are read: encrypted on their way into the database, opened on their way out. A database
 * that is encrypted otherwise does without: then rows are kept as they are.
 */
import { StorageError, StoreFault } from "@careline/ports"
import { Context, Effect, Result } from "effect"
import type { DataKeys } from "./DataKeys.ts"
import * as Envelope from "./Envelope.ts"
import { searchBits, searchText } from "./SearchBits.ts"
import type { EncryptedTable, Row, Table } from "../tables/Table.ts"

export class FieldEncryption extends Context.Service<
  FieldEncryption,
  {
    /** Rows of a table, as JSON, with what is secret of them encrypted. They need the columns that name them. */
    readonly encrypt: <A extends object>(
      table: EncryptedTable,
      rows: ReadonlyArray<A>
    ) => Effect.Effect<ReadonlyArray<A>, StorageError>
    /** Rows of a table, or some columns of them, opened. Fails for what was altered or moved. */
    readonly decrypt: <A extends object>(
      table: EncryptedTable,
      rows: ReadonlyArray<A>
    ) => Effect.Effect<ReadonlyArray<A>, StorageError>
    /** The same, row by row: one that does not open keeps nobody from the others. */
    readonly openEach: <A extends object>(
      table: EncryptedTable,
      rows: ReadonlyArray<A>
    ) => Effect.Effect<ReadonlyArray<Result.Result<A, StorageError>>, StorageError>
    /** A value as rows are looked up by it. */
    readonly index: (value: string) => string
    readonly indexKeys: Envelope.IndexKeys
  }
>()("careline/adapter-postgres/FieldEncryption") {}

/** The tenant whose key encrypts what is kept before anybody knows whose it is. */
const SYSTEM = ""

const tenantOf = ({ encryptedFor }: EncryptedTable, row: Row): string =>
  encryptedFor === "system" ? SYSTEM : String(row.site_grouping_id)

const placeOf = (table: EncryptedTable, row: Row, column: string): Envelope.Place => ({
  tenant: tenantOf(table, row),
  table: table.name,
  column,
  row: JSON.stringify(table.associatedData.map((name) => row[name]))
})

/** How a column is encrypted: by its type, or so that rows are looked up by it. */
type Kind = "index" | "text" | "jsonb" | "text[]"

/** The row with each of its secret columns, where it has a value, changed. */
const mapRow = <A extends object>(
  table: EncryptedTable,
  row: A,
  change: (kind: Kind, column: string, value: unknown) => unknown
): A => {
  const changed = { ...row } as Record<string, unknown>
  for (const { kept, name, type } of table.encrypted) {
    const value = changed[name]
    if (value != null) changed[name] = change(kept === "indexed" ? "index" : (type as Kind), name, value)
  }
  return changed as A
}

const unreadable = (table: EncryptedTable) =>
  new StorageError({
    operation: `encryption.decrypt ${table.name}`,
    reason: new StoreFault({ message: "an encrypted value was altered or moved, or its key is not here" })
  })

/** Kept as it is. */
export const plain: FieldEncryption["Service"] = {
  encrypt: (_table, rows) => Effect.succeed(rows),
  decrypt: (_table, rows) => Effect.succeed(rows),
  openEach: (_table, rows) => Effect.succeed(rows.map((row) => Result.succeed(row))),
  index: (value) => value,
  indexKeys: { digest: new Uint8Array(0), encryption: new Uint8Array(0) }
}

const firstOf = (values: unknown): unknown => (Array.isArray(values) ? values[0] : undefined)

/** What of a row is encrypted under a data key. */
const encryptedValue = (kind: Kind, value: unknown): string | null => {
  const encrypted = kind === "text[]" ? firstOf(value) : value
  return kind !== "index" && typeof encrypted === "string" ? encrypted : null
}

/** Indexed values that one process remembers: those of one batch are asked for again and again. */
const INDEXED_KEPT = 20_000

/** The same answer without the work, for what was asked before. */
const remembering = (make: (value: string) => string): ((value: string) => string) => {
  const known = new Map<string, string>()
  return (value) => {
    const found = known.get(value)
    if (found !== undefined) return found
    const made = make(value)
    if (known.size >= INDEXED_KEPT) known.clear()
    known.set(value, made)
    return made
  }
}

export const make = (keys: Envelope.IndexKeys, dataKeys: DataKeys): FieldEncryption["Service"] => {
  const index = remembering((value) => Envelope.index(keys, value))
  const indexed = remembering((encrypted) => Envelope.indexed(keys, encrypted))

  const encryptValue = (kind: Exclude<Kind, "index">, value: unknown, encrypt: (text: string) => string): unknown => {
    switch (kind) {
      case "text":
        return encrypt(String(value))
      case "jsonb":
        return encrypt(JSON.stringify(value))
      case "text[]":
        // None at all is no secret, and is asked for.
        return Array.isArray(value) && value.length === 0 ? value : [encrypt(JSON.stringify(value))]
    }
  }

  const decryptValue = (kind: Kind, value: unknown, open: (text: string) => string): unknown => {
    switch (kind) {
      case "index":
        return indexed(String(value))
      case "text":
        return open(String(value))
      case "jsonb":
        return JSON.parse(open(String(value)))
      case "text[]":
        return Array.isArray(value) && value.length === 0 ? value : JSON.parse(open(String(firstOf(value))))
    }
  }

  const keyIdsOf = (table: EncryptedTable, rows: ReadonlyArray<object>): ReadonlyArray<string> => {
    const ids = new Set<string>()
    for (const row of rows) {
      mapRow(table, row, (kind, _column, value) => {
        const keyId = Envelope.keyIdOf(encryptedValue(kind, value) ?? "")
        if (keyId !== null) ids.add(keyId)
        return value
      })
    }
    return [...ids].filter((id) => !dataKeys.open.has(id))
  }

  const openRow = <A extends object>(table: EncryptedTable, row: A): A =>
    mapRow(table, row, (kind, column, value) =>
      decryptValue(kind, value, (encrypted) => {
        const key = dataKeys.open.get(Envelope.keyIdOf(encrypted) ?? "")
        if (key === undefined) throw new Error("encrypted under no key of ours")
        return Envelope.decrypt(key, placeOf(table, row as Row, column), encrypted)
      })
    )

  return {
    encrypt: Effect.fnUntraced(function* (table, rows) {
      if (rows.length === 0) return rows
      const needsKeys = table.encrypted.some(({ kept }) => kept === "encrypted")
      const keyOf = yield* dataKeys.current(needsKeys ? rows.map((row) => tenantOf(table, row as Row)) : [])
      return rows.map((row) => {
        const key = keyOf.get(tenantOf(table, row as Row))!
        // The place of a value is that of the row as it is kept.
        const kept = mapRow(table, row, (kind, _column, value) => (kind === "index" ? index(String(value)) : value))
        return mapRow(table, kept, (kind, column, value) =>
          kind === "index"
            ? value
            : encryptValue(kind, value, (text) => Envelope.encrypt(key, placeOf(table, kept as Row, column), text))
        )
      })
    }),
    decrypt: Effect.fnUntraced(function* (table, rows) {
      yield* dataKeys.load(keyIdsOf(table, rows))
      return yield* Effect.try({
        try: () => rows.map((row) => openRow(table, row)),
        // The error may quote what it could not read.
        catch: () => unreadable(table)
      })
    }),
    openEach: Effect.fnUntraced(function* (table, rows) {
      yield* dataKeys.load(keyIdsOf(table, rows))
      return rows.map((row) => Result.try({ try: () => openRow(table, row), catch: () => unreadable(table) }))
    }),
    index,
    indexKeys: keys
  }
}

/** What a row is searched by, of the row in the open. */
export const searchColumns = ({ indexKeys }: FieldEncryption["Service"], { searched }: EncryptedTable, row: Row): Row =>
  searched.length === 0
    ? {}
    : { search_bits: searchBits(indexKeys, searchText(...searched.map((name) => row[name] as string | null))) }

/** Values as rows to be kept. */
export const encode = <A>(encryption: FieldEncryption["Service"], table: Table<A>, values: ReadonlyArray<A>) =>
  encryption.encrypt(
    table,
    values.map((value) => {
      const row = table.toRow(value)
      return { ...row, ...searchColumns(encryption, table, row) }
    })
  )

/** Rows as the values that were kept. */
export const decode =
  <A>(encryption: FieldEncryption["Service"], table: Table<A>) =>
  (rows: ReadonlyArray<Row>): Effect.Effect<ReadonlyArray<A>, StorageError> =>
    Effect.map(encryption.decrypt(table, rows), (opened) => opened.map(table.fromRow))
