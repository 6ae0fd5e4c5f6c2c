/**
 * B3: a page of the inbox, with few threads and with many, for somebody who has read nothing, for somebody who has read all,
 * and for somebody who has read every other thread.
 */
import { asStaff } from "@careline/application"
import type { UserId } from "@careline/domain"
import { Messages, type ThreadListView, Threads } from "@careline/ports"
import { Effect } from "effect"
import type pg from "pg"
import { type Figure, figure, median } from "./support/report.ts"
import { freshDatabase, withClient, world } from "./support/world.ts"

/** Minutes that the store leaves an arrival unsettled. The plans are asserted in its own test/unread.test.ts. */
const UNSETTLED_MINUTES = 15
const LIMIT = 50
const DEEP_PAGES = 20
const VIEWS: ReadonlyArray<ThreadListView> = ["inbox", "all", "unread", "unassigned", "mine"]
const READERS = ["nothing", "all", "half"].map((read) => `user-${read}` as UserId)

/** Straight into the tables, without the checks of foreign keys: what is measured is reading. */
const seed = async (client: pg.Client, threads: number, perThread: number): Promise<void> => {
  await client.query("set session_replication_role = replica")
  // A third is nobody's, a fifth waits for an answer; of the rest each reader has some.
  await client.query(`
    insert into external_threads (site_grouping_id, id, thread_type, external_contact, contact_key, contact_name, patient_ids, assignee_id,
      last_position, last_inbound_position, last_message_at, last_inbound_at, last_message_preview, unanswered_since,
      escalation_state, escalation_period, created_at, updated_at, search_bits)
    select '', uuidv7(), 'voip', '+1303' || lpad(n::text, 7, '0'), '+1303' || lpad(n::text, 7, '0'), 'Contact ' || n, '{}',
           case n % 6 when 0 then null when 1 then null when 2 then 'user-nothing' when 3 then 'user-all' when 4 then 'user-half'
             else 'user-else' end,
           ${perThread}, ${perThread}, at, at, 'Question ' || n, case when n % 5 = 0 then at end,
           'idle', 0, at, at, 'x' || repeat('0', 128)
    from generate_series(1, ${threads}) n cross join lateral (select now() - n * interval '1 second' as at) t`)
  await client.query(`
    insert into messages (site_grouping_id, id, external_thread_id, position, message_type, direction, content, attachments, meta_data, created_at)
    select '', uuidv7(), t.id, p, 'sms', 'inbound', 'Question ' || p, '[]', '{}', t.last_inbound_at
    from external_threads t cross join generate_series(1, ${perThread}) p`)
  // What their marks would have left, had they set each of them: test/unread.test.ts of the store shows that they do.
  const settled = `now() - interval '${UNSETTLED_MINUTES} minutes'`
  await client.query(`
    insert into readers (site_grouping_id, user_id, since, settled_before)
    values ('', 'user-nothing', '2000-01-01', '2000-01-01'), ('', 'user-all', '2000-01-01', ${settled}),
           ('', 'user-half', '2000-01-01', ${settled})`)
  await client.query(`
    insert into message_read_status (site_grouping_id, external_thread_id, user_id, position, read_at)
    select '', id, u, last_position, now()
    from (select *, row_number() over (order by last_message_at) as nth from external_threads) t
    cross join unnest(array['user-all', 'user-half']) u
    where u = 'user-all' or nth % 2 = 0`)
  await client.query(`
    insert into unread_threads (site_grouping_id, external_thread_id, user_id, listed_at)
    select '', t.id, 'user-half', t.last_message_at from external_threads t
    where t.last_inbound_at < ${settled} and not exists (
      select from message_read_status m where m.site_grouping_id = '' and m.external_thread_id = t.id and m.user_id = 'user-half'
    )`)
  for (const table of ["external_threads", "messages", "message_read_status", "unread_threads", "readers"]) {
    await client.query(`vacuum analyze ${table}`)
  }
}

/** What is unread is told for each reader, what is the team's for all of them. */
const nameOf = (userId: UserId, view: ThreadListView): string =>
  view === "unread" || view === "inbox" ? `${view} of who has read ${userId.slice("user-".length)}` : "other views"

const PAGES = ["first page", "deep page"] as const

/** Milliseconds of the pages of every view. */
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
    for (const userId of READERS) {
      for (const view of VIEWS) {
        const page = (cursor: string | null) => threads.list({ scope: [null], view, userId, limit: LIMIT, cursor })
        let deep: string | null = null
        for (let count = 0; count < DEEP_PAGES; count++) {
          const next: string | null = (yield* page(deep)).nextCursor
          if (next === null) break
          deep = next
        }
        for (let round = 0; round < rounds; round++) {
          const first = yield* timed(`${nameOf(userId, view)}: first page`, page(null))
          yield* timed(`${nameOf(userId, view)}: deep page`, page(deep))
          const thread = first.items[round % LIMIT]?.thread
          if (thread === undefined) continue
          const query = { siteGroupingId: null, threadId: thread.id, limit: LIMIT, cursor: null }
          yield* timed("messages", messages.list(query))
        }
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
  const lists = READERS.flatMap((userId) => VIEWS.map((view) => nameOf(userId, view)))
  const names = [...new Set(lists)].flatMap((list) => PAGES.map((page) => `${list}: ${page}`))
  return [...names, "messages"].map((name) =>
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
