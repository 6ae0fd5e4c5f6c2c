/** The adapter with the real SDK, over real HTTP. */
import type { AttemptId, Contact } from "@careline/domain"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect } from "effect"
import { TestClock } from "effect/testing"
import { verify } from "node:crypto"
import { VonageTelephony } from "../src/index.ts"
import { MAX_AGE_MILLIS } from "../src/webhooks/Signature.ts"
import * as Support from "./support.ts"

const { accepting, adapter, json, messageUuid, outbound, publicUrl, server } = Support

const sent = ({ body }: Support.Heard): Record<string, unknown> => JSON.parse(body) as Record<string, unknown>

describe("Sending through Vonage", () => {
  it.live("hands the text over once, with the attempt as its reference and in its callback", () =>
    Effect.gen(function* () {
      const { heard, url } = yield* server(accepting)
      const telephony = yield* adapter(`${url}/`)
      const message = outbound()
      const outcome = yield* telephony.messages.send(message)
      assert.deepStrictEqual(outcome, { _tag: "Accepted", providerMessageId: messageUuid, status: "accepted" })
      assert.lengthOf(heard, 1)
      assert.deepInclude(heard[0], { method: "POST", path: "/v1/messages" })
      assert.deepStrictEqual(sent(heard[0]!), {
        channel: "sms",
        message_type: "text",
        text: message.body,
        to: "13035550199",
        from: "12025550100",
        client_ref: message.attemptId,
        webhook_url: `${publicUrl}/api/v1/webhooks/vonage/status?attempt=${message.attemptId}`,
        webhook_version: "v1"
      })
    })
  )

  it.live("signs each request for the application, and never shows the secret", () =>
    Effect.gen(function* () {
      const { heard, url } = yield* server(accepting)
      const telephony = yield* adapter(url)
      yield* telephony.messages.send(outbound())
      yield* telephony.messages.send(outbound())
      for (const { headers } of heard) {
        const [header = "", claims = "", signature = ""] = (headers.authorization ?? "")
          .replace("Bearer ", "")
          .split(".")
        const isRight = verify(
          "sha256",
          Buffer.from(`${header}.${claims}`),
          Support.keys.publicKey,
          Buffer.from(signature, "base64url")
        )
        assert.isTrue(isRight)
        assert.deepInclude(JSON.parse(Buffer.from(claims, "base64url").toString("utf8")), {
          application_id: Support.applicationId
        })
      }
    })
  )

  it.live("sends one attachment by its type, with the text as its caption", () =>
    Effect.gen(function* () {
      const { heard, url } = yield* server(accepting)
      const telephony = yield* adapter(url)
      const picture = "https://files.example.com/ü.png?x=1&y_Z=2"
      const card = "https://files.example.com/dr.vcf"
      yield* telephony.messages.send(outbound({ mediaUrls: [picture] }))
      yield* telephony.messages.send(outbound({ mediaUrls: [card], body: "" }))
      const [first, second] = heard.map(sent)
      assert.deepInclude(first, {
        channel: "mms",
        message_type: "image",
        image: { url: picture, caption: outbound().body }
      })
      assert.deepInclude(second, { channel: "mms", message_type: "vcard", vcard: { url: card } })
    })
  )

  it.live("sends several attachments as one message, with the text on the first", () =>
    Effect.gen(function* () {
      const { heard, url } = yield* server(accepting)
      const telephony = yield* adapter(url)
      const mediaUrls = ["https://files.example.com/a.png", "https://files.example.com/b.pdf"]
      yield* telephony.messages.send(outbound({ mediaUrls, body: "two" }))
      assert.deepInclude(sent(heard[0]!), {
        channel: "mms",
        message_type: "content",
        content: [
          { type: "image", url: mediaUrls[0], caption: "two" },
          { type: "file", url: mediaUrls[1] }
        ]
      })
    })
  )

  it.live.each(["GSM 7: @£$¥èéù {}[]~€", "क्या हाल है 👩‍⚕️", "a".repeat(3200), " blanks \n kept "])(
    "brings the text as it was written (%#)",
    (body) =>
      Effect.gen(function* () {
        const { heard, url } = yield* server(accepting)
        const telephony = yield* adapter(url)
        yield* telephony.messages.send(outbound({ body }))
        assert.strictEqual(sent(heard[0]!).text, body)
      })
  )

  it.live("leaves an attempt that is too long for a reference to the callback", () =>
    Effect.gen(function* () {
      const { heard, url } = yield* server(accepting)
      const telephony = yield* adapter(url)
      const attemptId = "x".repeat(101) as AttemptId
      yield* telephony.messages.send(outbound({ attemptId }))
      assert.notProperty(sent(heard[0]!), "client_ref")
      assert.include(String(sent(heard[0]!).webhook_url), attemptId)
    })
  )
})

