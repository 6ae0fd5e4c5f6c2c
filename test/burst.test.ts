/** Two hosts, one database, and everything delivered three times in random order. */
import { TwilioSimulator } from "@careline/testkit/simulators"
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import * as Host from "./support/host.ts"
import { migratedDatabase } from "./support/postgres.ts"

const CONTACTS = 50
const TEXTS = 1000
const DELIVERIES = 3
const CONNECTIONS = 32
const line = "+12025550100"
const contactOf = (index: number) => `+1303555${String(1000 + index)}`

let database: string
let simulator: TwilioSimulator.TwilioSimulator
let hosts: ReadonlyArray<Host.HostProcess>
let bearer: string

beforeAll(async () => {
  database = await migratedDatabase()
  simulator = await TwilioSimulator.start({
    accountSid: Host.accountSid,
    authTokens: [Host.authToken],
    numbers: [line],
    smsUrl: `${Host.publicUrl}/api/v1/webhooks/twilio/sms`
  })
  const environment = { DATABASE_URL: database, TWILIO_BASE_URL: simulator.url }
  // Both at once: they also race to make the tables.
  hosts = await Promise.all([Host.startHost(environment), Host.startHost(environment)])
  bearer = await Host.token()
  const first = hosts[0]!.url
  await Host.api(first, bearer, "POST", "/site-groupings", { id: "north", name: "North" })
  await Host.api(first, bearer, "POST", "/phone-numbers", { number: line, siteGroupingId: "north" })
  await Host.api(first, bearer, "PUT", "/voip-settings?siteGroupingId=north", {
    autoReplyMessage: "We will answer soon.",
    escalationTimerMinutes: 60,
    escalationPhoneNumbers: ["+12025550187"]
  })
})
afterAll(async () => {
  await Promise.all(hosts.map((host) => host.stop()))
  await simulator.close()
})

interface Row {
  readonly contact: string
  readonly position: number
  readonly direction: string
  readonly provider_message_id: string | null
  readonly sub_type: string | null
}

const rows = <A extends object>(query: string): Promise<ReadonlyArray<A>> =>
  Effect.runPromise(
    Effect.flatMap(PgClient.PgClient, (sql) => sql.unsafe<A>(query)).pipe(
      Effect.provide(PgClient.layer({ url: Redacted.make(database), maxConnections: 1 }))
    )
  )

describe("A burst of a thousand texts, each delivered three times in random order to two hosts", () => {
  it("ends with one message each, one auto-reply and one timer per thread, and nothing sent twice", async () => {
    const texts = Array.from({ length: TEXTS }, (_, index) =>
      Host.inbound(index + 1, contactOf(index % CONTACTS), line, `text ${index}`)
    )
    const deliveries = await Host.deliver(hosts, texts, { times: DELIVERIES, connections: CONNECTIONS })
    assert.strictEqual(deliveries.filter(({ status }) => status === 200).length, TEXTS * DELIVERIES)

    await Host.until(async () => {
      const [left] = await rows<{ readonly count: number }>(
        "select ((select count(*) from webhook_events where state = 'pending') + (select count(*) from sends where state in ('queued', 'sending')))::int as count"
      )
      return left!.count === 0
    })
    const messages = await rows<Row>(
      `select t.external_contact as contact, m.position, m.direction, m.meta_data ->> 'providerMessageId' as provider_message_id,
              m.meta_data ->> 'messageSubType' as sub_type
       from messages m join external_threads t using (site_grouping_id)
       where t.id = m.external_thread_id order by contact, m.position`
    )
    const inbound = messages.filter(({ direction }) => direction === "inbound")
    assert.strictEqual(inbound.length, TEXTS)
    assert.strictEqual(new Set(inbound.map((row) => row.provider_message_id)).size, TEXTS)

    const firstOf = (what: "asked" | "answered") => {
      const first = new Map<string, number>()
      for (const delivery of deliveries) {
        first.set(delivery.messageSid, Math.min(delivery[what], first.get(delivery.messageSid) ?? Infinity))
      }
      return (row: Row) => first.get(row.provider_message_id!)!
    }
    const asked = firstOf("asked")
    const answered = firstOf("answered")
    // Encrypted, and the same for the same contact wherever it stands.
    const contacts = new Set(messages.map(({ contact }) => contact))
    assert.strictEqual(contacts.size, CONTACTS)
    for (const contact of contacts) {
      const thread = messages.filter((row) => row.contact === contact)
      assert.deepStrictEqual(
        thread.map(({ position }) => position),
        thread.map((_, place) => place + 1)
      )
      assert.strictEqual(thread.filter((row) => row.sub_type === "auto_reply").length, 1)
      // In order per contact: a text that was answered before another one came stands before it. Those that two hosts took in
      // at the same time have no order.
      const texted = thread.filter(({ direction }) => direction === "inbound")
      for (const [place, later] of texted.entries()) {
        for (const earlier of texted.slice(0, place)) assert.isBelow(asked(earlier), answered(later))
      }
    }
    const timers = await rows<{ readonly count: number }>(
      "select count(*)::int as count from escalations group by external_thread_id"
    )
    assert.deepStrictEqual(
      timers.map(({ count }) => count),
      Array.from({ length: CONTACTS }, () => 1)
    )

    const sentTo = simulator.ledger.sent.map(({ to }) => to).toSorted()
    assert.deepStrictEqual(sentTo, Array.from({ length: CONTACTS }, (_, index) => contactOf(index)).toSorted())
  })
})
