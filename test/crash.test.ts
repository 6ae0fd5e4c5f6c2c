/** `kill -9`, at the worst moments. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { layer as postgres } from "@careline/adapter-postgres"
import { TwilioTelephony } from "@careline/adapter-twilio"
import { dispatchSends, reconcileSends } from "@careline/application"
import { DataEncryption } from "@careline/server"
import { BlobStore, Directory, KeyEncryption, Optional, TelephonyProviders } from "@careline/ports"
import { TwilioSimulator } from "@careline/testkit/simulators"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Redacted } from "effect"
import { assert, describe, it } from "vitest"
import * as Host from "./support/host.ts"
import { migratedDatabase } from "./support/postgres.ts"

const line = "+12025550100"
const contact = "+13035550123"

interface Page<A> {
  readonly items: ReadonlyArray<A>
}
interface Thread {
  readonly id: string
  readonly externalContact: string
}
interface Message {
  readonly id: string
  readonly direction: string
  readonly deliveryStatus: string | null
  readonly metaData: { readonly providerMessageId?: string }
}

const simulate = () =>
  TwilioSimulator.start({
    accountSid: Host.accountSid,
    authTokens: [Host.authToken],
    numbers: [line],
    smsUrl: `${Host.publicUrl}/api/v1/webhooks/twilio/sms`
  })

describe("A worker that is killed after the provider took the text", () => {
  it("leaves a text that is found at the provider, and is not sent again", async () => {
    const database = await migratedDatabase()
    const simulator = await simulate()
    simulator.faults.allReports("lostStatuses")
    const host = await Host.startHost({ DATABASE_URL: database, TWILIO_BASE_URL: simulator.url })
    const bearer = await Host.token()
    await Host.api(host.url, bearer, "POST", "/phone-numbers", { number: line, siteGroupingId: null })
    await Host.webhook(host.url, "/api/v1/webhooks/twilio/sms", Host.inbound(1, contact, line, "hello"))
    const thread = await Host.until(async () => {
      const { body } = await Host.api<Page<Thread>>(host.url, bearer, "GET", "/external-threads")
      return body.items[0]
    })
    // The provider takes the text and never answers; the worker waits for it, and is killed.
    simulator.faults.onSend("acceptedThenHang")
    const { body: message } = await Host.api<Message>(
      host.url,
      bearer,
      "POST",
      `/external-threads/${thread.id}/messages`,
      {
        content: "Yes."
      }
    )
    await Host.until(async () => simulator.ledger.sent.length === 1)
    await host.kill()

    // A minute later, by the store's clock, another host looks after what was left.
    const telephony = TwilioTelephony.layer({
      accountSid: Host.accountSid,
      authTokens: [Redacted.make(Host.authToken)],
      apiKey: null,
      messagingServiceSid: null,
      baseUrl: simulator.url,
      publicUrl: Host.publicUrl,
      timeoutMillis: 5_000
    })
    const world = Layer.mergeAll(
      postgres({
        url: Redacted.make(database),
        encryption: { keys: KeyEncryption.make(DataEncryption.readKeys(Host.dataKeys)!) }
      }),
      Directory.layerEmpty,
      Optional.absent(BlobStore),
      TelephonyProviders.layer.pipe(Layer.provide(telephony))
    )
    const owner = <A, E>(effect: (sql: PgClient.PgClient) => Effect.Effect<A, E>) =>
      Effect.flatMap(PgClient.PgClient, effect).pipe(
        Effect.provide(PgClient.layer({ url: Redacted.make(database), maxConnections: 1 }))
      )
    const left = await Effect.runPromise(
      Effect.gen(function* () {
        const before = yield* dispatchSends()
        yield* owner(
          (sql) => sql`create or replace function careline_now() returns timestamptz language sql stable as
          $$ select date_trunc('milliseconds', now()) + interval '61 seconds' $$`
        )
        const looked = yield* reconcileSends()
        const after = yield* dispatchSends()
        const [row] = yield* owner(
          (sql) => sql<{ readonly state: string; readonly delivery_status: string; readonly sid: string }>`
          select s.state, m.delivery_status, m.meta_data ->> 'providerMessageId' as sid
          from sends s join messages m on m.id = s.message_id where m.id = ${message.id}::uuid`
        )
        return { before, looked, after, row }
      }).pipe(Effect.provide(world))
    )
    const [taken, ...more] = simulator.ledger.sent
    assert.deepStrictEqual(more, [])
    assert.deepStrictEqual([left.before, left.looked, left.after], [0, 1, 0])
    assert.deepStrictEqual(left.row, { state: "accepted", delivery_status: left.row!.delivery_status, sid: taken!.id })
    assert.include(["accepted", "sent", "delivered"], left.row!.delivery_status)
    await simulator.close()
  })
})

describe("A host that is killed in the middle of a stream of texts", () => {
  it("comes back on its embedded database with everything that it acknowledged, once", async () => {
    const directory = await mkdtemp(join(tmpdir(), "careline-crash-"))
    const simulator = await simulate()
    const environment = { DATA_DIR: directory, TWILIO_BASE_URL: simulator.url }
    const bearer = await Host.token()
    const acknowledged = new Set<number>()
    let sequence = 0
    let host = await Host.startHost(environment)
    await Host.api(host.url, bearer, "POST", "/phone-numbers", { number: line, siteGroupingId: null })
    await Host.api(host.url, bearer, "PUT", "/voip-settings", { autoReplyMessage: "We will answer soon." })

    for (let round = 0; round < 3; round++) {
      const target = acknowledged.size + 40 + round * 37
      const running = host
      const stream = Promise.all(
        Array.from({ length: 8 }, async () => {
          while (running.child.exitCode === null && running.child.signalCode === null) {
            const current = ++sequence
            const form = Host.inbound(current, `+1303555${String(1000 + (current % 10))}`, line, `text ${current}`)
            const status = await Host.webhook(running.url, "/api/v1/webhooks/twilio/sms", form).catch(() => 0)
            if (status === 200) acknowledged.add(current)
            if (acknowledged.size >= target) running.child.kill("SIGKILL")
          }
        })
      )
      await stream
      host = await Host.startHost(environment)
    }

    const threads = await Host.until(async () => {
      const { body } = await Host.api<Page<Thread>>(host.url, bearer, "GET", "/external-threads?view=all&limit=200")
      return body.items.length === 10 && body.items
    })
    const messagesOf = async ({ id }: Thread) =>
      (await Host.api<Page<Message>>(host.url, bearer, "GET", `/external-threads/${id}/messages?limit=200`)).body.items
    const kept = await Host.until(async () => {
      const messages = await Promise.all(threads.map(messagesOf))
      const ids = messages
        .flat()
        .filter(({ direction }) => direction === "inbound")
        .map(({ metaData }) => Number.parseInt(metaData.providerMessageId!.slice(2), 16))
      return [...acknowledged].every((one) => ids.includes(one)) && ids
    })
    assert.strictEqual(new Set(kept).size, kept.length)
    // Each contact is answered once. Where the kill came between noting the attempt and making it, nobody knows whether it
    // was made, and an automatic answer is not worth a second text: that one stays out.
    const answers = await Host.until(async () => {
      const found = await Promise.all(
        threads.map(async (thread) => ({
          contact: thread.externalContact,
          status: (await messagesOf(thread)).find(({ direction }) => direction === "outbound")?.deliveryStatus
        }))
      )
      return found.every(({ status }) => status != null && status !== "queued") && found
    })
    const left = answers.filter(({ status }) => status !== "sending" && status !== "unknown")
    await Host.until(async () => simulator.ledger.sent.length >= left.length)
    const sentTo = simulator.ledger.sent.map(({ to }) => to)
    assert.strictEqual(new Set(sentTo).size, sentTo.length)
    assert.includeMembers(
      sentTo,
      left.map(({ contact: to }) => to)
    )
    assert.strictEqual(await host.stop(), 0)
    await simulator.close()
    await rm(directory, { recursive: true, force: true })
  })
})

describe("A host that is set up wrongly", () => {
  it.each([
    [{ AUTH_JWT_SECRET: "" }, "AUTH_JWT_SECRET"],
    [{ AUTH_JWT_SECRET: "short" }, "AUTH_JWT_SECRET"],
    [{ AUTH_ISSUER: "", AUTH_AUDIENCE: "" }, "AUTH_ISSUER and AUTH_AUDIENCE"],
    [{ TWILIO_ACCOUNT_SID: "AC1" }, "TWILIO_ACCOUNT_SID"],
    [{ TWILIO_AUTH_TOKEN: "" }, "TWILIO_AUTH_TOKEN"],
    [{ PUBLIC_URL: "" }, "PUBLIC_URL"],
    [{ VOIP_PROVIDER: "pigeon" }, "VOIP_PROVIDER"],
    [{ PORT: "http" }, "PORT"],
    [{ LOG_LEVEL: "loud" }, "LOG_LEVEL"]
  ])("does not start, and names the variable: %o", async (change, variable) => {
    const error = await Host.startHost({ DATABASE_URL: await migratedDatabase(), ...change }).then(
      (host) => host.stop().then(() => "it started"),
      (reason: unknown) => String(reason)
    )
    assert.include(error, "The host ended")
    assert.include(error, variable)
  })
})
