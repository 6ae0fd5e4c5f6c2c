/** Runs the benchmarks: `node benchmarks/src/main.ts [--quick] [B1 B2 B3 B4 B5 B6]`. Prints a table, and writes it as JSON. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { cpus, tmpdir } from "node:os"
import { join } from "node:path"
import { EmbeddedPostgres } from "@careline/adapter-postgres/embedded"
import { Effect, Redacted } from "effect"
import { audit } from "./audit.ts"
import { coldStart } from "./coldStart.ts"
import { inbox } from "./inbox.ts"
import { intake } from "./intake.ts"
import { pipeline } from "./pipeline.ts"
import { sendLanes } from "./sendLanes.ts"
import { type Figure, isMet, table } from "./support/report.ts"

const quick = process.argv.includes("--quick")
const chosen = process.argv.slice(2).filter((argument) => /^B\d$/.test(argument))
const benchmarks = { B1: intake, B2: pipeline, B3: inbox, B4: coldStart, B5: audit, B6: sendLanes }

const run = async (server: string): Promise<ReadonlyArray<Figure>> => {
  const figures: Array<Figure> = []
  for (const [name, benchmark] of Object.entries(benchmarks)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue
    const started = performance.now()
    figures.push(...(await benchmark(server, quick)))
    console.error(`${name} took ${((performance.now() - started) / 1000).toFixed(1)} s`)
  }
  return figures
}

const directory = mkdtempSync(join(tmpdir(), "careline-bench-"))
const settings = { max_connections: "200", shared_buffers: "256MB", max_wal_size: "4GB" }
const figures = await Effect.runPromise(
  Effect.scoped(
    Effect.flatMap(EmbeddedPostgres.start({ directory, settings }), ({ url }) =>
      Effect.promise(() => run(Redacted.value(url)))
    )
  )
).finally(() => rmSync(directory, { recursive: true, force: true }))

const results = join(import.meta.dirname, "../results")
mkdirSync(results, { recursive: true })
const file = join(results, `${new Date().toISOString().replaceAll(":", "-")}.json`)
const machine = { node: process.version, cpus: cpus().length, model: cpus()[0]?.model ?? "" }
writeFileSync(
  file,
  JSON.stringify({ quick, machine, figures: figures.map((one) => ({ ...one, met: isMet(one) })) }, null, 2)
)
console.log(`\n${table(figures)}\n`)
