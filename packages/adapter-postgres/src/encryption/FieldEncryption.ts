/**
 * Rows as they are kept and as they are read: encrypted on their way into the database, opened on their way out. A database
 * that is encrypted otherwise does without: then rows are kept as they are.
 */
import { StorageError, StoreFault } from "@careline/ports"
import { Context, Effect, Result } from "effect"
import type { DataKeys } from "./DataKeys.ts"
import * as Envelope from "./Envelope.ts"
import {
  encryptedTables,
  type EncryptedKind,
  type EncryptedTable,
  type EncryptedTableName
} from "./EncryptedColumns.ts"

type Row = Readonly<Record<string, unknown>>

export class FieldEncryption extends Context.Service<
  FieldEncryption,
  {
    /** Rows of a table, as JSON, with what is secret of them encrypted. They need the columns that name them. */
    readonly encrypt: <A extends object>(
      table: EncryptedTableName,
      rows: ReadonlyArray<A>
    ) => Effect.Effect<ReadonlyArray<A>, StorageError>
    /** Rows of a table, or some columns of them, opened. Fails for what was altered or moved. */
    readonly decrypt: <A extends object>(
      table: EncryptedTableName,
      rows: ReadonlyArray<A>
    ) => Effect.Effect<ReadonlyArray<A>, StorageError>
    /** The same, row by row: one that does not open keeps nobody from the others. */
    readonly openEach: <A extends object>(
      table: EncryptedTableName,
      rows: ReadonlyArray<A>
    ) => Effect.Effect<ReadonlyArray<Result.Result<A, StorageError>>, StorageError>
    /** A value as rows are looked up by it. */
    readonly index: (value: string) => string
    readonly indexKeys: Envelope.IndexKeys
  }
>()("careline/adapter-postgres/FieldEncryption") {}

/** The tenant whose key encrypts what is kept before anybody knows whose it is. */
const SYSTEM = ""

const specOf = (table: EncryptedTableName): EncryptedTable => encryptedTables[table]

const tenantOf = ({ tenant }: EncryptedTable, row: Row): string =>
  tenant === "system" ? SYSTEM : String(row.site_grouping_id)

const placeOf = (table: EncryptedTableName, row: Row, column: string): Envelope.Place => {
  const spec = specOf(table)
  return {
    tenant: tenantOf(spec, row),
    table,
    column,
    row: JSON.stringify(spec.row.map((name) => row[name]))
  }
}

/** The row with each of its secret columns, where it has a value, changed. */
const mapRow = <A extends object>(
  table: EncryptedTableName,
  row: A,
  change: (kind: EncryptedKind, column: string, value: unknown) => unknown
): A => {
  const changed = { ...row } as Record<string, unknown>
  for (const [column, kind] of Object.entries(specOf(table).columns)) {
    const value = changed[column]
    if (value != null) changed[column] = change(kind, column, value)
  }
  return changed as A
}

const unreadable = (table: EncryptedTableName) =>
  new StorageError({
    operation: `encryption.decrypt ${table}`,
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
const encryptedValue = (kind: EncryptedKind, value: unknown): string | null => {
  const encrypted = kind === "texts" ? firstOf(value) : value
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

  const encryptValue = (
    kind: Exclude<EncryptedKind, "index">,
    value: unknown,
    encrypt: (text: string) => string
  ): unknown => {
    switch (kind) {
      case "text":
        return encrypt(String(value))
      case "json":
        return encrypt(JSON.stringify(value))
      case "texts":
        // None at all is no secret, and is asked for.
        return Array.isArray(value) && value.length === 0 ? value : [encrypt(JSON.stringify(value))]
    }
  }

  const decryptValue = (kind: EncryptedKind, value: unknown, open: (text: string) => string): unknown => {
    switch (kind) {
      case "index":
        return indexed(String(value))
      case "text":
        return open(String(value))
      case "json":
        return JSON.parse(open(String(value)))
      case "texts":
        return Array.isArray(value) && value.length === 0 ? value : JSON.parse(open(String(firstOf(value))))
    }
  }

  const keyIdsOf = (table: EncryptedTableName, rows: ReadonlyArray<object>): ReadonlyArray<string> => {
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

  const openRow = <A extends object>(table: EncryptedTableName, row: A): A =>
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
      const spec = specOf(table)
      const keyOf = yield* dataKeys.current(rows.map((row) => tenantOf(spec, row as Row)))
      return rows.map((row) => {
        const key = keyOf.get(tenantOf(spec, row as Row))!
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
