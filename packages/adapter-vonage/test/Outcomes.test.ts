/** What the adapter knows after a send that went wrong. */
import { SendOutcome } from "@careline/domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import type { ServerResponse } from "node:http"
import * as Support from "./support.ts"

const { adapter, json, messageUuid, outbound, problem, server } = Support

type Answer = (response: ServerResponse) => unknown

const send = (answer: Answer) =>
  Effect.gen(function* () {
    const { heard, url } = yield* server(answer)
    const telephony = yield* adapter(url)
    const startedAt = performance.now()
    const outcome = yield* telephony.messages.send(outbound())
    return { heard, outcome, millis: performance.now() - startedAt }
  })

const PROBLEM = { "content-type": "application/problem+json" }

/** Announces a body of this length, sends its beginning, and then nothing. */
const stalled =
  (status: number, begun: string, length?: number): Answer =>
  (response) => {
    const headers = length === undefined ? {} : { "content-length": String(length) }
    response.writeHead(status, { "content-type": "application/json", ...headers })
    response.write(begun)
  }

describe("A send to Vonage", () => {
  it.live.each<[number, unknown, SendOutcome.RejectionReason, string]>([
    [401, problem("#unathorized"), "unauthorised", "unathorized"],
    [402, problem("#low-balance"), "account_suspended", "low-balance"],
    [403, problem("#unprovisioned"), "unauthorised", "unprovisioned"],
    [404, { type: "https://developer.vonage.com/api-errors#not-found", title: "Not Found" }, "other", "not-found"],
    [422, problem("messages#1120"), "sender_not_allowed", "1120"],
    [422, problem("messages#1170"), "invalid_recipient", "1170"],
    [422, problem("messages#1150"), "other", "1150"],
    [422, { title: "1240" }, "recipient_opted_out", "1240"]
  ])("that is refused with %i is refused for good", ([status, body, reason, code]) =>
    Effect.gen(function* () {
      const { outcome } = yield* send(json(status, body, PROBLEM))
      assert.deepStrictEqual(outcome, { _tag: "Rejected", reason, code })
    })
  )

  it.live("that is throttled waits as long as Vonage says, if it says", () =>
    Effect.gen(function* () {
      const told = yield* send(json(429, problem("messages#1000"), { ...PROBLEM, "retry-after": "7" }))
      const untold = yield* send(json(429, {}))
      assert.deepStrictEqual(told.outcome, { _tag: "Throttled", retryAfterMillis: 7000 })
      assert.deepStrictEqual(untold.outcome, { _tag: "Throttled", retryAfterMillis: null })
    })
  )

  const unknown: ReadonlyArray<readonly [string, Answer]> = [
    ["an error of Vonage's", json(500, problem("#internal"), PROBLEM)],
    ["a gateway's page", (response) => response.writeHead(502, { "content-type": "text/html" }).end("<html>")],
    [
      "a refusal that is not Vonage's",
      (response) => response.writeHead(403, { "content-type": "text/html" }).end("no")
    ],
    ["a refusal without a code", json(422, { title: "Nope" })],
    ["a refusal of another form", json(422, { type: { toString: false }, title: ["1120"] })],
    ["a refusal longer than is read", json(422, { ...problem("messages#1120"), detail: "x".repeat(20_000) })],
    ["a page instead of an answer", (response) => response.writeHead(202, { "content-type": "text/html" }).end("ok")],
    ["an empty answer", (response) => response.writeHead(202, { "content-type": "application/json" }).end()],
    ["an answer cut off", (response) => response.writeHead(202, { "content-type": "application/json" }).end('{"messa')],
    ["an answer without an id", json(202, { workflow_id: "w" })],
    ["an answer with an id that is none", json(202, { message_uuid: "1" })],
    ["an answer of nothing", json(202, null)],
    ["a lost connection", (response) => response.socket?.destroy()],
    ["silence", () => null],
    ["a timeout of a proxy's", json(408, problem("messages#1120"))]
  ]
  it.live.each(unknown)("is not known to have arrived after %s, and is not tried twice", ([, answer]) =>
    Effect.gen(function* () {
      const { heard, outcome } = yield* send(answer)
      assert.strictEqual(outcome._tag, "Unknown")
      assert.isFalse(SendOutcome.isSafeToRetry(outcome))
      assert.lengthOf(heard, 1)
    })
  )

  it.live.each<[string, Answer, string]>([
    ["an answer of known length", stalled(202, `{"message_uuid":"${messageUuid}"`, 100), "Unknown"],
    ["an answer of unknown length", stalled(202, `{"message_uuid":"${messageUuid}"`), "Unknown"],
    ["a refusal", stalled(422, '{"type":"', 100), "Unknown"],
    ["an error", stalled(500, ""), "Unknown"],
    ["a limit", stalled(429, ""), "Throttled"]
  ])("does not wait for the end of %s for ever", ([, answer, tag]) =>
    Effect.gen(function* () {
      const { millis, outcome } = yield* send(answer)
      assert.strictEqual(outcome._tag, tag)
      assert.isBelow(millis, 10 * Support.TIMEOUT_MILLIS)
    })
  )

  it.live.each([301, 302, 303, 307, 308])("does not follow a redirect (%i)", (status) =>
    Effect.gen(function* () {
      const elsewhere = yield* server(Support.accepting)
      const { heard, outcome } = yield* send((response) =>
        response.writeHead(status, { location: `${elsewhere.url}/v1/messages` }).end()
      )
      assert.deepStrictEqual(outcome, { _tag: "Unknown", detail: `HTTP ${status}` })
      assert.lengthOf(heard, 1)
      assert.isEmpty(elsewhere.heard)
    })
  )

  it.live("that nobody can be named for, or nobody listens to, was not sent", () =>
    Effect.gen(function* () {
      for (const [url, detail] of [
        [yield* Support.deserted, "ECONNREFUSED"],
        ["http://vonage.invalid", "ENOTFOUND"]
      ] as const) {
        const telephony = yield* adapter(url, { timeoutMillis: 5_000 })
        const outcome = yield* telephony.messages.send(outbound())
        // A resolver may say "try again" for a name that cannot exist.
        assert.oneOf(outcome._tag === "NotSent" && outcome.detail, [detail, "EAI_AGAIN"])
      }
    })
  )

  it.live("with a key that cannot sign was not sent", () =>
    Effect.gen(function* () {
      const { heard, url } = yield* server(Support.accepting)
      const telephony = yield* adapter(url, { privateKey: Redacted.make("canary") })
      const outcome = yield* telephony.messages.send(outbound())
      assert.deepStrictEqual(outcome, { _tag: "NotSent", detail: "the SDK cannot be used" })
      assert.isEmpty(heard)
    })
  )
})
