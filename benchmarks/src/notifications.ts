/**
 * B7: notifications that are due become texts in their threads, against an insert loop that writes the same rows by hand; and a claim
 * of what is due with many that are due later.
 */
import { asStaff, asSystem, Limits, releaseNotifications } from "@careline/application"
import { VoipSettings } from "@careline/domain"
import { Notifications, Settings, Transaction } from "@careline/ports"
import { Effect, Layer } from "effect"
import type pg from "pg"
import { type Figure, figure, median } from "./support/report.ts"
import { freshDatabase, setUpLine, withClient, world } from "./support/world.ts"

const BATCH = Limits.defaults.notificationsPerBatch
const DUE = 20

/** Straight into the table: what is measured is what follows. */
const due = (count: number, at: string, key: string): string => `
  insert into notifications (site_grouping_id, id, cause_key, kind, message_class, contact, content, due_at, state, created_at, updated_at)
  select '', uuidv7(), '${key}' || n, 'scheduled', 'care', '+1303' || lpad(n::text, 7, '0'),
    '{"_tag":"Words","text":"See you tomorrow at nine. Reply C to confirm."}', ${at}, 'scheduled', now(), now()
  from generate_series(1, ${count}) n`

/** What a release writes, in batches of the same size and as few statements as there are tables. */
const byHand = async (client: pg.Client): Promise<number> => {
  const { rows } = await client.query<{ id: string; contact: string }>(
    `select id, contact from notifications where state = 'scheduled' and due_at <= now() order by due_at, id limit ${BATCH} for no key update skip locked`
  )
  if (rows.length === 0) return 0
  const batch = JSON.stringify(
    rows.map(({ contact, id }) => ({ id, contact, thread: crypto.randomUUID(), message: crypto.randomUUID() }))
  )
  const given = `json_to_recordset($1::json) as g (id uuid, contact text, thread uuid, message uuid)`
  await client.query(
    `insert into external_threads (site_grouping_id, id, thread_type, external_contact, contact_key, patient_ids, last_position,
       last_inbound_position, last_message_at, last_message_preview, escalation_state, escalation_period, created_at, updated_at, search_bits)
     select '', thread, 'voip', contact, contact, '{}', 1, 0, now(), 'See you tomorrow at nine.', 'idle', 0, now(), now(), 'x' || repeat('0', 128)
     from ${given}`,
    [batch]
  )
  await client.query(
    `insert into messages (site_grouping_id, id, external_thread_id, position, message_type, direction, content, attachments, meta_data, delivery_status, created_at)
     select '', message, thread, 1, 'sms', 'outbound', 'See you tomorrow at nine. Reply C to confirm.', '[]', '{}', 'queued', now() from ${given}`,
    [batch]
  )
  await client.query(
    `insert into sends (site_grouping_id, id, external_thread_id, message_id, purpose, message_class, lane, from_number, from_number_id,
       to_number, body, media_urls, attempts, state, not_before, queued_at)
     select '', gen_random_uuid(), thread, message, 'scheduled', 'care', 2, '+12025550100', gen_random_uuid(), contact,
       'See you tomorrow at nine. Reply C to confirm.', '{}', 0, 'queued', now(), now() from ${given}`,
    [batch]
  )
  await client.query(
    `update notifications n set state = 'delivering', external_thread_id = thread, message_id = message, updated_at = now()
     from ${given} where n.site_grouping_id = '' and n.id = g.id`,
    [batch]
  )
  return rows.length
}

const inTransactions = async (client: pg.Client): Promise<void> => {
  for (;;) {
    await client.query("begin")
    const dealt = await byHand(client)
    await client.query("commit")
    if (dealt === 0) return
  }
}

const seconds = async (run: () => Promise<unknown>): Promise<number> => {
  const started = performance.now()
  await run()
  return (performance.now() - started) / 1000
}

class Undone {
  readonly _tag = "Undone"
}

