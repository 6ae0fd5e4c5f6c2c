/** The adapter with the real SDK, against the simulator over real HTTP. */
import type { AttemptId, PhoneNumber } from "@careline/domain"
import { type Telephony, TelephonyError } from "@careline/ports"
import { type Scenario, signTwilioWebhook, TwilioSimulator } from "@careline/testkit/simulators"
import { Effect, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { DateTime } from "effect"
import { inspect } from "node:util"
import { createServer, type Server } from "node:http"
import { TwilioTelephony } from "../src/index.ts"

const accountSid = `AC${"0a".repeat(16)}`
const authToken = "canary-auth-token-7f3a"
const publicUrl = "https://clinic.example.com"
const from = "+12025550100" as PhoneNumber.E164
const text = "Canary text: your results are in 😀"

let simulator: TwilioSimulator.TwilioSimulator
let webhooks: Server
const heard: Array<{ readonly target: string; readonly headers: Record<string, string>; readonly body: Uint8Array }> =
  []

beforeAll(async () => {
  webhooks = createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      heard.push({
        target: request.url ?? "",
        headers: request.headers as Record<string, string>,
        body: Buffer.concat(chunks)
      })
      response.writeHead(204).end()
    })
  })
  await new Promise<void>((resolve) => webhooks.listen(0, "127.0.0.1", resolve))
  simulator = await TwilioSimulator.start({
    accountSid,
    authTokens: [authToken],
    apiKeys: { [`SK${"1b".repeat(16)}`]: "canary-api-secret" },
    smsUrl: `http://127.0.0.1:${(webhooks.address() as { port: number }).port}/api/v1/webhooks/twilio/sms`
  })
})
afterAll(async () => {
  await simulator.close()
  webhooks.closeAllConnections()
  await new Promise((resolve) => webhooks.close(resolve))
})

const options = (overrides: Partial<Parameters<typeof TwilioTelephony.make>[0]> = {}) => ({
  accountSid,
  authTokens: [Redacted.make(authToken)] as const,
  apiKey: null,
  messagingServiceSid: null,
  baseUrl: simulator.url,
  publicUrl,
  timeoutMillis: 300,
  ...overrides
})

const make = (overrides: Partial<Parameters<typeof TwilioTelephony.make>[0]> = {}) =>
  TwilioTelephony.make(options(overrides))

let counter = 0
const outbound = (overrides: Partial<Telephony.OutboundMessage> = {}): Telephony.OutboundMessage => ({
  attemptId: `attempt-${++counter}` as AttemptId,
  from,
  to: `+1303555${String(1000 + counter)}` as PhoneNumber.E164,
  body: text,
  mediaUrls: [],
  ...overrides
})

/** Neither credentials, nor numbers, nor the text may come out of the adapter. */
const assertRedacted = (value: unknown, message: Telephony.OutboundMessage) => {
  const shown = inspect(value, { depth: 20, showHidden: true }) + JSON.stringify(value)
  for (const secret of [
    authToken,
    Buffer.from(`${accountSid}:${authToken}`).toString("base64"),
    message.to,
    message.to.slice(1),
    from,
    "Canary"
  ]) {
    assert.notInclude(shown, secret)
  }
}

const start = DateTime.makeUnsafe("2026-03-02T09:30:00Z")

