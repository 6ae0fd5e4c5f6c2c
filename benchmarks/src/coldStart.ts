/**
 * B4: what a host needs: the time from the start of its process to the first accepted webhook, its memory then and after a
 * soak of texts, and its CPU when there is nothing to do.
 */
import type { ChildProcess } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { TwilioSimulator } from "@careline/testkit/simulators"
import { Effect } from "effect"
import { accountSid, authToken, line, path, publicUrl, signedText } from "./support/account.ts"
import { load } from "./support/load.ts"
import { cpuMillis, rss, scriptOf, withProcess } from "./support/process.ts"
import { type Figure, figure, median } from "./support/report.ts"
import { freshDatabase, keyText, setUpLine, withClient, world } from "./support/world.ts"

const LOOK_EVERY_MILLIS = 3
const CONNECTIONS = 64
const CONTACTS = 2_000
/** Longer than any soak lasts. */
const SOAK_MILLIS = 15 * 60_000
const DRAIN_LOOK_MILLIS = 100

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(address !== null && typeof address === "object" ? address.port : 0))
    })
  })

const attempt = (port: number, sequence: number): Promise<boolean> => {
  const one = signedText(sequence, 10, 9)
  return fetch(`http://127.0.0.1:${port}${path}`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": one.signature },
    body: one.body
  }).then(
    (response) => response.ok,
    () => false
  )
}

interface Contender {
  readonly script: URL
  /** Of Node. */
  readonly flags: ReadonlyArray<string>
  readonly environment: Readonly<Record<string, string>>
  /** Whether everything that came in is done. */
  readonly isDrained: () => Promise<boolean>
}

interface Listening {
  readonly child: ChildProcess
  readonly port: number
  readonly startedAt: number
}

/** Runs a contender as long as it is used, from the first webhook on that it accepts. */
const running = async <A>(
  { environment, flags, script }: Contender,
  round: number,
  use: (listening: Listening) => Promise<A>
): Promise<A> => {
  const port = await freePort()
  const startedAt = performance.now()
  const all = { PORT: String(port), HOST: "127.0.0.1", LOG_LEVEL: "error", ...environment }
  const listening = async (child: ChildProcess) => {
    child.stdout?.resume()
    while (child.exitCode === null && !(await attempt(port, round))) await pause(LOOK_EVERY_MILLIS)
    return use({ child, port, startedAt })
  }
  return withProcess(script, all, listening, flags)
}

/** Milliseconds to the first accepted webhook, and MiB. */
const measureStart = (contender: Contender, round: number) =>
  running(contender, round, async ({ child, startedAt }) => ({
    millis: performance.now() - startedAt,
    memory: rss(child.pid ?? 0)
  }))

/** MiB after so many texts, and the share of a core that is used when they are done. */
const measureSoak = (contender: Contender, texts: number, idleMillis: number) =>
  running(contender, 0, async ({ child, port }) => {
    const pid = child.pid ?? 0
    const { refused } = await load({
      port,
      connections: CONNECTIONS,
      millis: SOAK_MILLIS,
      texts,
      contacts: CONTACTS,
      run: 8
    })
    if (refused > 0) throw new Error(`${refused} texts were refused`)
    while (!(await contender.isDrained())) await pause(DRAIN_LOOK_MILLIS)
    const [before, since] = [cpuMillis(pid), performance.now()]
    await pause(idleMillis)
    const idle = (cpuMillis(pid) - before) / (performance.now() - since)
    return { memory: rss(pid), idle }
  })

const isDrained = (url: string) => () =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ readonly waiting: boolean }>(
      `select exists (select from webhook_events where state = 'pending')
           or exists (select from sends where state in ('queued', 'sending')) as waiting`
    )
    return rows[0]?.waiting === false
  })

/** What `pnpm start` tells Node. */
const startFlags = (): ReadonlyArray<string> => {
  const manifest = readFileSync(scriptOf("../../package.json"), "utf8")
  const { scripts } = JSON.parse(manifest) as { readonly scripts: { readonly start: string } }
  return scripts.start.split(" ").filter((word) => word.startsWith("--"))
}

const compare = async (
  url: string,
  simulator: TwilioSimulator.TwilioSimulator,
  dataDirectory: string,
  extent: { readonly rounds: number; readonly texts: number; readonly idleMillis: number }
): Promise<ReadonlyArray<Figure>> => {
  const host: Contender = {
    script: scriptOf("../../apps/server/src/main.ts"),
    flags: startFlags(),
    environment: {
      DATABASE_URL: url,
      DATA_DIR: dataDirectory,
      DATA_ENCRYPTION_KEYS: keyText,
      VOIP_PROVIDER: "twilio",
      TWILIO_ACCOUNT_SID: accountSid,
      TWILIO_AUTH_TOKEN: authToken,
      TWILIO_BASE_URL: simulator.url,
      PUBLIC_URL: publicUrl,
      AUTH_JWT_SECRET: "benchmark-secret-of-at-least-32-bytes",
      AUTH_ISSUER: "https://id.example.com",
      AUTH_AUDIENCE: "careline"
    },
    isDrained: isDrained(url)
  }
  const empty: Contender = {
    script: scriptOf("servers/empty.ts"),
    flags: [],
    environment: {},
    isDrained: () => Promise.resolve(true)
  }
  const ours: Array<Awaited<ReturnType<typeof measureStart>>> = []
  const baseline: typeof ours = []
  for (let round = 0; round < extent.rounds; round++) {
    ours.push(await measureStart(host, round))
    baseline.push(await measureStart(empty, round))
  }
  const of = (runs: typeof ours, key: "millis" | "memory") => median(runs.map((one) => one[key]))
  const soaked = await measureSoak(host, extent.texts, extent.idleMillis)
  const bare = await measureSoak(empty, extent.texts, extent.idleMillis)
  const base = { benchmark: "B4 footprint", against: "empty Hono app", goal: null }
  return [
    figure({ ...base, figure: "to the first webhook, ms", ours: of(ours, "millis"), baseline: of(baseline, "millis") }),
    figure({ ...base, figure: "RSS, MiB", ours: of(ours, "memory"), baseline: of(baseline, "memory") }),
    figure({
      ...base,
      figure: `RSS after ${extent.texts} texts, MiB`,
      ours: soaked.memory,
      baseline: bare.memory,
      goal: { atMost: 2 }
    }),
    figure({
      ...base,
      figure: "idle CPU, % of a core",
      ours: soaked.idle * 100,
      baseline: 1,
      against: "1 % of a core",
      goal: { atMost: 1 }
    })
  ]
}

export const coldStart = async (server: string, quick: boolean, smoke = false): Promise<ReadonlyArray<Figure>> => {
  const url = await freshDatabase(server, "b4")
  await Effect.runPromise(Effect.provide(setUpLine, world(url, true)))
  const dataDirectory = mkdtempSync(join(tmpdir(), "careline-bench-data-"))
  const simulator = await TwilioSimulator.start({
    accountSid,
    authTokens: [authToken],
    numbers: [line],
    smsUrl: publicUrl + path,
    ledgerLimit: 100
  })
  const extent = smoke
    ? { rounds: 1, texts: 100, idleMillis: 300 }
    : quick
      ? { rounds: 3, texts: 6_000, idleMillis: 5_000 }
      : { rounds: 7, texts: 30_000, idleMillis: 20_000 }
  return compare(url, simulator, dataDirectory, extent).finally(async () => {
    await simulator.close()
    rmSync(dataDirectory, { recursive: true, force: true })
  })
}
