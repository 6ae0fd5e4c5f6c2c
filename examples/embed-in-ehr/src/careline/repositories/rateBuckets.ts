/** What is left of the rates at which texts may leave, for all processes together. */
import type { Repositories } from "careline"
import type { Queryable } from "../../ehr/database.ts"
import { columnsOf, type Fields, lastOfEach, rowOf, upsert } from "./rows.ts"

interface Bucket {
  readonly key: string
  readonly fullAt: Date
}

const FIELDS: Fields<Bucket> = { key: "key", fullAt: "full_at" }

export const rateBuckets: Repositories<Queryable>["rateBuckets"] = (db) => ({
  lock: async (keys) => {
    // A row that is not there cannot be locked. Whoever is adding it is waited for.
    await db.query(
      "insert into send_rates (key) select distinct key from unnest($1::text[]) key order by key on conflict do nothing",
      [keys]
    )
    const { rows } = await db.query<Bucket>(
      `select ${columnsOf("r", FIELDS)} from send_rates r where r.key = any($1) order by r.key for update`,
      [keys]
    )
    const buckets = new Map(rows.map((bucket) => [bucket.key, bucket]))
    return keys.map((key) => buckets.get(key)!)
  },

  save: (buckets) =>
    upsert(
      db,
      "send_rates",
      ["key"],
      lastOfEach(buckets, ({ key }) => key).map((bucket) => rowOf(FIELDS, bucket))
    )
})
