/** What a host shows of itself: metrics for whoever has their token, and all of it to a collector. Nothing names a person. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import * as Host from "../../../test/support/host.ts"
import { migratedDatabase } from "../../../test/support/postgres.ts"

const METRICS_TOKEN = "a-token-of-the-metrics-and-of-nothing-else"
const contact = "+13035550177"
const words = "She fell in the bathroom"

/** What the collector was sent, by signal. */
const received = new Map<string, string>()
const collector = createServer((request, response) => {
  const chunks: Array<Buffer> = []
  request.on("data", (chunk: Buffer) => chunks.push(chunk))
  request.on("end", () => {
    const signal = request.url ?? ""
    received.set(signal, (received.get(signal) ?? "") + Buffer.concat(chunks).toString())
    response.end("{}")
  })
})

let host: Host.HostProcess
let bearer: string

const scrape = async (token: string | null) => {
  const headers = token === null ? {} : { authorization: `Bearer ${token}` }
  const response = await fetch(`${host.url}/metrics`, { headers })
  return { status: response.status, type: response.headers.get("content-type"), text: await response.text() }
}

beforeAll(async () => {
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve))
  const { port } = collector.address() as AddressInfo
  host = await Host.startHost({
    DATABASE_URL: await migratedDatabase(),
    METRICS_TOKEN,
    LOG_LEVEL: "info",
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`
  })
  bearer = await Host.token()
  await Host.api(host.url, bearer, "POST", "/site-groupings", { id: "north", name: "Maple Clinic" })
  await Host.api(host.url, bearer, "POST", "/phone-numbers", {
    number: "+12025550100",
    siteGroupingId: "north",
    overrideReason: "nobody answers for the provider of this test"
  })
  await Host.webhook(host.url, "/api/v1/webhooks/twilio/sms", Host.inbound(1, contact, "+12025550100", words))
})
afterAll(() => new Promise((resolve) => collector.close(resolve)))

const value = (text: string, line: RegExp): number => Number(line.exec(text)?.[1] ?? 0)

describe("A host", () => {
  it("shows its metrics to whoever has their token, and to nobody else", async () => {
    assert.strictEqual((await scrape(null)).status, 401)
    assert.strictEqual((await scrape(bearer)).status, 401)
    const { status, text, type } = await Host.until(async () => {
      const shown = await scrape(METRICS_TOKEN)
      return value(shown.text, /^careline_inbound_wait_seconds_count(?:\{[^}]*\})? (\d+)/m) > 0 && shown
    })
    assert.strictEqual(status, 200)
    assert.match(type ?? "", /^text\/plain; version=0\.0\.4/)
    const received =
      /^careline_webhook_events_total\{(?=[^}]*kind="MessageReceived")(?=[^}]*provider="twilio")[^}]*\} (\d+)/m
    assert.strictEqual(value(text, received), 1)
    for (const secret of [contact, contact.slice(-4), words, "Maple"]) assert.notInclude(text, secret)
  })

  it("sends metrics, traces and logs to the collector that it is told of, and what is left as it ends", async () => {
    await host.stop()
    assert.include(received.get("/v1/metrics"), "careline_webhook_events_total")
    assert.include(received.get("/v1/traces"), "processInbound")
    assert.isNotEmpty(received.get("/v1/logs"))
    for (const [signal, sent] of received) {
      for (const secret of [contact, words, "Maple"]) assert.notInclude(sent, secret, signal)
    }
  })
})
