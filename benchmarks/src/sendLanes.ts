/** B6: what a claim of urgent texts costs, alone and behind a queue of texts that are held or less urgent. */
import { asSystem } from "@careline/application"
import { SendLane } from "@careline/domain"
import { Outbox, type SendClaim, Transaction } from "@careline/ports"
import { Effect } from "effect"
import pg from "pg"
import { type Figure, figure, median } from "./support/report.ts"
import { freshDatabase, world } from "./support/world.ts"

const REPLIES = 20
const RESERVED = 2
/** Places for all replies, though each lower lane has its share. */
const BATCH = REPLIES + 2 * RESERVED
const THREAD = "00000000-0000-7000-8000-000000000001"

const texts = (lane: SendLane.SendLane, count: number, notBefore: string): string => `
  insert into sends (site_grouping_id, id, external_thread_id, purpose, message_class, lane, from_number,
    from_number_id, to_number, body, media_urls, attempts, state, not_before, queued_at)
  select '', uuidv7(), '${THREAD}', 'reply', 'care', ${lane}, '+12025550100', gen_random_uuid(),
    '+1303' || ${lane} || lpad(n::text, 6, '0'), 'Text ' || n, '{}', 0, 'queued', ${notBefore}, now()
  from generate_series(1, ${count}) n`

const DUE = "now() - interval '1 second'"
const HELD = "now() + interval '1 day'"

type Queue = Readonly<Record<"alone" | "behind held" | "behind due bulk", ReadonlyArray<string>>>

/** Straight into the table, without the checks of foreign keys: what is measured is claiming. */
const seed = async (url: string, before: ReadonlyArray<string>): Promise<void> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query("set session_replication_role = replica")
  for (const statement of [...before, texts(1, REPLIES, DUE), texts(0, 1, DUE)]) await client.query(statement)
  await client.query("vacuum analyze sends")
  await client.end()
}

class Undone {
  readonly _tag = "Undone"
}

/** Milliseconds of claims in transactions that are undone, so that the next one finds the same. */
const measure = Effect.fnUntraced(function* (
  claim: SendClaim,
  rounds: number,
  expected: (lanes: ReadonlyArray<number>) => boolean
) {
  const { transact } = yield* Transaction
  const outbox = yield* Outbox
  const times: Array<number> = []
  const once = transact(
    Effect.gen(function* () {
      const started = performance.now()
      const { sends } = yield* outbox.claim(claim)
      times.push(performance.now() - started)
      if (!expected(sends.map(({ lane }) => lane))) return yield* Effect.die(new Error("A claim missed what is due"))
      return yield* Effect.fail(new Undone())
    })
  ).pipe(Effect.catchTag("Undone", () => Effect.void))
  for (let round = 0; round < rounds; round++) yield* once
  return median(times)
})

/** Median milliseconds of a claim of all replies, and of one of the alarm as its own worker makes it. */
const run = async (server: string, name: string, before: ReadonlyArray<string>, rounds: number) => {
  const url = await freshDatabase(server, name)
  return Effect.runPromise(
    Effect.gen(function* () {
      // The tables are made by the layer.
      yield* Effect.promise(() => seed(url, before))
      const replies = (count: number) =>
        measure(
          { limit: BATCH + 1, shares: SendLane.shares(BATCH + 1, RESERVED) },
          count,
          (lanes) => lanes[0] === 0 && lanes.filter((lane) => lane === 1).length === REPLIES
        )
      const alarm = (count: number) =>
        measure({ limit: BATCH, shares: SendLane.shares(BATCH, RESERVED, 0) }, count, (lanes) => lanes.length === 1)
      yield* replies(Math.ceil(rounds / 4))
      yield* alarm(Math.ceil(rounds / 4))
      return { replies: yield* replies(rounds), alarm: yield* alarm(rounds) }
    }).pipe(asSystem, Effect.provide(world(url)))
  )
}

export const sendLanes = async (server: string, quick: boolean): Promise<ReadonlyArray<Figure>> => {
  const rounds = quick ? 100 : 400
  const waiting = quick ? 20_000 : 100_000
  const queues: Queue = {
    alone: [],
    "behind held": SendLane.all.map((lane) => texts(lane, waiting, HELD)),
    "behind due bulk": [texts(3, waiting, DUE)]
  }
  const alone = await run(server, "b6_alone", queues.alone, rounds)
  const figures: Array<Figure> = []
  for (const where of ["behind held", "behind due bulk"] as const) {
    const found = await run(server, `b6_${where.replaceAll(" ", "_")}`, queues[where], rounds)
    const base = { benchmark: "B6 lanes", against: "alone" }
    const queue = where.replace("behind ", `behind ${waiting / 1000}k `)
    figures.push(
      figure({
        ...base,
        figure: `claim of ${REPLIES} replies ${queue}, ms`,
        ours: found.replies,
        baseline: alone.replies,
        goal: { atMost: 1.5 }
      }),
      figure({
        ...base,
        figure: `claim of an alarm ${queue}, ms`,
        ours: found.alarm,
        baseline: alone.alarm,
        goal: { atMost: 1.2 }
      })
    )
  }
  return figures
}
