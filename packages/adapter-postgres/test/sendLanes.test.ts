/** What a claim reads: what may leave, whatever else waits in the queue. */
import { SendLane } from "@careline/domain"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { Migrator } from "effect/sql"
import { freshDatabase, migratedDatabase } from "../../../test/support/postgres.ts"
import { Database } from "../src/index.ts"
import careline from "../src/migrations/0001_careline.ts"
import { claimStatement } from "../src/stores/PgOutbox.ts"
import { explain, rowsOf } from "./queryPlan.ts"

const THREAD = "00000000-0000-7000-8000-000000000001"

/** A thread that the texts are of, with the columns that its table has beside. */
const openThread = (sql: PgClient.PgClient, extra: Readonly<Record<string, string | number>>) => {
  const columns = Object.keys(extra).map((name) => `, ${name}`)
  const values = Object.values(extra).map((value) => `, '${value}'`)
  return sql.unsafe(`
    insert into external_threads (site_grouping_id, id, thread_type, external_contact, patient_ids,
      last_position, last_message_at, last_message_preview, escalation_state, escalation_period,
      created_at, updated_at${columns.join("")})
    values ('', '${THREAD}', 'voip', '+12025550147', '{}', 0, now(), '', 'idle', 0, now(), now()${values.join("")})`)
}

interface Texts {
  readonly lane: SendLane.SendLane
  readonly count: number
  readonly notBefore: "now() - interval '1 minute'" | "now() + interval '1 hour'"
  readonly state?: "queued" | "sending"
  /** Texts to each recipient. */
  readonly each?: number
}

/** Texts of a lane, to numbers of their own. */
const queue = (sql: PgClient.PgClient, { count, each = 1, lane, notBefore, state = "queued" }: Texts) =>
  sql.unsafe(`
    insert into sends (site_grouping_id, id, external_thread_id, purpose, message_class, lane, from_number,
      from_number_id, to_number, body, media_urls, attempts, state, not_before, queued_at)
    select '', gen_random_uuid(), '${THREAD}', 'reply', 'care', ${lane}, '+12025550100',
      gen_random_uuid(), '+1303' || ${lane} || lpad((n / ${each})::text, 6, '0'), 'Hello', '{}', 0, '${state}', ${notBefore}, now()
    from generate_series(0, ${count - 1}) n`)

/** How a claim reads texts: through which indexes, and how many rows. */
const planOf = Effect.fnUntraced(function* (sql: PgClient.PgClient, limit: number, last = SendLane.bulk) {
  const claim = claimStatement(sql, { limit, shares: SendLane.shares(limit, 2, last) })
  const nodes = (yield* explain(sql, claim)).filter((node) => node["Relation Name"] === "sends")
  return {
    ways: [...new Set(nodes.map((node) => node["Index Name"] ?? node["Node Type"]))].sort(),
    rows: nodes.reduce((sum, node) => sum + rowsOf(node), 0)
  }
})

const LIMIT = 20
const WAYS = ["sends_due", "sends_one_under_way", "sends_turn"]

