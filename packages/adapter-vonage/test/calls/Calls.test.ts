/** Calls, their files and their answers, over the real SDK: what leaves for Vonage, and what of it is believed. */
import type { CallId, CallPlan, PhoneNumber } from "@careline/domain"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect } from "effect"
import { TestClock } from "effect/testing"
import { adapter, claimsOf, json, server, tokenOf } from "../support.ts"

const conversation = "CON-aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"
const hook = "https://clinic.example.com/api/v1/webhooks/vonage"
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5)

const placed = {
  callId: "call-1" as CallId,
  from: "+12025550100" as CallPlan.CallerId,
  to: "+13035550166" as PhoneNumber.E164,
  ringSeconds: 600,
  maxSeconds: 3_600
}

const leg = (change: Readonly<Record<string, unknown>> = {}) => ({
  uuid: "leg",
  conversation_uuid: conversation,
  to: { type: "phone", number: "12025550100" },
  from: { type: "phone", number: "13035550177" },
  status: "completed",
  direction: "inbound",
  duration: "60",
  start_time: "2026-01-02 03:00:00",
  end_time: "2026-01-02 03:01:00",
  ...change
})

const listing = (...calls: ReadonlyArray<object>) =>
  json(200, { count: calls.length, page_size: 100, record_index: 0, _links: {}, _embedded: { calls } })

describe("A call that is placed", () => {
  it.effect("is asked for with our numbers as digits, and comes back under its own URLs", () =>
    Effect.gen(function* () {
      const { heard, url } = yield* server(
        json(201, { uuid: "leg", status: "started", conversation_uuid: conversation })
      )
      const telephony = yield* adapter(url)
      assert.deepStrictEqual(yield* telephony.calls.place(placed), { _tag: "Placed", providerCallId: conversation })
      const [request, ...others] = heard
      assert.isEmpty(others)
      assert.deepStrictEqual([request?.method, request?.path], ["POST", "/v1/calls"])
      assert.deepStrictEqual(JSON.parse(request?.body ?? ""), {
        to: [{ type: "phone", number: "13035550166" }],
        from: { type: "phone", number: "12025550100" },
        answer_url: [`${hook}/call?call=call-1&at=&after=answer`],
        answer_method: "POST",
        event_url: [`${hook}/call-status?call=call-1`],
        event_method: "POST",
        ringing_timer: 120,
        length_timer: 3_600
      })
    })
  )

  it.effect.each([
    { what: "a refusal", answer: json(400, { type: "BAD_REQUEST", error_title: "Bad Request" }), outcome: "Rejected" },
    { what: "a closed door", answer: json(401, { type: "UNAUTHORIZED" }), outcome: "Rejected" },
    { what: "a refusal of somebody else's", answer: json(400, { message: "canary" }), outcome: "Unknown" },
    { what: "a request to slow down", answer: json(429, {}), outcome: "Throttled" },
    { what: "a breakdown", answer: json(500, {}), outcome: "Unknown" },
    { what: "an answer without an id", answer: json(201, { uuid: "leg" }), outcome: "Unknown" },
    { what: "an id that is none", answer: json(201, { conversation_uuid: "../canary" }), outcome: "Unknown" }
  ])("that meets $what is $outcome", ({ answer, outcome }) =>
    Effect.gen(function* () {
      const { url } = yield* server(answer)
      const telephony = yield* adapter(url)
      assert.strictEqual((yield* telephony.calls.place(placed))._tag, outcome)
    })
  )
})

describe("A call that is asked for", () => {
  it.effect("is the leg that came in, whatever became of the other", () =>
    Effect.gen(function* () {
      const { heard, url } = yield* server(listing(leg({ direction: "outbound", status: "busy" }), leg()))
      const telephony = yield* adapter(url)
      assert.deepStrictEqual(yield* telephony.calls.status(conversation), { status: "completed", durationSeconds: 60 })
      assert.deepStrictEqual(
        [heard[0]?.query.get("conversation_uuid"), heard[0]?.query.get("order")],
        [conversation, "asc"]
      )
    })
  )

  it.effect("is not found among other calls, and is no other", () =>
    Effect.gen(function* () {
      const { url } = yield* server(listing(leg({ conversation_uuid: "CON-another" })))
      const telephony = yield* adapter(url)
      const { reason } = yield* Effect.flip(telephony.calls.status(conversation))
      assert.strictEqual(reason._tag, "NotFound")
    })
  )
})

