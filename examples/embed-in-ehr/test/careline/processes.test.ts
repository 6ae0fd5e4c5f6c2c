/** Two processes of the EHR on one database, and everything delivered three times in random order to both. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TwilioSimulator } from "@careline/testkit/simulators"
import { Pool } from "pg"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { accountSid, authToken, deliver, freePort, inbound, publicUrl, until } from "../../../../test/support/host.ts"
import { exampleDatabase } from "../../../../test/support/postgres.ts"
import { logIn, seed, type Seed } from "../support.ts"
import { LINE, setUpLine, twilioFor } from "./line.ts"

const CONTACTS = 20
const TEXTS = 200
const DELIVERIES = 3
const CONNECTIONS = 16
const contactOf = (index: number) => `+1303555${String(1000 + (index % CONTACTS))}`

let simulator: TwilioSimulator.TwilioSimulator
let pool: Pool
let people: Seed
let processes: ReadonlyArray<{ readonly url: string; readonly child: ChildProcess }>

const start = async (databaseUrl: string) => {
  const port = await freePort()
  const child = spawn(process.execPath, [join(import.meta.dirname, "../../src/main.ts")], {
    env: {
      PATH: process.env.PATH,
      TMPDIR: tmpdir(),
      DATABASE_URL: databaseUrl,
      PORT: String(port),
      PUBLIC_URL: publicUrl,
      VOIP_PROVIDER: "twilio",
      TWILIO_ACCOUNT_SID: accountSid,
      TWILIO_AUTH_TOKEN: authToken,
      TWILIO_BASE_URL: simulator.url
    },
    stdio: ["ignore", "ignore", "inherit"]
  })
  const url = `http://127.0.0.1:${port}`
  await until(async () => {
    if (child.exitCode !== null) throw new Error("It ended by itself")
    return fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false
    )
  })
  return { url, child }
}

beforeAll(async () => {
  const databaseUrl = await exampleDatabase()
  simulator = (await twilioFor(publicUrl)).simulator
  // Both at once: they also race to make the tables.
  processes = await Promise.all([start(databaseUrl), start(databaseUrl)])
  pool = new Pool({ connectionString: databaseUrl })
  people = await seed(pool)
  await setUpLine(await logIn(processes[0]!, people.nadia), people.north)
})
afterAll(async () => {
  await Promise.all(
    processes.map(async ({ child }) => {
      child.kill("SIGTERM")
      if (child.exitCode === null) await once(child, "exit")
    })
  )
  await pool.end()
  await simulator.close()
})

describe("Two processes of the EHR", () => {
  it("keep each text once and in order, answer each contact once, and send nothing twice", async () => {
    const nora = await logIn(processes[0]!, people.nora)
    await nora.get("/inbox")
    const texts = Array.from({ length: TEXTS }, (_, index) =>
      inbound(index + 1, contactOf(index), LINE, `text ${index}`)
    )
    const deliveries = await deliver(processes, texts, { times: DELIVERIES, connections: CONNECTIONS })
    expect(deliveries.filter(({ status }) => status !== 200)).toEqual([])

    const threads = await until(async () => {
      const { body } = await nora.get("/external-threads?view=all&limit=100")
      const total = body.items.reduce((sum: number, { unreadCount }: any) => sum + unreadCount, 0)
      return total === TEXTS && body.items
    })
    expect(threads).toHaveLength(CONTACTS)
    for (const { thread } of threads) {
      const messages = (await nora.get(`/external-threads/${thread.id}/messages?limit=100`)).body.items.toReversed()
      expect(messages.map(({ position }: any) => position)).toEqual(
        messages.map((_: unknown, place: number) => place + 1)
      )
      const inbound = messages.filter(({ direction }: any) => direction === "inbound")
      expect(new Set(inbound.map(({ content }: any) => content)).size).toBe(TEXTS / CONTACTS)
    }

    await until(async () => simulator.ledger.sent.length >= CONTACTS)
    await simulator.idle()
    expect(simulator.ledger.sent.map(({ to }) => to).toSorted()).toEqual(
      Array.from({ length: CONTACTS }, (_, index) => contactOf(index)).toSorted()
    )
    expect((await nora.get("/external-messages?status=unknown")).body.items).toEqual([])
  })

  it("share what is to do: a reply that one takes is handed over once by whichever is free", async () => {
    const [first, second] = await Promise.all(processes.map((process) => logIn(process, people.nora)))
    const { body } = await first!.get("/external-threads?view=all&limit=100")
    const before = simulator.ledger.sent.length
    await Promise.all(
      body.items.flatMap(({ thread }: any, index: number) => {
        const client = index % 2 === 0 ? first! : second!
        return client.post(`/external-threads/${thread.id}/messages`, { body: `Reply ${index}` })
      })
    )
    await until(async () => simulator.ledger.sent.length >= before + CONTACTS)
    await simulator.idle()
    const replies = simulator.ledger.sent.slice(before).map(({ body }) => body)
    expect(replies.toSorted()).toEqual(Array.from({ length: CONTACTS }, (_, index) => `Reply ${index}`).toSorted())
  })
})
