/** B3: a page of the inbox, with few threads and with many. */
import { asStaff } from "@careline/application"
import type { UserId } from "@careline/domain"
import { Messages, type ThreadListView, Threads } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import type pg from "pg"
import { type Figure, figure, median } from "./support/report.ts"
import { freshDatabase, withClient, world } from "./support/world.ts"

const LIMIT = 50
const DEEP_PAGES = 20
const VIEWS: ReadonlyArray<ThreadListView> = ["inbox", "all", "unread", "unassigned", "mine"]
const USER = "user-1" as UserId

/** Straight into the tables, without the checks of foreign keys: what is measured is reading. */
const seed = async (client: pg.Client, threads: number, perThread: number): Promise<void> => {
  await client.query("set session_replication_role = replica")
  await client.query(`
    insert into external_threads
    select '', uuidv7(), 'voip', '+1303' || lpad(n::text, 7, '0'), 'Contact ' || n, null, null, '{}', null,
           case when n % 3 = 0 then null else 'user-' || n % 50 end, case when n % 4 = 0 then n % 5 + 1 else 0 end,
           ${perThread}, 0, now() - n * interval '1 second', 'Question ' || n, now(), null, 'idle', 0, null, now(), now(), null,
           'x' || repeat('0', 128)
    from generate_series(1, ${threads}) n`)
  await client.query(`
    insert into messages (site_grouping_id, id, external_thread_id, position, message_type, direction, content, attachments, meta_data, created_at)
    select '', uuidv7(), t.id, p, 'sms', 'inbound', 'Question ' || p, '[]', '{}', now()
    from external_threads t cross join generate_series(1, ${perThread}) p`)
  await client.query("vacuum analyze external_threads")
  await client.query("vacuum analyze messages")
}

interface PlanNode {
  readonly "Node Type": string
  readonly Plans?: ReadonlyArray<PlanNode>
}

const nodeTypes = (node: PlanNode): ReadonlyArray<string> => [
  node["Node Type"],
  ...(node.Plans ?? []).flatMap(nodeTypes)
]

const filters: Readonly<Record<ThreadListView, string>> = {
  all: "true",
  inbox: "(assignee_id is null or unread_count > 0)",
  unread: "unread_count > 0",
  unassigned: "assignee_id is null",
  mine: `assignee_id = '${USER}'`
}

/** Fails when a view sorts, or reads the whole table. */
const assertPlans = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  for (const view of VIEWS) {
    const [row] = yield* sql.unsafe<{ readonly "QUERY PLAN": ReadonlyArray<{ readonly Plan: PlanNode }> }>(`
      explain (format json) select * from external_threads
      where site_grouping_id = '' and deleted_at is null and ${filters[view]}
        and (last_message_at, id) < (now() - interval '1 hour', gen_random_uuid())
      order by last_message_at desc, id desc limit ${LIMIT + 1}`)
    const types = nodeTypes(row!["QUERY PLAN"][0]!.Plan)
    const bad = types.filter((type) => type.includes("Sort") || type === "Seq Scan")
    if (bad.length > 0) return yield* Effect.die(new Error(`The view ${view} is planned with ${bad.join(", ")}`))
  }
})

/** Median milliseconds of the pages of every view. */
const measure = Effect.fnUntraced(
  function* (rounds: number) {
    const threads = yield* Threads
    const messages = yield* Messages
    const times = new Map<string, Array<number>>()
    const timed = Effect.fnUntraced(function* <A, E>(name: string, effect: Effect.Effect<A, E>) {
      const started = performance.now()
      const result = yield* effect
      times.set(name, [...(times.get(name) ?? []), performance.now() - started])
      return result
    })
    for (const view of VIEWS) {
      const page = (cursor: string | null) => threads.list({ scope: [null], view, userId: USER, limit: LIMIT, cursor })
      let deep: string | null = null
      for (let count = 0; count < DEEP_PAGES; count++) {
        const next: string | null = (yield* page(deep)).nextCursor
        if (next === null) break
        deep = next
      }
      for (let round = 0; round < rounds; round++) {
        const first = yield* timed("first page", page(null))
        yield* timed("deep page", page(deep))
        const { thread } = first.items[round % first.items.length]!
        const query = { siteGroupingId: null, threadId: thread.id, limit: LIMIT, cursor: null }
        yield* timed("messages", messages.list(query))
      }
    }
    return times
  },
  asStaff({ scope: [null] })
)

const run = (url: string, threads: number, perThread: number, rounds: number) =>
  Effect.runPromise(
    Effect.gen(function* () {
      yield* Effect.promise(() => withClient(url, (client) => seed(client, threads, perThread)))
      yield* assertPlans
      yield* measure(Math.ceil(rounds / 4))
      return yield* measure(rounds)
    }).pipe(Effect.provide(world(url)))
  )

export const inbox = async (server: string, quick: boolean, smoke = false): Promise<ReadonlyArray<Figure>> => {
  const rounds = smoke ? 2 : quick ? 40 : 100
  const big = smoke ? 5_000 : quick ? 100_000 : 1_000_000
  const perThread = smoke ? 1 : 10
  const few = await run(await freshDatabase(server, "b3_few"), Math.min(10_000, big), perThread, rounds)
  const many = await run(await freshDatabase(server, "b3_many"), big, perThread, rounds)
  return ["first page", "deep page", "messages"].map((name) =>
    figure({
      benchmark: "B3 inbox",
      figure: `${name}, ms at ${big / 1000}k threads`,
      ours: median(many.get(name) ?? []),
      baseline: median(few.get(name) ?? []),
      against: "10k threads",
      goal: { atMost: 1.5 }
    })
  )
}
