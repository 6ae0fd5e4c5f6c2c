/** A host whose PostgreSQL is away: every text that it answered for is there afterwards, once and in order. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import * as Host from "./support/host.ts"
import { migratedDatabase } from "./support/postgres.ts"
import { openWire, type Wire } from "./support/wire.ts"

const line = "+12025550100"
const contacts = Array.from({ length: 5 }, (_, place) => `+1303555010${place}`)
const PER_CONTACT = 8
const sms = "/api/v1/webhooks/twilio/sms"

let directory: string
let database: string
let wire: Wire
let hosts: Array<Host.HostProcess> = []

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "careline-spool-"))
  database = await migratedDatabase()
  wire = await openWire(database)
})
afterEach(async () => {
  for (const host of hosts) await host.kill()
  hosts = []
  await wire.close()
  await rm(directory, { recursive: true, force: true })
})

const startHost = async (environment: Readonly<Record<string, string>> = {}) => {
  const host = await Host.startHost({
    DATABASE_URL: wire.url,
    SPOOL_DIRECTORY: directory,
    TWILIO_BASE_URL: "http://127.0.0.1:9",
    ...environment
  })
  hosts.push(host)
  return host
}

const addNumber = async (host: Host.HostProcess) => {
  const added = await Host.api(host.url, await Host.token(), "POST", "/phone-numbers", {
    number: line,
    siteGroupingId: null,
    overrideReason: "nobody listens where these hosts send"
  })
  assert.strictEqual(added.status, 201)
}

/** Posts the texts of all contacts side by side, those of one after each other, from the given one on. */
const write = async (host: Host.HostProcess, from: number, count: number) => {
  const statuses = await Promise.all(
    contacts.map(async (contact, person) => {
      const answers: Array<number> = []
      for (let place = from; place < from + count; place++) {
        const form = Host.inbound(person * 100 + place, contact, line, `secret-${person}-${place}`)
        answers.push(await Host.webhook(host.url, sms, form))
      }
      return answers
    })
  )
  return statuses.flat()
}

interface Page<A> {
  readonly items: ReadonlyArray<A>
}
interface Message {
  readonly direction: string
  readonly content: string
}

/** What each contact wrote, in the order of the thread. */
const threads = async (host: Host.HostProcess): Promise<ReadonlyMap<string, ReadonlyArray<string>>> => {
  const bearer = await Host.token()
  const { body } = await Host.api<Page<{ id: string; externalContact: string }>>(
    host.url,
    bearer,
    "GET",
    "/external-threads?view=all"
  )
  const texts = await Promise.all(
    body.items.map(async ({ externalContact, id }) => {
      const path = `/external-threads/${id}/messages?limit=200`
      const { items } = (await Host.api<Page<Message>>(host.url, bearer, "GET", path)).body
      const own = items.filter(({ direction }) => direction === "inbound").map(({ content }) => content)
      return [externalContact, own.toReversed()] as const
    })
  )
  return new Map(texts)
}

const all = (count: number) =>
  new Map(
    contacts.map((contact, person) => [
      contact,
      Array.from({ length: count }, (_, place) => `secret-${person}-${place}`)
    ])
  )

const isThere = (host: Host.HostProcess, count: number) =>
  Host.until(async () => {
    const found = await threads(host)
    return [...found.values()].flat().length >= contacts.length * count && found
  })

const files = async (suffix: string) =>
  (await readdir(directory, { recursive: true })).filter((name) => name.endsWith(suffix))

/** As an operator does it who fails over to a standby, and back. */
const setReadOnly = async (isReadOnly: boolean) => {
  const { pathname } = new URL(database)
  const statement = `alter database ${pathname.slice(1)} set default_transaction_read_only = ${isReadOnly ? "on" : "off"}`
  await Effect.runPromise(
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* sql.unsafe("set default_transaction_read_only = off")
      yield* sql.unsafe(statement)
      yield* sql.unsafe(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
      )
    }).pipe(Effect.provide(PgClient.layer({ url: Redacted.make(database), maxConnections: 1 })))
  )
}