describe("Sending through Twilio", () => {
  it.live("hands the text over once, with the attempt in its callback", () =>
    Effect.gen(function* () {
      const telephony = yield* make()
      const message = outbound()
      const outcome = yield* telephony.messages.send(message)
      const [accepted, ...more] = simulator.ledger.sent.filter(({ to }) => to === message.to)
      assert.deepStrictEqual(more, [])
      assert.deepStrictEqual(outcome, { _tag: "Accepted", providerMessageId: accepted!.id, status: "accepted" })
      assert.strictEqual(accepted!.body, text)
      assert.strictEqual(accepted!.from, from)
      assert.strictEqual(
        accepted!.callbackUrl,
        `${publicUrl}/api/v1/webhooks/twilio/status?attempt=${message.attemptId}`
      )
    })
  )

  it.live("keeps the sender when a Messaging Service carries the campaign, and takes an API key", () =>
    Effect.gen(function* () {
      const messagingServiceSid = `MG${"2c".repeat(16)}`
      const telephony = yield* make({
        messagingServiceSid,
        apiKey: { sid: `SK${"1b".repeat(16)}`, secret: Redacted.make("canary-api-secret") }
      })
      const message = outbound({
        body: "",
        mediaUrls: ["https://files.example.com/a.png", "https://files.example.com/b.png"]
      })
      const outcome = yield* telephony.messages.send(message)
      assert.strictEqual(outcome._tag, "Accepted")
      const accepted = simulator.ledger.sent.find(({ to }) => to === message.to)
      assert.deepStrictEqual(accepted?.mediaUrls, message.mediaUrls)
      assert.strictEqual(accepted?.from, from)
      assert.strictEqual(accepted?.service, messagingServiceSid)
    })
  )

  const rejections = [
    ["+15005550001", "invalid_recipient", "21211"],
    ["+15005550003", "region_not_allowed", "21408"],
    ["+15005550004", "recipient_opted_out", "21610"],
    ["+15005550009", "not_text_capable", "21614"]
  ] as const
  it.live.each(rejections)("is told why %s is refused: %s", ([to, reason, code]) =>
    Effect.gen(function* () {
      const telephony = yield* make()
      const outcome = yield* telephony.messages.send(outbound({ to: to as PhoneNumber.E164 }))
      assert.deepStrictEqual(outcome, { _tag: "Rejected", reason, code })
    })
  )

  const faults: ReadonlyArray<readonly [Scenario.RequestFault, string, number]> = [
    ["rateLimited", "Throttled", 0],
    ["unauthorised", "Rejected", 0],
    ["serverError", "Unknown", 0],
    ["badGateway", "Unknown", 0],
    ["redirected", "Unknown", 0],
    ["hangs", "Unknown", 0],
    ["acceptedThen500", "Unknown", 1],
    ["acceptedThenHang", "Unknown", 1],
    ["acceptedThenReset", "Unknown", 1],
    ["garbageBody", "Unknown", 1]
  ]
  it.live.each(faults)("knows what it knows after %s: %s, and never tries twice", ([fault, expected, taken]) =>
    Effect.gen(function* () {
      const telephony = yield* make()
      const message = outbound()
      simulator.faults.onSend(fault)
      const outcome = yield* telephony.messages.send(message)
      assert.strictEqual(outcome._tag, expected)
      assert.strictEqual(simulator.ledger.sent.filter(({ to }) => to === message.to).length, taken)
      assertRedacted(outcome, message)
    })
  )

  it.live("knows that nothing was sent when nobody listens", () =>
    Effect.gen(function* () {
      const telephony = yield* make({ baseUrl: "http://127.0.0.1:9" })
      const message = outbound()
      const outcome = yield* telephony.messages.send(message)
      assert.deepStrictEqual(outcome, { _tag: "NotSent", detail: "ECONNREFUSED" })
    })
  )
})

describe("Looking for a text whose answer was lost", () => {
  const lost = Effect.fnUntraced(function* (fault: Scenario.RequestFault) {
    const telephony = yield* make()
    const message = outbound()
    const startedAt = DateTime.makeUnsafe(Date.now())
    simulator.faults.onSend(fault)
    yield* telephony.messages.send(message)
    return { telephony, attempt: { ...message, startedAt, claimedProviderMessageIds: [] as ReadonlyArray<string> } }
  })

  it.live("finds it at Twilio", () =>
    Effect.gen(function* () {
      const { attempt, telephony } = yield* lost("acceptedThenHang")
      const found = yield* telephony.messages.find(attempt)
      const accepted = simulator.ledger.sent.find(({ to }) => to === attempt.to)
      assert.strictEqual(found._tag === "Found" && found.providerMessageId, accepted!.id)
      const again = yield* telephony.messages.find({ ...attempt, claimedProviderMessageIds: [accepted!.id] })
      assert.strictEqual(again._tag, "CannotTell")
      const other = yield* telephony.messages.find({ ...attempt, body: "Another text" })
      assert.strictEqual(other._tag, "CannotTell")
    })
  )

  it.effect("says that it is absent only when Twilio would show it by now", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(DateTime.toEpochMillis(start))
      const telephony = yield* make()
      const attempt = { ...outbound(), startedAt: start, claimedProviderMessageIds: [] }
      assert.strictEqual((yield* telephony.messages.find(attempt))._tag, "CannotTell")
      yield* TestClock.adjust(30_000)
      assert.strictEqual((yield* telephony.messages.find(attempt))._tag, "Absent")
    })
  )

  it.live("reads the status of a message, and fails by name for one that Twilio does not know", () =>
    Effect.gen(function* () {
      const telephony = yield* make()
      const message = outbound()
      simulator.script(message.to, "undelivered")
      const outcome = yield* telephony.messages.send(message)
      const sid = outcome._tag === "Accepted" ? outcome.providerMessageId : ""
      yield* Effect.repeat(telephony.messages.status(sid), { until: ({ status }) => status === "undelivered" })
      const known = yield* telephony.messages.status(sid)
      assert.deepStrictEqual(known, { status: "undelivered", failureReason: "other", errorCode: "30003" })
      const error = yield* Effect.flip(telephony.messages.status(`SM${"f".repeat(32)}`))
      assert.strictEqual(error.reason._tag, "NotFound")
      assertRedacted(error, message)
    })
  )
})

