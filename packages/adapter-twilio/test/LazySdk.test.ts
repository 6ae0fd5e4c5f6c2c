/** A host that only takes webhooks never loads Twilio's SDK, which costs 30 MB and a tenth of a second: of it only what writes TwiML. */
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { assert, describe, it } from "vitest"

const script = `
import { createRequire } from "node:module"
import { Effect, Redacted } from "effect"
import { TwilioTelephony } from "@careline/adapter-twilio"
import { signTwilioWebhook } from "@careline/testkit/simulators"

const isLoaded = () =>
  Object.keys(createRequire(import.meta.url).cache).some((path) => /node_modules\\/(twilio\\/lib\\/(rest|base|http|jwt)|axios)\\//.test(path))
const accountSid = "AC" + "0a".repeat(16)
const publicUrl = "https://clinic.example.com"
const target = "/api/v1/webhooks/twilio/sms"
const form = [["AccountSid", accountSid], ["MessageSid", "SM" + "4d".repeat(16)], ["From", "+13035550123"], ["To", "+12025550100"]]
const telephony = await Effect.runPromise(
  TwilioTelephony.make({
    accountSid, publicUrl, authTokens: [Redacted.make("token")], apiKey: null, messagingServiceSid: null,
    baseUrl: "http://127.0.0.1:9", timeoutMillis: 1000
  })
)
const { events } = await Effect.runPromise(
  telephony.webhooks.receive("sms", {
    method: "POST", target, body: new TextEncoder().encode(String(new URLSearchParams(form))),
    headers: { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signTwilioWebhook("token", publicUrl + target, form) }
  })
)
const before = isLoaded()
const { _tag } = await Effect.runPromise(
  telephony.messages.send({ attemptId: "a", from: "+12025550100", to: "+13035550123", body: "x", mediaUrls: [] })
)
console.log(JSON.stringify({ events: events.length, before, outcome: _tag, after: isLoaded() }))
`

describe("Twilio's SDK", () => {
  it("is loaded by the first send, and not by webhooks", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
      cwd: import.meta.dirname
    })
    assert.deepStrictEqual(JSON.parse(stdout), { events: 1, before: false, outcome: "NotSent", after: true })
  })
})