describe("What Vonage received for us", () => {
  const from = DateTime.makeUnsafe("2026-01-02T03:00:30Z")
  const to = DateTime.makeUnsafe("2026-01-02T04:00:00Z")

  it.effect("is every call that came in and ended then, with how long it was", () =>
    Effect.gen(function* () {
      const { heard, url } = yield* server(
        listing(
          leg(),
          leg({ conversation_uuid: "CON-2", direction: "outbound" }),
          leg({ conversation_uuid: "CON-3", status: "answered", end_time: null }),
          leg({ conversation_uuid: "CON-4", end_time: "2026-01-02T05:00:00.000Z" }),
          leg({ conversation_uuid: "CON-5", from: { type: "phone" }, start_time: null, duration: "0" }),
          leg({ conversation_uuid: "CON-6", to: { type: "sip", uri: "sip:canary" } })
        )
      )
      const telephony = yield* adapter(url)
      const { records } = yield* telephony.history.between(from, to)
      const begin = { _tag: "CallReceived", to: "+12025550100" }
      assert.deepStrictEqual(records.map(({ at, event }) => [DateTime.formatIso(at), event]) as unknown, [
        ["2026-01-02T03:00:00.000Z", { ...begin, providerCallId: conversation, from: "+13035550177" }],
        ["2026-01-02T03:00:00.000Z", ended(conversation, "completed", 60)],
        ["2026-01-02T03:01:00.000Z", { ...begin, providerCallId: "CON-5", from: "anonymous" }],
        ["2026-01-02T03:01:00.000Z", ended("CON-5", "canceled", null)]
      ])
      assert.strictEqual(heard[0]?.query.get("date_start"), "2026-01-01T03:00:30.000Z")
    })
  )
})

const ended = (providerCallId: string, status: string, durationSeconds: number | null) => ({
  _tag: "CallReported",
  providerCallId,
  callId: null,
  report: { _tag: "Progressed", leg: "own", status, durationSeconds }
})

describe("A recording", () => {
  it.effect("is fetched with a token of the application", () =>
    Effect.gen(function* () {
      const { heard, url } = yield* server((response) =>
        response.writeHead(200, { "content-type": "audio/wav" }).end("RIFF")
      )
      const telephony = yield* adapter(url)
      const { bytes } = yield* telephony.recordings.fetch(`${url}/v1/files/aaaa-bbbb`, 100)
      assert.strictEqual(Buffer.from(bytes).toString(), "RIFF")
      assert.match(heard[0]?.headers.authorization ?? "", /^Bearer [\w-]+\.[\w-]+\.[\w-]+$/)
    })
  )

  it.effect.each([
    "https://api.nexmo.com.example.com/v1/files/a",
    "https://apinexmo.com/v1/files/a",
    "https://www.nexmo.com/v1/files/a",
    "https://api.nexmo.com@example.com/v1/files/a",
    "http://api.nexmo.com/v1/files/a",
    "https://api.nexmo.com/v1/files/../calls",
    "https://api.nexmo.com/v1/calls",
    "https://api.nexmo.com/v1/files/a?b=c"
  ])("is never asked for at %s", (url) =>
    Effect.gen(function* () {
      const { heard, url: apiBaseUrl } = yield* server(json(200, {}))
      const telephony = yield* adapter(apiBaseUrl)
      for (const fetch of [telephony.recordings.fetch, telephony.media.fetch]) {
        assert.strictEqual((yield* Effect.flip(fetch(url, 100))).reason._tag, "Refused")
      }
      assert.isEmpty(heard)
    })
  )
})

describe("A call that is announced by GET", () => {
  const parameters = `to=12025550100&from=13035550177&uuid=leg&conversation_uuid=${conversation}`
  const target = `/api/v1/webhooks/vonage/call?${parameters}`
  const bytes = (text: string) => new TextEncoder().encode(text)

  const receive = Effect.fnUntraced(function* (signed: string, body = "", asked = target) {
    yield* TestClock.setTime(NOW)
    const telephony = yield* adapter("http://127.0.0.1:1")
    const headers = { authorization: `Bearer ${tokenOf(claimsOf(bytes(signed), NOW))}` }
    return yield* telephony.webhooks.receive("call", { method: "GET", target: asked, headers, body: bytes(body) })
  })

  it.effect("is taken when its parameters are signed", () =>
    Effect.gen(function* () {
      const { events } = yield* receive(JSON.stringify(Object.fromEntries(new URLSearchParams(parameters))))
      assert.strictEqual(events[0]?._tag, "CallReceived")
    })
  )

  it.effect("is not taken with a token over its empty body, which covers none of its parameters", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(receive(""))).reason._tag, "InvalidSignature")
    })
  )

  it.effect("is not taken when a parameter comes twice, of which the token covers one", () =>
    Effect.gen(function* () {
      const signed = JSON.stringify(Object.fromEntries(new URLSearchParams(parameters)))
      const twice = target.replace("?", "?from=13035550178&")
      assert.strictEqual((yield* Effect.flip(receive(signed, "", twice))).reason._tag, "InvalidSignature")
    })
  )

  it.effect("is not taken with the signature of another webhook, though it brings that one's body along", () =>
    Effect.gen(function* () {
      const other = JSON.stringify({ status: "completed" })
      assert.strictEqual((yield* Effect.flip(receive(other, other))).reason._tag, "InvalidSignature")
    })
  )

  it.effect("is not taken with other parameters than those that are signed", () =>
    Effect.gen(function* () {
      const signed = JSON.stringify(Object.fromEntries(new URLSearchParams(parameters)))
      const forged = yield* Effect.flip(receive(signed, "", target.replace("13035550177", "13035550178")))
      assert.strictEqual(forged.reason._tag, "InvalidSignature")
    })
  )
})