describe("A claim", () => {
  it.live("reads what may leave, and nothing of what is held or of what less urgent lanes have", () =>
    Effect.gen(function* () {
      const url = Redacted.make(yield* Effect.promise(migratedDatabase))
      const owner = yield* Layer.build(Database.layerClient({ url, maxConnections: 1 }))
      const workers = yield* Layer.build(Database.layerWorkers({ url, maxConnections: 1 }))
      const queueing = <A, E>(effect: (sql: PgClient.PgClient) => Effect.Effect<A, E>) =>
        Effect.provide(Effect.flatMap(PgClient.PgClient, effect), owner)
      const plan = (limit = LIMIT, last = SendLane.bulk) =>
        Effect.provide(
          Effect.flatMap(PgClient.PgClient, (sql) => planOf(sql, limit, last)),
          workers
        )
      yield* queueing((sql) => openThread(sql, { contact_key: "+12025550147", search_bits: "x" }))
      yield* queueing((sql) => queue(sql, { lane: 1, count: LIMIT, notBefore: "now() - interval '1 minute'" }))
      const alone = yield* plan()
      // Each text itself, the first of its recipient's, and once more where lanes share a batch.
      assert.isAtMost(alone.rows, 4 * LIMIT)
      for (const lane of SendLane.all) {
        yield* queueing((sql) => queue(sql, { lane, count: 5_000, notBefore: "now() + interval '1 hour'", each: 3 }))
      }
      yield* queueing((sql) => queue(sql, { lane: 3, count: 20_000, notBefore: "now() - interval '1 minute'" }))
      // Before the tables' statistics are known, and after.
      for (const statistics of ["none", "fresh"]) {
        if (statistics === "fresh") yield* queueing((sql) => sql`vacuum analyze sends`)
        const behind = yield* plan()
        assert.deepStrictEqual(behind.ways, WAYS, statistics)
        assert.isAtMost(behind.rows, 1.5 * alone.rows, statistics)
        const forAlarms = yield* plan(LIMIT, 0)
        assert.strictEqual(forAlarms.rows, 0, statistics)
      }
    }).pipe(Effect.scoped)
  )

  it.live("locks no more than it gives: whoever claims beside it finds the rest", () =>
    Effect.gen(function* () {
      const url = Redacted.make(yield* Effect.promise(migratedDatabase))
      const owner = Database.layerClient({ url, maxConnections: 1 })
      yield* Effect.provide(
        Effect.gen(function* () {
          const sql = yield* PgClient.PgClient
          yield* openThread(sql, { contact_key: "+12025550147", search_bits: "x" })
          for (const lane of SendLane.all) {
            yield* queue(sql, { lane, count: 10, notBefore: "now() - interval '1 minute'" })
          }
        }),
        owner
      )
      const workers = Database.layerWorkers({ url, maxConnections: 4 })
      const claimed = yield* Effect.provide(
        Effect.gen(function* () {
          const sql = yield* PgClient.PgClient
          const claim = claimStatement(sql, { limit: 10, shares: SendLane.shares(10, 2) })
          // Each claim begins while all before it are open.
          const nested = (depth: number): Effect.Effect<ReadonlyArray<string>, unknown> =>
            depth === 0
              ? Effect.succeed([])
              : Effect.scoped(
                  Effect.gen(function* () {
                    const connection = yield* sql.reserve
                    const [query, params] = claim.compile()
                    yield* connection.executeUnprepared("begin", [], undefined)
                    const rows = (yield* connection.execute(query, params, undefined)) as ReadonlyArray<{ id: string }>
                    const others = yield* nested(depth - 1)
                    yield* connection.executeUnprepared("rollback", [], undefined)
                    return [...rows.map(({ id }) => id), ...others]
                  })
                )
          return yield* nested(4)
        }),
        workers
      )
      assert.lengthOf(claimed, 40)
      assert.strictEqual(new Set(claimed).size, 40)
    })
  )
})

describe("A queue of before there were lanes", () => {
  it.live("is sorted into its lanes, and of two texts that are on their way to one number one is looked for", () =>
    Effect.gen(function* () {
      const url = Redacted.make(yield* Effect.promise(freshDatabase))
      yield* Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        yield* Migrator.make({})({
          table: "careline_migrations",
          loader: Migrator.fromRecord({ "1_careline": careline })
        })
        yield* openThread(sql, { unread_count: 0, read_position: 0 })
        const classes = ["on_call", "opt_out_confirmation", "conversational", "care", "reminder", "notice", "marketing"]
        for (const [index, messageClass] of classes.entries()) {
          yield* sql`
            insert into sends (site_grouping_id, id, external_thread_id, purpose, message_class, from_number,
              from_number_id, to_number, body, media_urls, attempts, state, not_before, queued_at)
            select '', gen_random_uuid(), ${THREAD}::uuid, 'reply', ${messageClass}, '+12025550100', gen_random_uuid(),
              '+1303555' || ${String(1000 + index)}, ${messageClass}, '{}', 1, 'sending', now(), now()
            from generate_series(1, 2)`
        }
        yield* Database.migrate
        const rows = yield* sql<{ body: string; lane: number; states: ReadonlyArray<string> }>`
          select body, min(lane) as lane, array_agg(state order by place) as states from sends
          group by body, lane order by lane, body`
        const [both, one] = [
          ["sending", "sending"],
          ["unknown", "sending"]
        ]
        assert.deepStrictEqual(
          rows.map(({ body, lane, states }) => [body, lane, states]),
          [
            ["on_call", 0, both],
            ["opt_out_confirmation", 0, both],
            ["conversational", 1, one],
            ["care", 2, one],
            ["reminder", 2, one],
            ["marketing", 3, one],
            ["notice", 3, one]
          ]
        )
      }).pipe(Effect.provide(Database.layerClient({ url, maxConnections: 2 })))
    })
  )
})
