/**
 * Runs the benchmarks: `node benchmarks/src/main.ts [--quick | --smoke] [B1 B2 …]`. Prints a table, and writes it as JSON.
 * `--smoke` takes seconds: it shows that they run, and its figures say nothing.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { cpus, tmpdir } from "node:os"
import { join } from "node:path"
import { EmbeddedPostgres } from "@careline/adapter-postgres/embedded"
import { Effect, Redacted } from "effect"
import { audit } from "./audit.ts"
import { coldStart } from "./coldStart.ts"
import { inbox } from "./inbox.ts"
import { intake } from "./intake.ts"
import { notifications } from "./notifications.ts"
import { pipeline } from "./pipeline.ts"
import { sendLanes } from "./sendLanes.ts"
import { templates } from "./templates.ts"
import { guardDatabase } from "./support/guard.ts"
import { type Figure, isMet, table } from "./support/report.ts"

/** Measures on a PostgreSQL, in databases of its own there. `smoke` implies `quick`. */
export type Benchmark = (server: string, quick: boolean, smoke: boolean) => Promise<ReadonlyArray<Figure>>

/** All of them. The suite runs each one in its smoke form. */
export const benchmarks: Readonly<Record<string, Benchmark>> = {
  B1: intake,
  B2: pipeline,
  B3: inbox,
  B4: coldStart,
  B5: audit,
  B6: sendLanes,
  B7: notifications,
  B8: templates
}

const smoke = process.argv.includes("--smoke")
const quick = smoke || process.argv.includes("--quick")
const chosen = process.argv.slice(2).filter((argument) => /^B\d+$/.test(argument))

const run = async (server: string): Promise<ReadonlyArray<Figure>> => {
  const figures: Array<Figure> = []
  for (const [name, benchmark] of Object.entries(benchmarks)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue
    const started = performance.now()
    console.error(`${name} runs`)
    figures.push(...(await benchmark(server, quick, smoke)))
    console.error(`${name} took ${((performance.now() - started) / 1000).toFixed(1)} s`)
  }
  return figures
}

const main = async (): Promise<void> => {
  const directory = mkdtempSync(join(tmpdir(), "careline-bench-"))
  guardDatabase(directory)
  const settings = { max_connections: "200", shared_buffers: "256MB", max_wal_size: "4GB" }
  const figures = await Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(EmbeddedPostgres.start({ directory, settings }), ({ url }) =>
        Effect.promise(() => run(Redacted.value(url)))
      )
    )
  ).finally(() => rmSync(directory, { recursive: true, force: true }))
  if (!smoke) {
    const results = join(import.meta.dirname, "../results")
    mkdirSync(results, { recursive: true })
    const file = join(results, `${new Date().toISOString().replaceAll(":", "-")}.json`)
    const machine = { node: process.version, cpus: cpus().length, model: cpus()[0]?.model ?? "" }
    const judged = figures.map((one) => ({ ...one, met: isMet(one) }))
    writeFileSync(file, JSON.stringify({ quick, machine, figures: judged }, null, 2))
  }
  console.log(`\n${table(figures)}\n`)
}

if (import.meta.main) await main()
