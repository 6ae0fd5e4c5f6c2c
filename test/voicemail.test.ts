/** Voicemails on a real host, store and provider, while hosts are killed under them. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { CallbackUrl } from "@careline/adapter-kit"
import { TwilioSimulator } from "@careline/testkit/simulators"
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import { assert, describe, it } from "vitest"
import * as Host from "./support/host.ts"
import { migratedDatabase } from "./support/postgres.ts"

const line = "+12025550100"
const CALLERS = 6

interface Message {
  readonly transcript: string | null
  readonly direction: string
  readonly metaData: { readonly providerMessageId?: string }
  readonly attachments: ReadonlyArray<{ readonly url: string | null; readonly mimeType: string | null }>
}

/** Every lease that a killed host held is over. */
const letLeasesEnd = (database: string) =>
  Effect.runPromise(
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* sql`create or replace function careline_now() returns timestamptz language sql stable as
        $$ select date_trunc('milliseconds', now()) + interval '10 minutes' $$`
    }).pipe(Effect.provide(PgClient.layer({ url: Redacted.make(database) })), Effect.orDie)
  )

describe("Hosts that are killed while they import voicemails", () => {
  it("leave one message and one recording of each call, and nothing at the provider", async () => {
    const directory = await mkdtemp(join(tmpdir(), "careline-voicemail-"))
    const database = await migratedDatabase()
    const port = String(await Host.freePort())
    const publicUrl = `http://127.0.0.1:${port}`
    const urlOf = (kind: "sms" | "call" | "fallback" | "call-status") => CallbackUrl.ofKind(publicUrl, "twilio", kind)
    const simulator = await TwilioSimulator.start({
      accountSid: Host.accountSid,
      authTokens: [Host.authToken],
      numbers: [line],
      smsUrl: urlOf("sms"),
      voiceUrl: urlOf("call"),
      voiceFallbackUrl: urlOf("fallback"),
      callStatusUrl: urlOf("call-status")
    })
    const voice = simulator.voice!
    const environment = {
      PORT: port,
      PUBLIC_URL: publicUrl,
      DATABASE_URL: database,
      DATA_DIR: directory,
      TWILIO_BASE_URL: simulator.url
    }
    const bearer = await Host.token()
    const first = await Host.startHost(environment)
    await Host.api(first.url, bearer, "POST", "/phone-numbers", { number: line, siteGroupingId: null })
    const traces = await Promise.all(
      Array.from({ length: CALLERS }, (_, caller) =>
        voice.call({
          from: `+1303555${1000 + caller}`,
          to: line,
          speaks: 4 + caller,
          says: `This is caller ${caller}.`
        })
      )
    )
    // Some imports are under way or done, and others not begun: the first recording was asked for.
    await Host.until(async () => simulator.ledger.requests.some(({ target }) => target.includes("/Recordings/")))
    await first.kill()
    await letLeasesEnd(database)

    const second = await Host.startHost(environment)
    const threads = await Host.until(async () => {
      const { body } = await Host.api<{ readonly items: ReadonlyArray<{ readonly id: string }> }>(
        second.url,
        bearer,
        "GET",
        "/external-threads?view=all&limit=200"
      )
      return body.items.length === CALLERS && body.items
    })
    const messages = () =>
      Promise.all(
        threads.map(async ({ id }) => {
          const path = `/external-threads/${id}/messages`
          const { body } = await Host.api<{ readonly items: ReadonlyArray<Message> }>(second.url, bearer, "GET", path)
          return body.items.filter(({ direction }) => direction === "inbound")
        })
      )
    await Host.until(async () => voice.kept().length === 0)
    const kept = await Host.until(async () => {
      const all = await messages()
      return all.every(([message]) => message?.attachments.length === 1) && all
    })
    assert.deepStrictEqual(
      kept.map((all) => all.length),
      threads.map(() => 1)
    )
    const sids = kept.flatMap((all) => all.map(({ metaData }) => metaData.providerMessageId))
    assert.sameMembers(
      sids,
      traces.map(({ id }) => id)
    )
    for (const [message] of kept) {
      const trace = traces.find(({ id }) => id === message!.metaData.providerMessageId)!
      const bytes = await (await fetch(message!.attachments[0]!.url!)).arrayBuffer()
      assert.deepStrictEqual(new Uint8Array(bytes), new Uint8Array(voice.bytesOf(trace.recordings[0]!)!))
      assert.match(message!.transcript ?? "", /^This is caller \d\.$/)
    }
    assert.strictEqual(await second.stop(), 0)
    await simulator.close()
    await rm(directory, { recursive: true, force: true })
  })
})
