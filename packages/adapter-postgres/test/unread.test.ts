/** What is unread is found at once, however much a user has read or left: what a list reads, and in what order. */
import { type ThreadId, UserId } from "@careline/domain"
import { Messages, RowAccess, type ThreadListView, Threads, Transaction } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Layer, Redacted } from "effect"
import { migratedDatabase } from "../../../test/support/postgres.ts"
import { Database, layer } from "../src/index.ts"
import { SETTLED_AT_ONCE } from "../src/stores/readMarks.ts"
import { FEW_ARRIVALS, pageStatement } from "../src/stores/threadList.ts"
import { explain, rowsOf } from "./queryPlan.ts"

const THREADS = 6_000
const LIMIT = 20
const scope = [null] as const
const now = DateTime.makeUnsafe("2026-03-02T09:30:00Z")
const [idle, diligent, picky] = ["idle", "diligent", "picky"].map((name) => UserId.make(name))

/** Threads of a text each, a minute apart, the newest a minute ago; all of them somebody's and answered. */
const threadsOfMinutes = (sql: PgClient.PgClient) =>
  Effect.gen(function* () {
    yield* sql`
      insert into external_threads (site_grouping_id, id, thread_type, external_contact, contact_key, patient_ids, last_position,
        last_inbound_position, last_message_at, last_inbound_at, last_message_preview, assignee_id, escalation_state,
        escalation_period, created_at, updated_at, search_bits)
      select '', gen_random_uuid(), 'voip', '+1303' || n, '+1303' || n, '{}', 1, 1, at, at, 'Hello', 'somebody', 'idle', 0, at, at,
        'x' || repeat('0', 128)
      from generate_series(1, ${THREADS}) n
      cross join lateral (select ${DateTime.formatIso(now)}::timestamptz - n * interval '1 minute' as at) t`
    yield* sql`
      insert into messages (site_grouping_id, id, external_thread_id, position, message_type, direction, content,
        attachments, meta_data, created_at)
      select '', gen_random_uuid(), id, 1, 'sms', 'inbound', 'Hello', '[]', '{}', last_inbound_at from external_threads`
    yield* sql`vacuum analyze external_threads`
    yield* sql`vacuum analyze messages`
  })

/** The rows that a page reads of its tables; fails where it reads one whole, or sorts more than it found. */
const rowsRead = Effect.fnUntraced(function* (userId: UserId, view: ThreadListView) {
  const sql = yield* PgClient.PgClient
  const keys = { digest: new Uint8Array(0), encryption: new Uint8Array(0) }
  const query = { scope, view, userId, limit: LIMIT, cursor: null }
  const nodes = yield* explain(sql, pageStatement(sql, keys, query, null))
  const ran = nodes.filter((node) => (node["Actual Loops"] ?? 0) > 0)
  const whole = ran.filter((node) => node["Node Type"] === "Seq Scan" && node["Relation Name"] !== "readers")
  assert.deepStrictEqual(whole, [], `${userId} ${view}`)
  for (const sort of ran.filter((node) => node["Node Type"].includes("Sort"))) {
    assert.isAtMost(rowsOf(sort), 3 * (LIMIT + 1), `${userId} ${view} sorts what it found`)
  }
  return ran
    .filter((node) => node["Relation Name"] !== undefined && node["Relation Name"] !== "readers")
    .reduce((sum, node) => sum + rowsOf(node), 0)
})

/** What a page may read: a page of each walk with its marks, and the arrivals that tell whether there are many. */
const BOUND = 4 * (LIMIT + 1) + FEW_ARRIVALS + 1

describe("Unread threads", () => {
  it.live("are found at once by who has read nothing, who has read all, and who reads here and there", () =>
    Effect.gen(function* () {
      const url = Redacted.make(yield* Effect.promise(migratedDatabase))
      const owner = yield* Layer.build(Database.layerClient({ url, maxConnections: 1 }))
      yield* Effect.provide(Effect.flatMap(PgClient.PgClient, threadsOfMinutes), owner)
      const asStaff = Effect.provideService(RowAccess, { _tag: "Staff", scope })
      yield* Effect.gen(function* () {
        const { markRead, startReading } = yield* Messages
        const threads = yield* Threads
        const { transact } = yield* Transaction
        const long = DateTime.subtract(now, { days: 365 })
        for (const userId of [idle!, diligent!, picky!]) yield* startReading({ scope, userId, at: long })
        const all = yield* Effect.provide(
          Effect.flatMap(
            PgClient.PgClient,
            (sql) => sql<{ id: ThreadId }>`select id from external_threads order by last_message_at desc`
          ),
          owner
        )
        const read = (userId: UserId, at: number) => {
          const mark = { siteGroupingId: null, threadId: all[at]!.id, userId, position: 1, readAt: now }
          return transact(markRead(mark))
        }
        const unread = (userId: UserId) =>
          Effect.map(threads.list({ scope, view: "unread", userId, limit: LIMIT, cursor: null }), ({ items }) =>
            items.map(({ thread }) => thread.id)
          )
        const explained = (userId: UserId, view: ThreadListView) => Effect.provide(rowsRead(userId, view), owner)
        // Whoever reads from the end: a few marks settle all that there is.
        const marks = 2 * Math.ceil(THREADS / SETTLED_AT_ONCE)
        for (let at = 0; at < marks; at++) yield* read(picky!, 2 * at)
        const left = all.map(({ id }) => id).filter((_, at) => at % 2 === 1 || at >= 2 * marks)
        assert.deepStrictEqual(yield* unread(picky!), left.slice(0, LIMIT))
        assert.deepStrictEqual(
          yield* unread(idle!),
          all.slice(0, LIMIT).map(({ id }) => id)
        )
        // The same marks that the diligent one would have set, one by one.
        yield* Effect.provide(
          Effect.flatMap(
            PgClient.PgClient,
            (sql) => sql`
              insert into message_read_status (site_grouping_id, external_thread_id, user_id, position, read_at)
              select '', id, ${diligent!}, 1, now() from external_threads`
          ),
          owner
        )
        for (let at = 0; at < marks; at++) yield* read(diligent!, at)
        assert.deepStrictEqual(yield* unread(diligent!), [])
        yield* Effect.provide(
          Effect.flatMap(PgClient.PgClient, (sql) =>
            Effect.andThen(sql`vacuum analyze message_read_status`, sql`vacuum analyze unread_threads`)
          ),
          owner
        )
        for (const userId of [idle!, diligent!, picky!]) {
          for (const view of ["unread", "inbox"] as const) {
            assert.isAtMost(yield* explained(userId, view), BOUND, `${userId} ${view}`)
          }
        }
      }).pipe(asStaff, Effect.provide(layer({ url, maxConnections: 3 })))
    }).pipe(Effect.scoped)
  )
})
