/** Opens a database's seals when a host starts, or sees to it that it has none. */
import { type KeyEncryption, StorageError, StoreFault } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Context, Effect, Layer, Schedule } from "effect"
import { type DatabaseOptions, layerClient, layerWorkers } from "../client/Client.ts"
import { asStorage } from "../sql/StorageErrors.ts"
import * as DataKeys from "./DataKeys.ts"
import { sealExisting } from "./SealExisting.ts"
import * as Sealing from "./Sealing.ts"

export interface SealingOptions {
  /** What wraps the data keys. */
  readonly keys: KeyEncryption.KeyEncryption
  /** How long one data key seals before the tenant gets another one, in milliseconds. */
  readonly dataKeyLifetime?: number
  /** How often data keys are looked for that another key wrapped, in milliseconds. */
  readonly rewrapEvery?: number
}

const DAY = 24 * 60 * 60_000
const defaults = { dataKeyLifetime: 90 * DAY, rewrapEvery: 60 * 60_000 }

const sealedWithoutKeys = () =>
  new StorageError({
    operation: "sealing.open",
    reason: new StoreFault({
      message: "the database is sealed: configure the keys that sealed it (DATA_ENCRYPTION_KEYS, or DATA_DIR/data-key)"
    })
  })

const clientOf = <E>(client: Layer.Layer<PgClient.PgClient, E>) =>
  Effect.map(Layer.build(client), (context) => Context.get(context, PgClient.PgClient))

/** The keys of the indexes, made when the database has none: then all that it has is sealed first. */
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
      yield* sealExisting(owner, Sealing.make(made, DataKeys.make(owner, keys, lifetime)))
      return made
    })
  )
}, Effect.scoped)

/** Rows are kept as they are. */
export const layerPlain: Layer.Layer<Sealing.Sealing> = Layer.succeed(Sealing.Sealing, Sealing.plain)

/** How rows are sealed on this database. Without options none are, and a database that is sealed is refused. */
export const layer = (
  database: DatabaseOptions,
  options: SealingOptions | null
): Layer.Layer<Sealing.Sealing, StorageError> =>
  Layer.effect(
    Sealing.Sealing,
    Effect.gen(function* () {
      const sql = yield* clientOf(layerWorkers({ ...database, maxConnections: 1 }))
      if (options === null) {
        return (yield* DataKeys.isSealed(sql)) ? yield* sealedWithoutKeys() : Sealing.plain
      }
      const { dataKeyLifetime, keys, rewrapEvery } = { ...defaults, ...options }
      const indexKeys = (yield* DataKeys.indexKeys(sql, keys)) ?? (yield* begin(database, keys, dataKeyLifetime))
      yield* DataKeys.rewrap(sql, keys)
      yield* DataKeys.rewrap(sql, keys).pipe(
        Effect.tapError(({ reason }) => Effect.logWarning("Data keys could not be wrapped anew", reason.message)),
        Effect.ignore,
        Effect.repeat(Schedule.spaced(rewrapEvery)),
        Effect.delay(rewrapEvery),
        Effect.forkScoped
      )
      return Sealing.make(indexKeys, DataKeys.make(sql, keys, dataKeyLifetime))
    }).pipe(asStorage("sealing.open"))
  )
