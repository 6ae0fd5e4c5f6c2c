/** A throughput limit holds over all hosts together: two of them share one number. */
import { TwilioSimulator } from "@careline/testkit/simulators"
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import { assert, describe, it } from "vitest"
import * as Host from "./support/host.ts"
import { migratedDatabase } from "./support/postgres.ts"

const TEXTS = 24
const PER_SECOND = 4

describe("Two hosts with one number", () => {
  it("let no more texts leave together than the number may send, and lose none", async () => {
    const database = await migratedDatabase()
    const simulator = await TwilioSimulator.start({
      accountSid: Host.accountSid,
      authTokens: [Host.authToken],
      numbers: ["+12025550100"],
      smsUrl: `${Host.publicUrl}/api/v1/webhooks/twilio/sms`
    })
    const environment = {
      DATABASE_URL: database,
      TWILIO_BASE_URL: simulator.url,
      SEND_RATE_PER_NUMBER: String(PER_SECOND)
    }
    const hosts = await Promise.all([Host.startHost(environment), Host.startHost(environment)])
    const bearer = await Host.token()
    await Host.api(hosts[0]!.url, bearer, "POST", "/phone-numbers", { number: "+12025550100" })
    // The texts leave at any hour.
    await Host.api(hosts[0]!.url, bearer, "PUT", "/platform-settings", { quietHours: null })
    await Promise.all(
      Array.from({ length: TEXTS }, async (_, index) => {
        const { url } = hosts[index % hosts.length]!
        const { body: thread } = await Host.api<{ readonly id: string }>(url, bearer, "POST", "/external-threads", {
          externalContact: `+1303555${5000 + index}`
        })
        await Host.api(url, bearer, "POST", `/external-threads/${thread.id}/messages`, { content: `Text ${index}` })
      })
    )
    await Host.until(async () => simulator.ledger.sent.length === TEXTS)

    // By the store's clock, which the limit goes by.
    const started = await Effect.runPromise(
      Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        const rows = yield* sql<{ readonly at: Date }>`select started_at as at from send_attempts order by 1`
        return rows.map(({ at }) => at.getTime())
      }).pipe(Effect.provide(PgClient.layer({ url: Redacted.make(database), maxConnections: 1 })))
    )
    assert.lengthOf(started, TEXTS)
    for (const [index, from] of started.entries()) {
      for (const [length, until] of started.slice(index).entries()) {
        const allowed = PER_SECOND + (PER_SECOND * (until - from)) / 1000 + 1
        assert.isAtMost(length + 1, allowed, `${length + 1} texts in ${until - from} ms`)
      }
    }
    await Promise.all(hosts.map((host) => host.stop()))
    await simulator.close()
  })
})
