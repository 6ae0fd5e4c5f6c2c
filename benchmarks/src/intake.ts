/** B1: signed texts per second over 64 connections. */
import { load, type LoadResult } from "./support/load.ts"
import { withServer } from "./support/process.ts"
import { type Figure, figure, median } from "./support/report.ts"
import { freshDatabase } from "./support/world.ts"

const CONNECTIONS = 64
const CONTACTS = 2_000

interface Contender {
  readonly name: string
  readonly script: string
  readonly environment: Readonly<Record<string, string>>
}

const contenders: ReadonlyArray<Contender> = [
  { name: "careline", script: "servers/careline.ts", environment: {} },
  { name: "careline_workers", script: "servers/careline.ts", environment: { WORKERS: "1" } },
  { name: "careline_encrypted", script: "servers/careline.ts", environment: { WORKERS: "1", ENCRYPTED: "1" } },
  { name: "handwritten", script: "handwritten/server.ts", environment: {} },
  { name: "ceiling", script: "servers/ceiling.ts", environment: {} }
]

/** For so long, in milliseconds, the last of which count. */
interface Extent {
  readonly warmUp: number
  readonly measured: number
}

const measure = async (server: string, contender: Contender, extent: Extent, round: number): Promise<LoadResult> => {
  const database = await freshDatabase(server, `b1_${contender.name}`)
  const environment = { ...contender.environment, DATABASE_URL: database }
  const result = await withServer(contender.script, environment, async ({ port }) => {
    const options = { port, connections: CONNECTIONS, contacts: CONTACTS }
    await load({ ...options, millis: extent.warmUp, run: round * 2 })
    return load({ ...options, millis: extent.measured, run: round * 2 + 1 })
  })
  if (result.refused > 0) throw new Error(`${contender.name} refused ${result.refused} texts`)
  return result
}

export const intake = async (server: string, quick: boolean, smoke = false): Promise<ReadonlyArray<Figure>> => {
  const extent = smoke ? { warmUp: 100, measured: 200 } : { warmUp: 1_000, measured: quick ? 3_000 : 8_000 }
  const rates = new Map<string, Array<number>>()
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    for (const contender of contenders) {
      const { accepted, seconds } = await measure(server, contender, extent, round)
      rates.set(contender.name, [...(rates.get(contender.name) ?? []), accepted / seconds])
    }
  }
  const rate = (name: string) => median(rates.get(name) ?? [])
  const base = { benchmark: "B1 intake", figure: "texts/s, 64 connections" }
  return [
    figure({
      ...base,
      ours: rate("careline"),
      baseline: rate("handwritten"),
      against: "handwritten",
      goal: { atLeast: 2 }
    }),
    figure({ ...base, ours: rate("careline"), baseline: rate("ceiling"), against: "ceiling", goal: { atLeast: 0.7 } }),
    figure({
      ...base,
      figure: "texts/s, worker beside",
      ours: rate("careline_workers"),
      baseline: rate("handwritten"),
      against: "handwritten",
      goal: null
    }),
    figure({
      ...base,
      figure: "texts/s, worker beside, encrypted",
      ours: rate("careline_encrypted"),
      baseline: rate("careline_workers"),
      against: "unencrypted",
      goal: { atLeast: 0.5 }
    })
  ]
}
