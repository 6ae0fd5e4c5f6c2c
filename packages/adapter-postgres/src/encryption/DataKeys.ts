/**
 * The keys that encrypt, wrapped in a table beside what they encrypt, and open in the memory of this process. Each tenant has its
 * own, and a new one from time to time; what older ones encrypted stays as it is.
 *
 * They are asked for on a connection of their own: a key that was made inside of somebody's transaction would be undone
 * with it, after it was used.
 */
import { KeyEncryption, type StorageError } from "@careline/ports"
import type { PgClient } from "@effect/sql-pg"
import { randomBytes, randomUUID } from "node:crypto"
import { Clock, Effect, Semaphore } from "effect"
import { asStorage } from "../sql/StorageErrors.ts"
import { isUuid } from "../sql/rows.ts"
import type { DataKey, IndexKeys } from "./Envelope.ts"

interface Row {
  readonly id: string
  readonly site_grouping_id: string
  readonly purpose: "data" | "index"
  readonly key_id: string
  readonly wrapped: string
  readonly created_at: Date
}

interface OpenKey extends DataKey {
  readonly since: number
}

/** What a data key is for: wrapped with it, so that a key cannot be given to another tenant. */
const contextOf = (key: Pick<Row, "purpose" | "site_grouping_id" | "id">): string =>
  JSON.stringify([key.purpose, key.site_grouping_id, key.id])

const wrappedOf = (row: Row): KeyEncryption.WrappedKey => ({ keyId: row.key_id, wrapped: row.wrapped })

const indexKeysOf = (bytes: Uint8Array): IndexKeys => ({
  digest: bytes.subarray(0, KeyEncryption.KEY_BYTES),
  encryption: bytes.subarray(KeyEncryption.KEY_BYTES)
})

/** The keys of the indexes, if this database has any: then it is encrypted. */
export const indexKeys = Effect.fnUntraced(function* (sql: PgClient.PgClient, keys: KeyEncryption.KeyEncryption) {
  const [row] = yield* sql<Row>`select * from data_keys where purpose = 'index'`
  return row === undefined ? null : indexKeysOf(yield* keys.unwrap(wrappedOf(row), contextOf(row)))
}, asStorage("encryption.indexKeys"))

/** Whether this database is encrypted, whoever has the key. */
export const isEncrypted = (sql: PgClient.PgClient) =>
  sql`select from data_keys where purpose = 'index'`.pipe(
    Effect.map((rows) => rows.length > 0),
    asStorage("encryption.isEncrypted")
  )

const insert = Effect.fnUntraced(function* (
  sql: PgClient.PgClient,
  keys: KeyEncryption.KeyEncryption,
  row: Pick<Row, "purpose" | "site_grouping_id">,
  bytes: Uint8Array
) {
  const id = randomUUID()
  const { keyId, wrapped } = yield* keys.wrap(bytes, contextOf({ ...row, id }))
  yield* sql`
    insert into data_keys (id, site_grouping_id, purpose, key_id, wrapped)
    values (${id}::uuid, ${row.site_grouping_id}, ${row.purpose}, ${keyId}, ${wrapped})`
  return id
})

/** Makes the keys of the indexes, in the ambient transaction. */
export const makeIndexKeys = Effect.fnUntraced(function* (sql: PgClient.PgClient, keys: KeyEncryption.KeyEncryption) {
  const bytes = randomBytes(2 * KeyEncryption.KEY_BYTES)
  yield* insert(sql, keys, { purpose: "index", site_grouping_id: "" }, bytes)
  return indexKeysOf(bytes)
}, asStorage("encryption.makeIndexKeys"))

/** Wraps anew what another key than the current one wrapped. Nothing that is encrypted changes. Returns how many there were. */
export const rewrap = Effect.fnUntraced(function* (sql: PgClient.PgClient, keys: KeyEncryption.KeyEncryption) {
  const rows = yield* sql<Row>`select * from data_keys where key_id <> ${keys.currentKeyId}`
  for (const row of rows) {
    const { keyId, wrapped } = yield* keys.wrap(yield* keys.unwrap(wrappedOf(row), contextOf(row)), contextOf(row))
    yield* sql`
      update data_keys set key_id = ${keyId}, wrapped = ${wrapped}
      where id = ${row.id}::uuid and key_id = ${row.key_id}`
  }
  return rows.length
}, asStorage("encryption.rewrap"))

/** The data keys of this process. */
export interface DataKeys {
  /** Of these ids, those that are open here. */
  readonly open: ReadonlyMap<string, DataKey>
  /** Opens those of the ids that are not. */
  readonly load: (ids: ReadonlyArray<string>) => Effect.Effect<void, StorageError>
  /** The key that encrypts for each of these tenants, by the tenant. */
  readonly current: (tenants: ReadonlyArray<string>) => Effect.Effect<ReadonlyMap<string, DataKey>, StorageError>
}

export const make = (sql: PgClient.PgClient, keys: KeyEncryption.KeyEncryption, lifetime: number): DataKeys => {
  const open = new Map<string, OpenKey>()
  const newest = new Map<string, OpenKey>()
  const turns = Semaphore.makeUnsafe(1)

  const keep = Effect.fnUntraced(function* (row: Row) {
    const known = open.get(row.id)
    if (known !== undefined) return known
    const key = yield* keys.unwrap(wrappedOf(row), contextOf(row))
    const opened = { id: row.id, key, since: row.created_at.getTime() }
    open.set(row.id, opened)
    return opened
  })

  // What is no id of ours is no key of ours.
  const unknown = (ids: ReadonlyArray<string>) => ids.filter((id) => !open.has(id) && isUuid(id))

  const isCurrent = (tenant: string, now: number): boolean => {
    const key = newest.get(tenant)
    return key !== undefined && now - key.since < lifetime
  }

  /** Whoever else makes one at the same time does no harm: either encrypts, and both open. */
  const renew = Effect.fnUntraced(function* (tenants: ReadonlyArray<string>, now: number) {
    const rows = yield* sql<Row>`
      select distinct on (site_grouping_id) * from data_keys
      where purpose = 'data' and site_grouping_id = any(${[...tenants]}::text[])
      order by site_grouping_id, created_at desc, id`
    for (const row of rows) newest.set(row.site_grouping_id, yield* keep(row))
    for (const tenant of tenants.filter((one) => !isCurrent(one, now))) {
      const bytes = randomBytes(KeyEncryption.KEY_BYTES)
      const id = yield* insert(sql, keys, { purpose: "data", site_grouping_id: tenant }, bytes)
      const made = { id, key: bytes, since: now }
      open.set(id, made)
      newest.set(tenant, made)
    }
  })

  return {
    open,
    load: (ids) =>
      turns
        .withPermit(
          Effect.gen(function* () {
            const wanted = unknown(ids)
            if (wanted.length === 0) return
            const rows = yield* sql<Row>`select * from data_keys where id = any(${wanted}::uuid[])`
            yield* Effect.forEach(rows, keep, { discard: true })
          })
        )
        .pipe(asStorage("encryption.load")),
    current: Effect.fnUntraced(function* (tenants) {
      const now = yield* Clock.currentTimeMillis
      const wanted = [...new Set(tenants)]
      if (!wanted.every((tenant) => isCurrent(tenant, now))) {
        yield* turns.withPermit(
          Effect.suspend(() => {
            const missing = wanted.filter((tenant) => !isCurrent(tenant, now))
            return missing.length === 0 ? Effect.void : renew(missing, now)
          })
        )
      }
      return newest
    }, asStorage("encryption.current"))
  }
}
