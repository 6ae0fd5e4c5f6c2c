/** A host that only takes webhooks never loads Telnyx's SDK, which costs 27 MB and 80 ms. */
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { assert, describe, it } from "vitest"

const script = `
import { registerHooks } from "node:module"
const loaded = []
registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
const isLoaded = () => loaded.some((url) => /node_modules\\/telnyx\\//.test(url))
const { Effect, Redacted } = await import("effect")
const { TelnyxTelephony } = await import("@careline/adapter-telnyx")
const { newTelnyxKey, signTelnyxWebhook } = await import("@careline/testkit/simulators")

const key = newTelnyxKey()
const id = "84cca175-9755-4859-b67f-4730d7f58aa3"
const telephony = await Effect.runPromise(
  TelnyxTelephony.make({
    apiKey: Redacted.make("KEY"), publicKeys: [key.publicKey], messagingProfileId: id, connectionId: null,
    publicUrl: "https://clinic.example.com", baseUrl: "http://127.0.0.1:1", timeoutMillis: 1000
  })
)
const payload = { id, from: { phone_number: "+13035550123" }, to: [{ phone_number: "+12025550100" }], text: "hello" }
const body = JSON.stringify({ data: { event_type: "message.received", payload } })
const { events } = await Effect.runPromise(
  telephony.webhooks.receive("sms", {
    method: "POST", target: "/", body: new TextEncoder().encode(body),
    headers: signTelnyxWebhook(key, body, Math.floor(Date.now() / 1000))
  })
)
const before = isLoaded()
const { _tag } = await Effect.runPromise(
  telephony.messages.send({ attemptId: "a", from: "+12025550100", to: "+13035550123", body: "x", mediaUrls: [] })
)
console.log(JSON.stringify({ events: events.length, before, outcome: _tag, after: isLoaded() }))
`

describe("Telnyx's SDK", () => {
  it("is loaded by the first send, and not by webhooks", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
      cwd: import.meta.dirname
    })
    const { after, before, events } = JSON.parse(stdout) as Record<string, unknown>
    assert.deepStrictEqual({ after, before, events }, { after: true, before: false, events: 1 })
  })
})
