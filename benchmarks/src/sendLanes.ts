/** B6: what a claim of urgent texts costs, alone and behind a queue of texts that are held or less urgent. */
import { asSystem } from "@careline/application"
import { SendLane } from "@careline/domain"
import { Outbox, type SendClaim, Transaction } from "@careline/ports"
import { Effect, Layer } from "effect"
import type pg from "pg"
import { type Figure, figure, median } from "./support/report.ts"
import { freshDatabase, withClient, world } from "./support/world.ts"

const REPLIES = 20
const RESERVED = 2
/** Places for all replies and the alarm, though each lower lane has its share. */
const BATCH = REPLIES + 2 * RESERVED + 1
const THREAD = "00000000-0000-7000-8000-000000000001"

const texts = (lane: SendLane.SendLane, count: number, notBefore: string): string => `
  insert into sends (site_grouping_id, id, external_thread_id, purpose, message_class, lane, from_number,
    from_number_id, to_number, body, media_urls, attempts, state, not_before, queued_at)
  select '', uuidv7(), '${THREAD}', 'reply', 'care', ${lane}, '+12025550100', gen_random_uuid(),
    '+1303' || ${lane} || lpad(n::text, 6, '0'), 'Text ' || n, '{}', 0, 'queued', ${notBefore}, now()
  from generate_series(1, ${count}) n`

const DUE = "now() - interval '1 second'"
const HELD = "now() + interval '1 day'"

/** Straight into the table, without the checks of foreign keys: what is measured is claiming. */
const seed = async (client: pg.Client, before: ReadonlyArray<string>): Promise<void> => {
  await client.query("set session_replication_role = replica")
  for (const statement of [...before, texts(1, REPLIES, DUE), texts(0, 1, DUE)]) await client.query(statement)
  await client.query("vacuum analyze sends")
}

class Undone {
  readonly _tag = "Undone"
}

/** Milliseconds of a claim in a transaction that is undone, so that the next one finds the same. */
const timed = Effect.fnUntraced(function* (claim: SendClaim, isWhole: (lanes: ReadonlyArray<number>) => boolean) {
  const { transact } = yield* Transaction
  const outbox = yield* Outbox
  let millis = 0
  yield* transact(
    Effect.gen(function* () {
      const started = performance.now()
      const { sends } = yield* outbox.claim(claim)
      millis = performance.now() - started
      if (!isWhole(sends.map(({ lane }) => lane))) return yield* Effect.die(new Error("A claim missed what is due"))
      return yield* Effect.fail(new Undone())
    })
  ).pipe(Effect.catchTag("Undone", () => Effect.void))
  return millis
})

const replies = timed(
  { limit: BATCH, shares: SendLane.shares(BATCH, RESERVED) },
  (lanes) => lanes[0] === 0 && lanes.filter((lane) => lane === 1).length === REPLIES
)

/** As the worker claims it that takes nothing but alarms. */
const alarm = timed({ limit: BATCH, shares: SendLane.shares(BATCH, RESERVED, 0) }, (lanes) => lanes.length === 1)

/** Median milliseconds behind each of the queues. They take turns, so that what else the machine does is everybody's. */
const measure = Effect.fnUntraced(function* (urls: ReadonlyArray<string>, rounds: number) {
  const contexts = yield* Effect.forEach(urls, (url) => Layer.build(Layer.fresh(world(url))))
  const times = urls.map(() => ({ replies: Array.of<number>(), alarm: Array.of<number>() }))
  for (let round = -rounds / 4; round < rounds; round++) {
    for (const [index, context] of contexts.entries()) {
      const claimed = yield* Effect.provideContext(Effect.all({ replies, alarm }), context)
      if (round < 0) continue
      times[index]!.replies.push(claimed.replies)
      times[index]!.alarm.push(claimed.alarm)
    }
  }
  return times.map((one) => ({ replies: median(one.replies), alarm: median(one.alarm) }))
})

export const sendLanes = async (server: string, quick: boolean, smoke = false): Promise<ReadonlyArray<Figure>> => {
  const rounds = smoke ? 4 : quick ? 100 : 400
  const waiting = smoke ? 500 : quick ? 20_000 : 100_000
  const urls = await Promise.all(["b6_alone", "b6_held", "b6_bulk"].map((name) => freshDatabase(server, name)))
  const [alone, ...behind] = await Effect.runPromise(
    Effect.gen(function* () {
      // The layer makes the tables.
      for (const url of urls) yield* Effect.void.pipe(Effect.provide(world(url)))
      yield* Effect.promise(() => withClient(urls[0]!, (client) => seed(client, [])))
      yield* Effect.promise(() =>
        withClient(urls[1]!, (client) =>
          seed(
            client,
            SendLane.all.map((lane) => texts(lane, waiting, HELD))
          )
        )
      )
      yield* Effect.promise(() => withClient(urls[2]!, (client) => seed(client, [texts(3, waiting, DUE)])))
      return yield* measure(urls, rounds)
    }).pipe(asSystem, Effect.scoped)
  )
  return behind.flatMap((found, index) => {
    const queue = `behind ${waiting / 1000}k ${index === 0 ? "held in each lane" : "due bulk"}, ms`
    const base = { benchmark: "B6 lanes", against: "alone" }
    return [
      figure({
        ...base,
        figure: `claim of ${REPLIES} replies ${queue}`,
        ours: found.replies,
        baseline: alone!.replies,
        goal: { atMost: 1.5 }
      }),
      figure({
        ...base,
        figure: `claim of an alarm ${queue}`,
        ours: found.alarm,
        baseline: alone!.alarm,
        goal: { atMost: 1.2 }
      })
    ]
  })
}