/** Milliseconds of a claim that is undone, so that the next one finds the same. */
const claim = Effect.gen(function* () {
  const { transact } = yield* Transaction
  const port = yield* Notifications
  let millis = 0
  yield* transact(
    Effect.gen(function* () {
      const started = performance.now()
      const { notifications } = yield* port.claimDue(BATCH)
      millis = performance.now() - started
      if (notifications.length !== DUE) return yield* Effect.die(new Error("A claim missed what is due"))
      return yield* Effect.fail(new Undone())
    })
  ).pipe(Effect.catchTag("Undone", () => Effect.void))
  return millis
}).pipe(asSystem)

const released = async (server: string, count: number): Promise<Figure> => {
  const [ours, theirs] = await Promise.all(["b7_ours", "b7_by_hand"].map((name) => freshDatabase(server, name)))
  const settings = Effect.flatMap(Settings, (port) =>
    port.put(null, { ...VoipSettings.defaults, quietHours: null, dailyLimitPerContact: null })
  ).pipe(asStaff({ scope: [null] }))
  const seed = (url: string) =>
    withClient(url, async (client) => {
      await client.query("set session_replication_role = replica")
      await client.query(due(count, "now() - interval '1 second'", "due "))
      await client.query("vacuum analyze notifications")
    })
  const took = await Effect.runPromise(
    Effect.gen(function* () {
      yield* setUpLine
      yield* settings
      yield* Effect.promise(() => seed(ours!))
      const started = performance.now()
      while ((yield* releaseNotifications()) > 0) {
        // There may be more.
      }
      return (performance.now() - started) / 1000
    }).pipe(Effect.provide(world(ours!)))
  )
  await Effect.runPromise(setUpLine.pipe(Effect.provide(world(theirs!))))
  await seed(theirs!)
  const byHandTook = await withClient(theirs!, (client) => seconds(() => inTransactions(client)))
  return figure({
    benchmark: "B7 notifications",
    figure: "released, 1/s",
    ours: count / took,
    baseline: count / byHandTook,
    against: "insert loop",
    goal: { atLeast: 0.7 }
  })
}

const claimed = async (server: string, later: number, rounds: number): Promise<Figure> => {
  const few = Math.min(1_000, later)
  const urls = await Promise.all(["b7_few", "b7_many"].map((name) => freshDatabase(server, name)))
  const [baseline, ours] = await Effect.runPromise(
    Effect.gen(function* () {
      const contexts = yield* Effect.forEach(urls, (url) => Layer.build(Layer.fresh(world(url))))
      for (const [index, url] of urls.entries()) {
        yield* Effect.promise(() =>
          withClient(url, async (client) => {
            await client.query("set session_replication_role = replica")
            await client.query(due(DUE, "now() - interval '1 second'", "due "))
            await client.query(due(index === 0 ? few : later, "now() + n * interval '1 minute'", "later "))
            await client.query("vacuum analyze notifications")
          })
        )
      }
      const times = urls.map(() => Array.of<number>())
      for (let round = -rounds / 4; round < rounds; round++) {
        for (const [index, context] of contexts.entries()) {
          const millis = yield* Effect.provideContext(claim, context)
          if (round >= 0) times[index]!.push(millis)
        }
      }
      return times.map(median)
    }).pipe(Effect.scoped)
  )
  return figure({
    benchmark: "B7 notifications",
    figure: `claim of ${DUE} due with ${later / 1000}k due later, ms`,
    ours: ours!,
    baseline: baseline!,
    against: `${few / 1000}k due later`,
    goal: { atMost: 1.5 }
  })
}

export const notifications = async (server: string, quick: boolean, smoke = false): Promise<ReadonlyArray<Figure>> => [
  await released(server, smoke ? 200 : quick ? 2_000 : 10_000),
  await claimed(server, smoke ? 2_000 : quick ? 100_000 : 1_000_000, smoke ? 4 : quick ? 100 : 400)
]
