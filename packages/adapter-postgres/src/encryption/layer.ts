/** Provides field encryption when a host starts, or checks that the database has none. */
import { type KeyEncryption, StorageError, StoreFault } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Context, Effect, Layer, Schedule } from "effect"
import { type DatabaseOptions, layerClient, layerWorkers } from "../client/Client.ts"
import { asStorage } from "../sql/StorageErrors.ts"
import * as ContactKeys from "./ContactKeys.ts"
import * as DataKeys from "./DataKeys.ts"
import { encryptExisting } from "./EncryptExisting.ts"
import type * as Envelope from "./Envelope.ts"
import * as FieldEncryption from "./FieldEncryption.ts"

export interface EncryptionOptions {
  /** What wraps the data keys. */
  readonly keys: KeyEncryption.KeyEncryption
  /** How long one data key encrypts before the tenant gets another one, in milliseconds. */
  readonly dataKeyLifetime?: number
  /** How often data keys are looked for that another key wrapped, in milliseconds. */
  readonly rewrapEvery?: number
}

const DAY = 24 * 60 * 60_000
const defaults = { dataKeyLifetime: 90 * DAY, rewrapEvery: 60 * 60_000 }

const encryptedWithoutKeys = () =>
  new StorageError({
    operation: "encryption.decrypt",
    reason: new StoreFault({
      message:
        "the database is encrypted: configure the keys that encrypted it (DATA_ENCRYPTION_KEYS, or DATA_DIR/data-key)"
    })
  })

const clientOf = <E>(client: Layer.Layer<PgClient.PgClient, E>) =>
  Effect.map(Layer.build(client), (context) => Context.get(context, PgClient.PgClient))

/** What a migration could not do without keys, once. */
const keyExisting = Effect.fnUntraced(function* (
  database: DatabaseOptions,
  indexKeys: Envelope.IndexKeys,
  keys: KeyEncryption.KeyEncryption,
  lifetime: number
) {
  const owner = yield* clientOf(layerClient({ ...database, url: database.ownerUrl ?? database.url, maxConnections: 1 }))
  yield* owner.withTransaction(
    Effect.gen(function* () {
      yield* owner`lock table external_threads in access exclusive mode`
      if (yield* ContactKeys.hasContactKeys(owner)) return
      const encryption = FieldEncryption.make(indexKeys, DataKeys.make(owner, keys, lifetime))
      yield* ContactKeys.keyContacts(owner, encryption, true)
    })
  )
}, Effect.scoped)

/** The keys of the indexes, made when the database has none: then all that it has is encrypted first. */
const begin = Effect.fnUntraced(function* (
  database: DatabaseOptions,
  keys: KeyEncryption.KeyEncryption,
  lifetime: number
) {
  const owner = yield* clientOf(layerClient({ ...database, url: database.ownerUrl ?? database.url, maxConnections: 1 }))
  return yield* owner.withTransaction(
    Effect.gen(function* () {
      yield* owner`lock table data_keys in share row exclusive mode`
      const known = yield* DataKeys.indexKeys(owner, keys)
      if (known !== null) return known
      yield* owner.unsafe(`set local statement_timeout = 0`)
      const made = yield* DataKeys.makeIndexKeys(owner, keys)
      // The keys of this one transaction are of it: another connection would wait for its lock.
      yield* encryptExisting(owner, FieldEncryption.make(made, DataKeys.make(owner, keys, lifetime)))
      return made
    })
  )
}, Effect.scoped)

/** Rows are kept as they are. */
export const layerPlain: Layer.Layer<FieldEncryption.FieldEncryption> = Layer.succeed(
  FieldEncryption.FieldEncryption,
  FieldEncryption.plain
)

/** How rows are encrypted on this database. Without options none are, and a database that is encrypted is refused. */
export const layer = (
  database: DatabaseOptions,
  options: EncryptionOptions | null
): Layer.Layer<FieldEncryption.FieldEncryption, StorageError> =>
  Layer.effect(
    FieldEncryption.FieldEncryption,
    Effect.gen(function* () {
      const sql = yield* clientOf(layerWorkers({ ...database, maxConnections: 1 }))
      if (options === null) {
        return (yield* DataKeys.isEncrypted(sql)) ? yield* encryptedWithoutKeys() : FieldEncryption.plain
      }
      const { dataKeyLifetime, keys, rewrapEvery } = { ...defaults, ...options }
      const indexKeys = (yield* DataKeys.indexKeys(sql, keys)) ?? (yield* begin(database, keys, dataKeyLifetime))
      if (!(yield* ContactKeys.hasContactKeys(sql))) yield* keyExisting(database, indexKeys, keys, dataKeyLifetime)
      yield* DataKeys.rewrap(sql, keys)
      yield* DataKeys.rewrap(sql, keys).pipe(
        Effect.tapError(({ reason }) => Effect.logWarning("Data keys could not be wrapped anew", reason.message)),
        Effect.ignore,
        Effect.repeat(Schedule.spaced(rewrapEvery)),
        Effect.delay(rewrapEvery),
        Effect.forkScoped
      )
      return FieldEncryption.make(indexKeys, DataKeys.make(sql, keys, dataKeyLifetime))
    }).pipe(asStorage("encryption.decrypt"))
  )
