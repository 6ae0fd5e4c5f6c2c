/** B2: texts that wait, to committed threads, messages, counters, auto-replies and timers. */
import { asSystem, processInbound } from "@careline/application"
import type { Contact, PhoneNumber } from "@careline/domain"
import { Inbox, type IncomingEvent } from "@careline/ports"
import { Effect } from "effect"
import { contactOf, line, path, publicUrl, sid, signedText } from "./support/account.ts"
import { oneByOne } from "./support/oneByOne.ts"
import { withServer } from "./support/process.ts"
import { type Figure, figure, percentile } from "./support/report.ts"
import { freshDatabase, setUpLine, withClient, world } from "./support/world.ts"

const ACCEPT = 500

const event = (sequence: number, perLane: number): IncomingEvent => ({
  provider: "twilio",
  account: "AC",
  event: {
    _tag: "MessageReceived",
    providerMessageId: sid(sequence, 0),
    from: contactOf(Math.floor(sequence / perLane)) as Contact.Contact,
    to: line as PhoneNumber.E164,
    text: `Can she take the pill with food? This is question number ${sequence}.`,
    attachments: [],
    providerKeyword: null
  }
})

/** Fills the inbox. */
const backlog = Effect.fnUntraced(function* (count: number, perLane: number) {
  const inbox = yield* Inbox
  for (let from = 0; from < count; from += ACCEPT) {
    yield* inbox.accept(
      Array.from({ length: Math.min(ACCEPT, count - from) }, (_, index) => event(from + index, perLane))
    )
  }
}, asSystem)

/** Events per second of the lane worker over a backlog. */
const drain = (url: string, count: number, perLane: number) =>
  Effect.runPromise(
    Effect.gen(function* () {
      yield* setUpLine
      yield* backlog(count, perLane)
      const started = performance.now()
      while ((yield* processInbound()) > 0);
      return count / ((performance.now() - started) / 1000)
    }).pipe(Effect.provide(world(url)))
  )

const fill = (url: string, count: number, perLane: number) =>
  Effect.runPromise(Effect.andThen(setUpLine, backlog(count, perLane)).pipe(Effect.provide(world(url))))

/** Milliseconds from the webhook's being sent to its message's being committed, with nothing else to do. */
const latencies = async (
  url: string,
  script: string,
  samples: number,
  committed: string
): Promise<ReadonlyArray<number>> => {
  const times: Array<number> = []
  await withServer(script, { DATABASE_URL: url, WORKERS: "1" }, ({ port }) =>
    withClient(url, async (client) => {
      for (let sample = 0; sample < samples; sample++) {
        const one = signedText(sample, samples, 7)
        const sent = performance.now()
        await fetch(`http://127.0.0.1:${port}${path}`, {
          method: "POST",
          headers: {
            "content-type": "application/x-www-form-urlencoded",
            "x-twilio-signature": one.signature,
            "x-url": publicUrl
          },
          body: one.body
        })
        for (;;) {
          const { rowCount } = await client.query({ name: "committed", text: committed, values: [sid(sample, 7)] })
          if (rowCount === 1) break
        }
        times.push(performance.now() - sent)
      }
    })
  )
  return times.slice(Math.floor(samples / 5))
}

export const pipeline = async (server: string, quick: boolean, smoke = false): Promise<ReadonlyArray<Figure>> => {
  const count = smoke ? 200 : quick ? 6_000 : 40_000
  const figures: Array<Figure> = []
  for (const perLane of [1, 4]) {
    const ours = await drain(await freshDatabase(server, `b2_lanes_${perLane}`), count, perLane)
    const url = await freshDatabase(server, `b2_single_${perLane}`)
    await fill(url, count / 2, perLane)
    const baseline = await oneByOne(url)
    figures.push(
      figure({
        benchmark: "B2 pipeline",
        figure: `events/s, ${perLane} a lane`,
        ours,
        baseline,
        against: "one transaction each",
        goal: { atLeast: 1 }
      })
    )
  }
  const samples = smoke ? 5 : quick ? 100 : 600
  const lanes = await latencies(
    await freshDatabase(server, "b2_latency"),
    "servers/careline.ts",
    samples,
    "select from messages where meta_data ->> 'providerMessageId' = $1"
  )
  const inRequest = await latencies(
    await freshDatabase(server, "b2_latency_hand"),
    "handwritten/server.ts",
    samples,
    "select from thread_messages where sid = $1"
  )
  figures.push(
    figure({
      benchmark: "B2 pipeline",
      figure: "webhook → message p95, ms",
      ours: percentile(lanes, 0.95),
      baseline: percentile(inRequest, 0.95),
      against: "handwritten",
      goal: null
    })
  )
  return figures
}