describe("Webhooks of Twilio", () => {
  const raw = (
    form: ReadonlyArray<readonly [string, string]>,
    target = "/api/v1/webhooks/twilio/sms",
    token = authToken
  ) => ({
    method: "POST",
    target,
    headers: {
      "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
      "x-twilio-signature": signTwilioWebhook(token, publicUrl + target, form)
    },
    body: new TextEncoder().encode(
      new URLSearchParams(form.map(([name, value]): [string, string] => [name, value])).toString()
    )
  })
  const sid = `SM${"4d".repeat(16)}`
  const base: ReadonlyArray<readonly [string, string]> = [
    ["AccountSid", accountSid],
    ["MessageSid", sid],
    ["From", "+13035550123"],
    ["To", from]
  ]
  const receive = (request: Telephony.RawRequest, kind: Telephony.WebhookKind = "sms") =>
    Effect.flatMap(make(), (telephony) => telephony.webhooks.receive(kind, request))

  it.live("are what the simulator sends: signed, and understood", () =>
    Effect.gen(function* () {
      heard.length = 0
      const body = "Olá 👍 + & = %\nsecond line "
      yield* Effect.promise(() =>
        simulator.receive({ from: "+13035550123", to: from, body, extra: { NewParameter: "2027" } })
      )
      const [request] = heard
      const configured = yield* make({ publicUrl: `http://${request!.headers.host}` })
      const { events } = yield* configured.webhooks.receive("sms", { ...request!, method: "POST" })
      const [event] = events
      assert.strictEqual(event?._tag === "MessageReceived" && event.text, body)
    })
  )

  it.effect("bring a text with two pictures", () =>
    Effect.gen(function* () {
      const { account, events } = yield* receive(
        raw([
          ...base,
          ["Body", ""],
          ["NumMedia", "2"],
          ["MediaUrl0", "https://api.twilio.com/m/0"],
          ["MediaContentType0", "image/png"],
          ["MediaUrl1", "https://api.twilio.com/m/1"],
          ["MediaContentType1", "application/pdf"]
        ])
      )
      assert.strictEqual(account, accountSid)
      assert.deepStrictEqual(events, [
        {
          _tag: "MessageReceived",
          providerMessageId: sid,
          from: "+13035550123",
          to: from,
          text: "",
          attachments: [
            { type: "image", url: "https://api.twilio.com/m/0", mimeType: "image/png" },
            { type: "file", url: "https://api.twilio.com/m/1", mimeType: "application/pdf" }
          ],
          providerKeyword: null
        }
      ] as never)
    })
  )

  it.effect("bring senders that are no numbers, and the keyword that Twilio answered", () =>
    Effect.gen(function* () {
      for (const sender of ["72975", "PHARMACY"]) {
        const form = base.map(([name, value]) => [name, name === "From" ? sender : value] as const)
        const { events } = yield* receive(raw([...form, ["Body", "STOP"], ["OptOutType", "STOP"]]))
        const [event] = events
        assert.isTrue(event?._tag === "MessageReceived" && event.from === sender && event.providerKeyword === "opt_out")
      }
    })
  )

  it.effect("report a status with the attempt that they belong to", () =>
    Effect.gen(function* () {
      const target = "/api/v1/webhooks/twilio/status?attempt=attempt-77"
      const { events } = yield* receive(
        raw([...base, ["MessageStatus", "undelivered"], ["ErrorCode", "30006"]], target),
        "status"
      )
      assert.deepStrictEqual(events, [
        {
          _tag: "DeliveryReported",
          providerMessageId: sid,
          attemptId: "attempt-77",
          status: "undelivered",
          failureReason: "not_text_capable",
          errorCode: "30006"
        }
      ] as never)
      const unknown = yield* receive(raw([...base, ["MessageStatus", "teleported"]], target), "status")
      assert.deepStrictEqual(unknown.events, [])
    })
  )

  it.effect("are refused unsigned, tampered with, for another URL, or signed by another token", () =>
    Effect.gen(function* () {
      const form = [...base, ["Body", "hello"] as const]
      const good = raw(form)
      const bad: ReadonlyArray<Telephony.RawRequest> = [
        { ...good, headers: { "content-type": good.headers["content-type"] } },
        { ...good, body: new TextEncoder().encode(new TextDecoder().decode(good.body).replace("hello", "hell0")) },
        { ...good, target: "/api/v1/webhooks/twilio/status" },
        raw(form, good.target, "another token"),
        { ...good, headers: { ...good.headers, "content-type": "application/json" } }
      ]
      for (const request of bad) {
        const error = yield* Effect.flip(receive(request))
        assert.instanceOf(error, TelephonyError.TelephonyError)
        assert.strictEqual(error.reason._tag, "InvalidSignature")
      }
    })
  )

  it.effect("are malformed when they are signed and say nothing that can be read", () =>
    Effect.gen(function* () {
      for (const form of [
        base.filter(([name]) => name !== "MessageSid"),
        base.filter(([name]) => name !== "To"),
        [["AccountSid", "ACother"] as const]
      ]) {
        const error = yield* Effect.flip(receive(raw(form)))
        assert.strictEqual(error.reason._tag, "MalformedWebhook")
      }
    })
  )

  it.effect("are answered with TwiML that sends nothing to the contact", () =>
    Effect.gen(function* () {
      const telephony = yield* make()
      const reply = telephony.webhooks.reply("sms")
      assert.deepStrictEqual([reply.status, reply.headers["content-type"]], [200, "text/xml; charset=utf-8"])
      assert.match(reply.body, /<Response\/>$/)
      assert.strictEqual(telephony.webhooks.reply("status").status, 204)
    })
  )
})