describe("A host that cannot reach its PostgreSQL", () => {
  it("answers for every text, keeps each through kill -9, and has each once and in order afterwards", async () => {
    const host = await startHost()
    await addNumber(host)
    const statuses = await write(host, 0, 2)
    await wire.fail("cut")
    statuses.push(...(await write(host, 2, PER_CONTACT - 2)))
    // A provider that comes again is answered again.
    statuses.push(...(await write(host, 3, 1)))
    assert.deepStrictEqual(new Set(statuses), new Set([200]))
    assert.deepStrictEqual(await (await fetch(`${host.url}/readyz`)).json(), { status: "spooling" })
    const waiting = await files(".waiting")
    assert.isAbove(waiting.length, 0)
    for (const name of waiting) {
      const bytes = await readFile(join(directory, name), "latin1")
      for (const canary of ["secret-", ...contacts, line]) assert.notInclude(bytes, canary)
    }
    await host.kill()

    await wire.mend()
    const next = await startHost()
    // What comes while others wait comes behind them.
    assert.deepStrictEqual(new Set(await write(next, PER_CONTACT, 2)), new Set([200]))
    assert.deepStrictEqual(await isThere(next, PER_CONTACT + 2), all(PER_CONTACT + 2))
    await Host.until(async () => (await files(".waiting")).length === 0)
    assert.deepStrictEqual(await files(".aside"), [])
  })

  it("answers in time where nothing refuses and nothing answers, and goes on by itself once that is over", async () => {
    const host = await startHost()
    await addNumber(host)
    await write(host, 0, 1)
    await wire.fail("silent")
    assert.deepStrictEqual(new Set(await write(host, 1, 3)), new Set([200]))
    assert.isAbove((await files(".waiting")).length, 0)
    await wire.mend()
    assert.deepStrictEqual(new Set(await write(host, 4, 1)), new Set([200]))
    assert.deepStrictEqual(await isThere(host, 5), all(5))
    assert.deepStrictEqual(await (await fetch(`${host.url}/readyz`)).json(), { status: "ready" })
  })

  it("keeps what a database does not take that is read-only, and stores it once it is not", async () => {
    const host = await startHost()
    await addNumber(host)
    await setReadOnly(true)
    assert.deepStrictEqual(new Set(await write(host, 0, 2)), new Set([200]))
    assert.isAbove((await files(".waiting")).length, 0)
    await setReadOnly(false)
    assert.deepStrictEqual(await isThere(host, 2), all(2))
    assert.deepStrictEqual(await files(".aside"), [])
  })

  it("leaves what waits for another database to the hosts of that one", async () => {
    const host = await startHost()
    await addNumber(host)
    await wire.fail("cut")
    await write(host, 0, 2)
    await host.kill()
    const waiting = await files(".waiting")
    const other = await startHost({ DATABASE_URL: await migratedDatabase(), LOG_LEVEL: "warn" })
    await addNumber(other)
    assert.deepStrictEqual(new Set(await write(other, 2, 1)), new Set([200]))
    await isThere(other, 1)
    assert.deepStrictEqual(await files(".waiting"), waiting)
    assert.include(other.output(), "for another database")
    await wire.mend()
    assert.deepStrictEqual(await isThere(await startHost(), 2), all(2))
  })

  it("tells the provider to come again where it has no spool, or no room in it", async () => {
    for (const environment of [{ SPOOL_DIRECTORY: "off" }, { SPOOL_MAX_BYTES: "10" }]) {
      const host = await startHost(environment)
      await wire.fail("cut")
      assert.strictEqual(await Host.webhook(host.url, sms, Host.inbound(1, contacts[0]!, line, "hello")), 503)
      await wire.mend()
    }
    assert.deepStrictEqual(await files(".waiting"), [])
  })

  it("does not start where its spool cannot be written to", async () => {
    const started = startHost({ SPOOL_DIRECTORY: "/dev/null/spool" })
    const refusal = await started.then(
      () => "",
      (error: Error) => error.message
    )
    assert.include(refusal, "spool.open")
  })
})
