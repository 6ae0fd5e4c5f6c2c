/**
 * Many texts through a network that loses answers, reports that get lost, an outage that makes the fallback carry, and a
 * stretch of a provider that is down: what is left of them in the ledgers and in the store.
 */
import { type Actor, createThread, sendMessage } from "@careline/application"
import type { PhoneNumberId, UserId } from "@careline/domain"
import type { ProviderName } from "@careline/server"
import { SimulatorKit } from "@careline/testkit/simulators"
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import * as Host from "./host.ts"
import { type Line, openLine } from "./line.ts"
import { TEST_MILLIS } from "./patience.ts"

export interface StormOptions {
  readonly provider: ProviderName
  readonly fallbackProvider: ProviderName
  readonly sends: number
  /** Of all answers to a send that the provider has processed. */
  readonly lostAnswers: number
  /** Of all reports. */
  readonly lostReports: number
  readonly seed: number
}

export interface StormResult {
  /** Times that each text stands in the ledgers of both providers together, by its words. */
  readonly deliveries: ReadonlyMap<string, number>
  readonly carriedBy: Readonly<Record<string, number>>
  readonly answersLost: number
  /** Messages by their delivery status. */
  readonly statuses: Readonly<Record<string, number>>
  /** The words of those that nobody knows about, as the list for staff shows them. */
  readonly listed: ReadonlyArray<string>
  /** Texts that are not settled, and not a person's to decide. */
  readonly open: number
  readonly seconds: number
}

/** Who writes, and how many at once. */
const staff: Actor = { userId: "storm" as UserId, scope: "all" }
const WRITERS = 8
/** Texts that meet a provider which is down: they are lost, and nobody can tell. */
const DOWN_FOR = 10

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
const drawing = (seed: number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const wordsOf = (index: number) => `Text number ${index} of the storm`
const contactOf = (index: number) => `+1${303 + Math.floor(index / 9_000)}555${String(1_000 + (index % 9_000))}`

const write = (line: Line, phoneNumberId: PhoneNumberId, index: number) =>
  line.run(
    Effect.gen(function* () {
      const { thread } = yield* createThread(staff, {
        siteGroupingId: null,
        externalContact: contactOf(index),
        phoneNumberId
      })
      yield* sendMessage(staff, {
        threadId: thread.id,
        content: wordsOf(index),
        mediaUrls: [],
        idempotencyKey: null
      })
    })
  )

const query = <A extends object>(line: Line, text: string): Promise<ReadonlyArray<A>> =>
  Effect.runPromise(
    Effect.flatMap(PgClient.PgClient, (sql) => sql.unsafe<A>(text)).pipe(
      Effect.provide(PgClient.layer({ url: Redacted.make(line.database), maxConnections: 1 }))
    )
  )

const openSends = async (line: Line): Promise<number> => {
  const [row] = await query<{ readonly count: number }>(
    line,
    "select count(*)::int as count from sends where state in ('queued', 'sending', 'unknown')"
  )
  return row!.count
}

/** The words of the messages that are listed for staff to decide about, through the API. */
const listedFor = async (line: Line): Promise<ReadonlyArray<string>> => {
  const words: Array<string> = []
  let cursor: string | null = null
  do {
    const after: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`
    const { body }: Host.Answer<{ items: ReadonlyArray<{ content: string }>; nextCursor: string | null }> =
      await Host.api(
        line.url,
        line.bearer,
        "GET",
        `/messages?deliveryStatus=unknown&needsDecision=true&limit=200${after}`
      )
    words.push(...body.items.map(({ content }) => content))
    cursor = body.nextCursor
  } while (cursor !== null)
  return words
}

export const storm = async (options: StormOptions): Promise<StormResult> => {
  const { fallbackProvider, lostAnswers, lostReports, provider, seed, sends } = options
  const draw = drawing(seed)
  const proxies: Array<SimulatorKit.FaultProxy.FaultProxy> = []
  const line = await openLine({
    provider,
    fallbackProvider,
    timeoutMillis: 5_000,
    between: (target) =>
      Effect.map(SimulatorKit.FaultProxy.scoped({ target, loses: () => draw() < lostAnswers }), (proxy) => {
        proxies.push(proxy)
        return proxy.url
      }),
    limits: {
      circuit: { failuresToOpen: 5, openForMillis: 1_000, probeForMillis: 5_000 },
      lookEvery: 500,
      looksUntilLost: 4,
      looksUntilUndecided: 10,
      sendBackoff: 200,
      sendBackoffMax: 2_000,
      queuedPerNumber: sends + 1,
      pollEvery: 100,
      pollEveryMax: 100
    }
  })
  const began = performance.now()
  const simulators = [line.active.simulator, line.fallback!.simulator]
  const [primary, spare] = simulators.map(({ faults, ledger }) => ({ faults, ledger })) as [
    Pick<SimulatorKit.Simulator, "faults" | "ledger">,
    Pick<SimulatorKit.Simulator, "faults" | "ledger">
  ]
  for (const { faults } of simulators) faults.someReports("lostStatuses", () => draw() < lostReports)
  const add = (number: string, by: ProviderName | null) =>
    Host.api<{ readonly id: PhoneNumberId }>(line.url, line.bearer, "POST", "/phone-numbers", {
      number,
      overrideReason: "whether it is ours may be an answer that is lost",
      ...(by === null ? {} : { provider: by })
    })
  line.active.simulator.numbers!.own("+12025550100")
  line.fallback!.simulator.numbers!.own("+12025550200")
  const { body: own } = await add("+12025550100", null)
  await add("+12025550200", fallbackProvider)

  // The outage lasts from the first third until the fallback has carried a tenth.
  let next = 0
  const isOver = () => spare.ledger.sent.length > sends / 10
  const writer = async () => {
    for (let index = next++; index < sends; index = next++) {
      await write(line, own.id, index)
      if (index === Math.floor(sends / 3)) primary.faults.everySend("rateLimitedBare")
      if (index === Math.floor((2 * sends) / 3)) primary.faults.onSend("providerDown", DOWN_FOR)
      if (isOver()) primary.faults.everySend(null)
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, writer))
  await Host.until(async () => {
    if (isOver()) primary.faults.everySend(null)
    return (await openSends(line)) === 0
  }, TEST_MILLIS)
  await Promise.all(simulators.map((simulator) => simulator.idle()))

  const deliveries = new Map<string, number>()
  for (const { body } of simulators.flatMap(({ ledger }) => ledger.sent)) {
    deliveries.set(body, (deliveries.get(body) ?? 0) + 1)
  }
  const statuses = await query<{ readonly status: string; readonly count: number }>(
    line,
    "select delivery_status as status, count(*)::int as count from messages where direction = 'outbound' group by 1"
  )
  const result: StormResult = {
    deliveries,
    carriedBy: { [provider]: primary.ledger.sent.length, [fallbackProvider]: spare.ledger.sent.length },
    answersLost: proxies.reduce((sum, proxy) => sum + proxy.lost(), 0),
    statuses: Object.fromEntries(statuses.map(({ count, status }) => [status, count])),
    listed: await listedFor(line),
    open: await openSends(line),
    seconds: (performance.now() - began) / 1000
  }
  await line.close()
  return result
}