describe("What the adapter can do", () => {
  it.effect("follows from whether Reports may be asked", () =>
    Effect.gen(function* () {
      const without = yield* adapter("https://api.nexmo.com", { reportsLookup: false })
      assert.deepInclude(without.capabilities.messages, { find: "none", status: "none", findAfterMillis: null })
      const attempt = Support.lost(outbound())
      for (const looked of [without.messages.find(attempt), without.messages.status(messageUuid)]) {
        assert.strictEqual(
          (yield* Effect.flip<unknown, { reason: { _tag: string } }, never>(looked)).reason._tag,
          "Unsupported"
        )
      }
      const withReports = VonageTelephony.capabilities({ reportsLookup: true })
      assert.deepInclude(withReports.messages, { find: "by_reference", status: "by_id", findAfterMillis: null })
    })
  )
})

const record = (change: Readonly<Record<string, unknown>>) => ({
  account_id: Support.apiKey,
  message_id: messageUuid,
  client_ref: "a",
  direction: "outbound",
  from: "12025550100",
  to: "13035550199",
  error_code: "0",
  ...change
})
const reporting = (...records: ReadonlyArray<unknown>) =>
  json(200, { request_status: "SUCCESS", items_count: records.length, product: "MESSAGES", records })

const startedAt = DateTime.makeUnsafe("2026-03-02T09:30:00.900Z")

describe("Looking in Reports", () => {
  it.live("finds a lost text by its reference, in the day that it was sent", () =>
    Effect.gen(function* () {
      const attempt = Support.lost(outbound(), startedAt)
      const { heard, url } = yield* server(
        reporting(record({ client_ref: "another" }), record({ client_ref: attempt.attemptId, status: "delivered" }))
      )
      const telephony = yield* adapter(url)
      const found = yield* telephony.messages.find(attempt)
      assert.deepStrictEqual(found, { _tag: "Found", providerMessageId: messageUuid, status: "delivered" })
      const [{ headers, method, path, query }] = heard as [Support.Heard]
      assert.strictEqual(`${method} ${path}`, "GET /v2/reports/records")
      assert.deepStrictEqual(Object.fromEntries(query), {
        product: "MESSAGES",
        account_id: Support.apiKey,
        direction: "outbound",
        to: "13035550199",
        date_start: "2026-03-02T09:25:00Z",
        date_end: "2026-03-03T09:25:00Z"
      })
      assert.strictEqual(headers.authorization, `Basic ${btoa(`${Support.apiKey}:${Support.apiSecret}`)}`)
    })
  )

  it.live.each([
    reporting(),
    reporting(record({}), record({ client_ref: undefined }), record({ message_id: undefined }))
  ])("never says that a text is absent (%#)", (answer) =>
    Effect.gen(function* () {
      const { url } = yield* server(answer)
      const telephony = yield* adapter(url)
      const found = yield* telephony.messages.find(Support.lost(outbound(), startedAt))
      assert.strictEqual(found._tag, "CannotTell")
    })
  )

  it.live("reads on to the next pages, and not for ever", () =>
    Effect.gen(function* () {
      const attempt = Support.lost(outbound())
      let pages = 0
      const { heard, url } = yield* server((response) => {
        pages++
        const records = pages === 3 ? [record({ client_ref: attempt.attemptId })] : []
        json(200, { request_status: "TRUNCATED", cursor: `cursor-${pages}`, iv: "iv", records })(response)
      })
      const telephony = yield* adapter(url)
      assert.deepInclude(yield* telephony.messages.find(attempt), { _tag: "Found", status: "accepted" })
      assert.deepStrictEqual(
        heard.map(({ query }) => query.get("cursor")),
        [null, "cursor-1", "cursor-2"]
      )
      assert.strictEqual((yield* telephony.messages.find(attempt))._tag, "CannotTell")
      assert.strictEqual(pages, 8)
    })
  )

  it.live("tells the status of one message by its id", () =>
    Effect.gen(function* () {
      const { heard, url } = yield* server(reporting(record({ status: "rejected", error_code: "1240" })))
      const telephony = yield* adapter(url)
      assert.deepStrictEqual(yield* telephony.messages.status(messageUuid), {
        status: "failed",
        failureReason: "recipient_opted_out",
        errorCode: "1240"
      })
      assert.strictEqual(heard[0]!.query.get("id"), messageUuid)
      assert.isNull(heard[0]!.query.get("to"))
    })
  )

  it.live("does not find what it does not show, and asks nobody for what is no id", () =>
    Effect.gen(function* () {
      const { heard, url } = yield* server(reporting())
      const telephony = yield* adapter(url)
      for (const id of ["", "SM1", "../../v1/messages", messageUuid]) {
        const error = yield* Effect.flip(telephony.messages.status(id))
        assert.strictEqual(error.reason._tag, "NotFound")
      }
      assert.lengthOf(heard, 1)
    })
  )

  it.live.each<[string, number, unknown, string]>([
    ["credentials that are unknown", 401, Support.problem("#unathorized"), "Unauthorised"],
    ["a limit", 429, Support.problem("#rate-limit"), "RateLimited"],
    ["an error of Vonage's", 500, {}, "Unavailable"],
    ["no report", 200, {}, "Unavailable"],
    ["no object", 200, "sorry", "Unavailable"],
    ["nothing", 200, null, "Unavailable"]
  ])("that meets %s fails", ([, status, body, tag]) =>
    Effect.gen(function* () {
      const { url } = yield* server(json(status, body))
      const telephony = yield* adapter(url)
      const find = yield* Effect.flip(telephony.messages.find(Support.lost(outbound())))
      const known = yield* Effect.flip(telephony.messages.status(messageUuid))
      assert.deepStrictEqual([find.reason._tag, known.reason._tag], [tag, tag])
    })
  )
})

