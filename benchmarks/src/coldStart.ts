/** B4: from the start of the process to the first accepted webhook, and the memory it has then. */
import { spawn } from "node:child_process"
import { createServer } from "node:net"
import { setTimeout as pause } from "node:timers/promises"
import { Effect } from "effect"
import { accountSid, authToken, path, publicUrl, signedText } from "./support/account.ts"
import { rss } from "./support/process.ts"
import { type Figure, figure, median } from "./support/report.ts"
import { freshDatabase, setUpLine, world } from "./support/world.ts"

const LOOK_EVERY_MILLIS = 3

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

/** Milliseconds to the first accepted webhook, and MiB. */
const measure = async (script: URL, environment: Readonly<Record<string, string>>, round: number) => {
  const port = await freePort()
  const started = performance.now()
  const child = spawn(process.execPath, [script.pathname], {
    env: { PATH: process.env.PATH, PORT: String(port), HOST: "127.0.0.1", LOG_LEVEL: "error", ...environment },
    stdio: ["ignore", "pipe", "inherit"]
  })
  let listening = port
  child.stdout.on("data", (chunk: Buffer) => {
    listening = Number(/ready (\d+)/.exec(chunk.toString())?.[1] ?? listening)
  })
  while (!(await attempt(listening, round))) await pause(LOOK_EVERY_MILLIS)
  const millis = performance.now() - started
  const memory = rss(child.pid ?? 0)
  child.kill("SIGKILL")
  await new Promise((resolve) => child.once("exit", resolve))
  return { millis, memory }
}

export const coldStart = async (server: string, quick: boolean): Promise<ReadonlyArray<Figure>> => {
  const url = await freshDatabase(server, "b4")
  await Effect.runPromise(Effect.provide(setUpLine, world(url)))
  const environment = {
    DATABASE_URL: url,
    VOIP_PROVIDER: "twilio",
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    PUBLIC_URL: publicUrl,
    AUTH_JWT_SECRET: "benchmark-secret-of-at-least-32-bytes",
    AUTH_ISSUER: "https://id.example.com",
    AUTH_AUDIENCE: "careline"
  }
  const host = new URL("../../packages/http-hono/src/main.ts", import.meta.url)
  const empty = new URL("servers/empty.ts", import.meta.url)
  const ours: Array<Awaited<ReturnType<typeof measure>>> = []
  const baseline: typeof ours = []
  for (let round = 0; round < (quick ? 3 : 7); round++) {
    ours.push(await measure(host, environment, round))
    baseline.push(await measure(empty, {}, round))
  }
  const of = (runs: typeof ours, key: "millis" | "memory") => median(runs.map((one) => one[key]))
  const base = { benchmark: "B4 cold start", against: "empty Hono app", goal: null }
  return [
    figure({ ...base, figure: "to the first webhook, ms", ours: of(ours, "millis"), baseline: of(baseline, "millis") }),
    figure({ ...base, figure: "RSS, MiB", ours: of(ours, "memory"), baseline: of(baseline, "memory") })
  ]
}
