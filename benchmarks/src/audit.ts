/** B5: what the audit log costs those who read. Each look extends the chain of its tenant, for which those of one tenant wait. */
import { asStaff, listThreads } from "@careline/application"
import type { SiteGroupingId, UserId } from "@careline/domain"
import { Threads } from "@careline/ports"
import { Effect } from "effect"
import type pg from "pg"
import { type Figure, figure, median, percentile } from "./support/report.ts"
import { freshDatabase, withClient, world } from "./support/world.ts"

const READERS = 16
const THREADS = 500
const LIMIT = 50

/** Threads in a tenant for each reader, without the checks of foreign keys. */
const seed = async (client: pg.Client): Promise<void> => {
  await client.query("set session_replication_role = replica")
  await client.query(`
    insert into external_threads (site_grouping_id, id, thread_type, external_contact, contact_key, contact_name, patient_ids,
      last_position, last_inbound_position, last_message_at, last_inbound_at, last_message_preview, escalation_state,
      escalation_period, created_at, updated_at, search_bits)
    select 'site-' || tenant, uuidv7(), 'voip', '+1303' || lpad(n::text, 7, '0'), '+1303' || lpad(n::text, 7, '0'), 'Contact ' || n, '{}',
      1, 1, now() - n * interval '1 second', now(), 'Question ' || n, 'idle',
      0, now(), now(), 'x' || repeat('0', 128)
    from generate_series(1, ${READERS}) tenant, generate_series(1, ${THREADS}) n`)
  await client.query("vacuum analyze external_threads")
}

const tenantOf = (reader: number) => `site-${reader + 1}` as SiteGroupingId
const userId = "user-1" as UserId
const page = { view: "inbox", limit: LIMIT, cursor: null } as const

const audited = (tenant: SiteGroupingId) => listThreads({ userId, scope: [tenant] }, page)

const unaudited = (tenant: SiteGroupingId) =>
  Effect.flatMap(Threads, (threads) => threads.list({ ...page, scope: [tenant], userId })).pipe(
    asStaff({ scope: [tenant] })
  )

/** Milliseconds of every page, of readers side by side. */
const measure = <E, R>(read: (reader: number) => Effect.Effect<unknown, E, R>, readers: number, rounds: number) =>
  Effect.gen(function* () {
    const times: Array<number> = []
    const one = Effect.fnUntraced(function* (reader: number) {
      for (let round = 0; round < rounds; round++) {
        const started = performance.now()
        yield* read(reader)
        times.push(performance.now() - started)
      }
    })
    yield* Effect.forEach(Array.from({ length: readers }).keys(), one, { concurrency: "unbounded", discard: true })
    return times
  })

export const audit = async (server: string, quick: boolean, smoke = false): Promise<ReadonlyArray<Figure>> => {
  const url = await freshDatabase(server, "b5")
  const rounds = smoke ? 1 : quick ? 50 : 200
  return Effect.runPromise(
    Effect.gen(function* () {
      yield* Effect.promise(() => withClient(url, seed))
      const inTurn = <E, R>(read: (tenant: SiteGroupingId) => Effect.Effect<unknown, E, R>) =>
        measure(() => read(tenantOf(0)), 1, rounds * 4)
      const sideBySide = (tenant: (reader: number) => SiteGroupingId) =>
        measure((reader) => audited(tenant(reader)), READERS, rounds)
      yield* sideBySide(tenantOf)
      const [bare, noted] = [yield* inTurn(unaudited), yield* inTurn(audited)]
      const [apart, together] = [yield* sideBySide(tenantOf), yield* sideBySide(() => tenantOf(0))]
      const base = { benchmark: "B5 audit", goal: null }
      const against = `${READERS} readers of as many tenants`
      return [
        figure({
          ...base,
          figure: "inbox page with its entry, ms",
          ours: median(noted),
          baseline: median(bare),
          against: "the page alone"
        }),
        figure({
          ...base,
          figure: `${READERS} readers of one tenant, ms`,
          ours: median(together),
          baseline: median(apart),
          against
        }),
        figure({
          ...base,
          figure: `${READERS} readers of one tenant, p99 ms`,
          ours: percentile(together, 0.99),
          baseline: percentile(apart, 0.99),
          against
        })
      ]
    }).pipe(Effect.provide(world(url)))
  )
}
