/** Delivery reports on the wire: doubled, in the wrong order, before the answer to the send, and for nobody's text. */
import { TwilioSimulator } from "@careline/testkit/simulators"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import * as Host from "./support/host.ts"
import { migratedDatabase } from "./support/postgres.ts"

const line = "+12025550100"

interface Message {
  readonly id: string
  readonly deliveryStatus: string
  readonly metaData: { readonly providerMessageId?: string; readonly providerErrorCode?: string }
}

let simulator: TwilioSimulator.TwilioSimulator
let host: Host.HostProcess
let bearer: string

beforeAll(async () => {
  const port = String(await Host.freePort())
  const url = `http://127.0.0.1:${port}`
  simulator = await TwilioSimulator.start({
    accountSid: Host.accountSid,
    authTokens: [Host.authToken],
    numbers: [line],
    smsUrl: `${url}/api/v1/webhooks/twilio/sms`
  })
  host = await Host.startHost({
    DATABASE_URL: await migratedDatabase(),
    TWILIO_BASE_URL: simulator.url,
    PORT: port,
    PUBLIC_URL: url
  })
  bearer = await Host.token()
  await Host.api(host.url, bearer, "POST", "/phone-numbers", { number: line })
})
afterAll(async () => {
  await host.stop()
  await simulator.close()
})

/** A contact writes and is answered. Resolves with a look at the answer. */
const answered = async (contact: string) => {
  await simulator.receive({ from: contact, to: line, body: "hello", extra: { NewParameter: "2027" } })
  const thread = await Host.until(async () => {
    const { body } = await Host.api<{ readonly items: ReadonlyArray<{ readonly id: string }> }>(
      host.url,
      bearer,
      "POST",
      "/external-threads/search",
      { q: contact }
    )
    return body.items[0]
  })
  const path = `/external-threads/${thread.id}/messages`
  const { body: message } = await Host.api<Message>(host.url, bearer, "POST", path, { content: `Yes, ${contact}.` })
  return async (): Promise<Message> => {
    const { body } = await Host.api<{ readonly items: ReadonlyArray<Message> }>(host.url, bearer, "GET", path)
    return body.items.find(({ id }) => id === message.id)!
  }
}
const sentTo = (contact: string) => simulator.ledger.sent.filter(({ to }) => to === contact)

describe("The delivery status of a message", () => {
  it("ends delivered when its reports come doubled and in the wrong order", async () => {
    simulator.faults.allReports("duplicateWebhook")
    simulator.faults.allReports("reorderedStatuses")
    const look = await answered("+13035550101")
    const message = await Host.until(async () => {
      const one = await look()
      return one.deliveryStatus === "delivered" && one
    })
    await simulator.idle()
    assert.strictEqual((await look()).deliveryStatus, "delivered")
    const [taken, ...more] = sentTo("+13035550101")
    assert.deepStrictEqual(more, [])
    assert.strictEqual(message.metaData.providerMessageId, taken!.id)
    simulator.faults.clear()
  })

  it("is told by the reports alone when the answer to the send never comes", async () => {
    simulator.faults.onSend("acceptedThenHang")
    const look = await answered("+13035550102")
    await Host.until(async () => (await look()).deliveryStatus === "delivered")
    assert.strictEqual(sentTo("+13035550102").length, 1)
  })

  it("says why when the carrier gives up", async () => {
    simulator.script("+13035550103", "undelivered")
    const look = await answered("+13035550103")
    const message = await Host.until(async () => {
      const one = await look()
      return one.deliveryStatus === "undelivered" && one
    })
    assert.strictEqual(message.metaData.providerErrorCode, "30003")
  })

  it("is not touched by a report on a text that nobody sent", async () => {
    const path = "/api/v1/webhooks/twilio/status"
    const form = { MessageSid: `SM${"9".repeat(32)}`, MessageStatus: "failed", From: line, To: "+13035550101" }
    const response = await fetch(host.url + path, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ AccountSid: Host.accountSid, ...form })
    })
    assert.strictEqual(response.status, 403)
    assert.strictEqual(sentTo("+13035550101")[0]?.status, "delivered")
  })
})
