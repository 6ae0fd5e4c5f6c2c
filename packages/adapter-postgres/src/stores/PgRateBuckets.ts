/** Token buckets. */
import { TokenBucket } from "@careline/domain"
import { RateBuckets } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { asStorage } from "../sql/StorageErrors.ts"
import { iso } from "../sql/rows.ts"
import type { Row } from "../tables/Table.ts"
import { rateBuckets } from "../tables/Tables.ts"

export const layer = Layer.effect(
  RateBuckets,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient

    /** Rows for keys that have none: a row that is not there cannot be locked. Waits for whoever is adding one. */
    const addMissing = (keys: ReadonlyArray<string>) => sql`
      insert into rate_buckets (key, full_at)
      select key, ${iso(TokenBucket.full("any").fullAt)}::timestamptz from unnest(${[...keys]}::text[]) key
      group by key order by key
      on conflict do nothing`

    return RateBuckets.of({
      lock: (keys) =>
        keys.length === 0
          ? Effect.succeed([])
          : Effect.gen(function* () {
              yield* addMissing(keys)
              // A statement of its own, so that it sees the rows that the one before had to wait for.
              const rows = yield* sql<Row>`
                select * from rate_buckets where key = any(${[...keys]}::text[]) order by key for update`
              const known = new Map(rows.map(rateBuckets.fromRow).map((bucket) => [bucket.key, bucket]))
              return keys.map((key) => known.get(key)!)
            }).pipe(asStorage("rateBuckets.lock")),

      save: (buckets) =>
        buckets.length === 0
          ? Effect.void
          : sql`
              ${rateBuckets.insert([
                ...new Map(buckets.map((bucket) => [bucket.key, rateBuckets.toRow(bucket)])).values()
              ])}
              order by key
              on conflict (key) do update set ${rateBuckets.changes("excluded")}`.pipe(
              Effect.asVoid,
              asStorage("rateBuckets.save")
            )
    })
  })
)
