/** What the host refuses is on record, and what nobody signed is taken only so often. */
import { Optional } from "@careline/ports"
import { Intake, Voice } from "@careline/application"
import * as Memory from "@careline/testkit"
import { signTwilioWebhook } from "@careline/testkit/simulators"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, References } from "effect"
import type { LogLevel } from "effect"
import { defaultHttpOptions, type HttpOptions, makeApp } from "../src/index.ts"
import { accountSid, authToken, authenticate, publicUrl, tokenOf, twilio } from "./twilioLine.ts"

interface Line {
  readonly message: string
  readonly annotations: Readonly<Record<string, unknown>>
}

/** A host that logs what it says from a level on, and how to ask it. */
const hosted = Effect.fnUntraced(function* (options: Partial<HttpOptions> = {}, level: LogLevel.LogLevel = "Info") {
  const lines: Array<Line> = []
  const world = Layer.mergeAll(Intake.layer, Optional.absent(Voice), twilio).pipe(
    Layer.provideMerge(Memory.layer),
    Layer.provideMerge(
      Layer.mergeAll(
        Logger.layer([Logger.map(Logger.formatJson, (text) => void lines.push(JSON.parse(text)))]),
        Layer.succeed(References.MinimumLogLevel, level)
      )
    )
  )
  const context = yield* Layer.build(world)
  const app = makeApp(
    { runPromiseExit: (effect, run) => Effect.runPromiseExitWith(context)(effect, run) },
    authenticate,
    null,
    { ...defaultHttpOptions, proxies: 1, ...options }
  )
  const ask = (path: string, token: string | null, init: RequestInit = {}, address = "198.51.100.7") =>
    Effect.promise(async () =>
      app.request(path, {
        ...init,
        headers: {
          "x-forwarded-for": address,
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(init.headers as Record<string, string> | undefined)
        }
      })
    )
  const refusals = () => lines.filter(({ message }) => message === "A request was refused")
  return { ask, refusals, lines }
})

let sequence = 0
const text = (signedWith: string): RequestInit => {
  const form: ReadonlyArray<[string, string]> = [
    ["AccountSid", accountSid],
    ["MessageSid", `SM${String(++sequence).padStart(32, "0")}`],
    ["From", "+13035550123"],
    ["To", "+12025550100"],
    ["Body", "canary words"]
  ]
  return {
    method: "POST",
    body: new URLSearchParams([...form]).toString(),
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": signTwilioWebhook(signedWith, `${publicUrl}/api/v1/webhooks/twilio/sms`, form)
    }
  }
}

const WEBHOOK = "/api/v1/webhooks/twilio/sms"

describe("What is refused", () => {
  it.effect("stands in the log: who, what and why, by the id of the request, and nothing that was asked for", () =>
    Effect.gen(function* () {
      const { ask, lines, refusals } = yield* hosted({ requestsPerUser: 2 })
      const nurse = yield* tokenOf("nurse", ["CLINICIAN"], ["north"])
      const id = "canary-0123"
      const stranger = yield* ask("/api/v1/external-threads?contactName=canary", null)
      yield* ask("/api/v1/audit-log", nurse)
      yield* ask(`/api/v1/external-threads/${id}`, nurse)
      const busy = yield* ask("/api/v1/external-threads", nurse)
      assert.strictEqual(busy.status, 429)
      assert.deepStrictEqual(
        refusals().map(({ annotations }) => [annotations.operation, annotations.status, annotations.user]),
        [
          ["listThreads", 401, undefined],
          ["listAuditLog", 403, "nurse"],
          ["getThread", 404, "nurse"],
          ["listThreads", 429, undefined]
        ]
      )
      const [first] = refusals()
      assert.strictEqual(first!.annotations.requestId, stranger.headers.get("x-request-id"))
      assert.strictEqual(first!.annotations.address, "198.51.100.7")
      assert.notInclude(JSON.stringify(lines), "canary")
    }).pipe(Effect.scoped)
  )

  it.effect("is silent where the level says so", () =>
    Effect.gen(function* () {
      const { ask, lines } = yield* hosted({}, "Error")
      assert.strictEqual((yield* ask("/api/v1/external-threads", null)).status, 401)
      assert.isEmpty(lines)
    }).pipe(Effect.scoped)
  )

  it.effect("is told of once a minute when a stranger asks again and again", () =>
    Effect.gen(function* () {
      const { ask, refusals } = yield* hosted()
      for (let request = 0; request < 50; request++) yield* ask("/api/v1/external-threads", null)
      assert.lengthOf(refusals(), 1)
    }).pipe(Effect.scoped)
  )
})

describe("Webhooks that nobody signed", () => {
  it.effect("are refused after so many from one address, and the signed ones from there are taken", () =>
    Effect.gen(function* () {
      const { ask, refusals } = yield* hosted({ unsignedPerAddress: 3 })
      const statuses: Array<number> = []
      for (let webhook = 0; webhook < 5; webhook++) {
        statuses.push((yield* ask(WEBHOOK, null, text("another token"))).status)
      }
      assert.deepStrictEqual(statuses, [403, 403, 403, 429, 429])
      const refused = yield* ask(WEBHOOK, null, { method: "POST" })
      assert.isAtLeast(Number(refused.headers.get("retry-after")), 1)
      assert.strictEqual((yield* ask(WEBHOOK, null, text(authToken))).status, 200)
      assert.strictEqual((yield* ask(WEBHOOK, null, text("another token"), "198.51.100.8")).status, 403)
      const told = refusals().map(({ annotations }) => [annotations.operation, annotations.status, annotations.address])
      assert.deepStrictEqual(told, [
        ["webhook.sms", 403, "198.51.100.7"],
        ["webhook", 429, "198.51.100.7"],
        ["webhook.sms", 403, "198.51.100.8"]
      ])
      assert.deepInclude(refusals()[0]!.annotations, { provider: "twilio", count: 1 })
    }).pipe(Effect.scoped)
  )

  it.effect("count as well where no provider is, so that nobody fills the log with names of their own", () =>
    Effect.gen(function* () {
      const { ask, lines } = yield* hosted({ unsignedPerAddress: 3 })
      const statuses: Array<number> = []
      for (let webhook = 0; webhook < 5; webhook++) {
        statuses.push((yield* ask(`/api/v1/webhooks/canary${webhook}/sms`, null, { method: "POST" })).status)
      }
      assert.deepStrictEqual(statuses, [501, 501, 501, 429, 429])
      assert.deepStrictEqual(
        lines.map(({ annotations }) => annotations.status),
        [501, 429]
      )
      assert.notInclude(JSON.stringify(lines), "canary")
    }).pipe(Effect.scoped)
  )

  it.effect("get the greeting as a fallback, which is no secret, and that only so often", () =>
    Effect.gen(function* () {
      const { ask } = yield* hosted({ unsignedPerAddress: 2 })
      const statuses: Array<number> = []
      for (let call = 0; call < 4; call++) {
        statuses.push((yield* ask("/api/v1/webhooks/twilio/fallback", null, { method: "POST" })).status)
      }
      assert.deepStrictEqual(statuses, [200, 200, 429, 429])
    }).pipe(Effect.scoped)
  )
})