const NOW = DateTime.toEpochMillis(startedAt)
const payload = {
  channel: "sms",
  message_uuid: messageUuid,
  to: "12025550100",
  from: "13035550199",
  timestamp: "2026-03-02T09:30:00Z",
  text: "Hello"
}

describe("A webhook at the adapter", () => {
  it.effect("brings the event, and the account", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOW)
      const telephony = yield* adapter("https://api.nexmo.com")
      const sms = yield* telephony.webhooks.receive("sms", Support.webhook(payload, NOW))
      assert.strictEqual(sms.account, Support.apiKey)
      assert.deepInclude(sms.events[0], { _tag: "MessageReceived", from: "+13035550199" as Contact.Contact })
      const report = { ...payload, status: "delivered", text: undefined }
      const target = "/api/v1/webhooks/vonage/status?attempt=a-1"
      const status = yield* telephony.webhooks.receive("status", Support.webhook(report, NOW, { target }))
      assert.deepInclude(status.events[0], { _tag: "DeliveryReported", attemptId: "a-1" as AttemptId })
      assert.deepStrictEqual(telephony.webhooks.reply("sms"), { status: 200, headers: {}, body: "" })
    })
  )

  it.effect(
    "of another channel is kept for an address there; a report of one, or an unknown status, brings nothing",
    () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(NOW)
        const telephony = yield* adapter("https://api.nexmo.com")
        const text = yield* telephony.webhooks.receive("sms", Support.webhook({ ...payload, channel: "whatsapp" }, NOW))
        assert.match(JSON.stringify(text.events), /"to":"whatsapp:\+/)
        for (const [kind, change] of [
          ["status", { channel: "rcs", status: "delivered" }],
          ["status", { status: "teleported" }]
        ] as const) {
          const { events } = yield* telephony.webhooks.receive(kind, Support.webhook({ ...payload, ...change }, NOW))
          assert.deepStrictEqual(events, [])
        }
      })
  )

  it.effect("is judged by the clock", () =>
    Effect.gen(function* () {
      const telephony = yield* adapter("https://api.nexmo.com")
      const receive = telephony.webhooks.receive("sms", Support.webhook(payload, NOW))
      yield* TestClock.setTime(NOW + MAX_AGE_MILLIS - 1000)
      yield* receive
      yield* TestClock.setTime(NOW + MAX_AGE_MILLIS + 1000)
      assert.strictEqual((yield* Effect.flip(receive)).reason._tag, "InvalidSignature")
    })
  )

  it.effect("that is right and cannot be read is malformed", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOW)
      const telephony = yield* adapter("https://api.nexmo.com")
      const signed = Support.webhook(payload, NOW)
      const requests = [
        Support.webhook("not JSON", NOW),
        Support.webhook({ ...payload, message_uuid: undefined }, NOW),
        Support.webhook({ ...payload, to: "" }, NOW),
        { ...signed, method: "GET" },
        { ...signed, headers: { ...signed.headers, "content-type": "text/plain" } },
        { ...signed, headers: { ...signed.headers, "content-type": undefined } }
      ]
      for (const request of requests) {
        const error = yield* Effect.flip(telephony.webhooks.receive("sms", request))
        assert.strictEqual(error.reason._tag, "MalformedWebhook")
      }
      const report = yield* Effect.flip(telephony.webhooks.receive("status", signed))
      assert.strictEqual(report.reason._tag, "MalformedWebhook")
    })
  )

  it.effect("that is not signed comes again, and one that is forged does not", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOW)
      const telephony = yield* adapter("https://api.nexmo.com")
      const signed = Support.webhook(payload, NOW)
      const unsigned = { ...signed, headers: { ...signed.headers, authorization: undefined } }
      const tampered = { ...signed, body: new TextEncoder().encode("{}") }
      const first = yield* Effect.flip(telephony.webhooks.receive("sms", unsigned))
      const second = yield* Effect.flip(telephony.webhooks.receive("sms", tampered))
      assert.deepStrictEqual([first.reason._tag, second.reason._tag], ["Unverifiable", "InvalidSignature"])
    })
  )
})
