/** What the host tells browsers, and how much it takes from whom. */
import { Optional } from "@careline/ports"
import { Intake, Voice } from "@careline/application"

import * as Memory from "@careline/testkit"
import { signTwilioWebhook } from "@careline/testkit/simulators"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { defaultHttpOptions, type HttpOptions, issueToken, makeApp } from "../src/index.ts"
import { accountSid, authToken, authenticate, publicUrl, secret, twilio } from "./twilioLine.ts"

const world = Layer.mergeAll(Intake.layer, Optional.absent(Voice), twilio).pipe(Layer.provideMerge(Memory.layer))

interface Asked extends Omit<RequestInit, "headers"> {
  readonly address?: string
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** A host behind one proxy, by the clock of the test. */
const hosted = Effect.fnUntraced(function* (options: Partial<HttpOptions> = {}) {
  const context = yield* Effect.provide(Effect.context<Layer.Success<typeof world>>(), yield* Layer.build(world))
  const app = makeApp(
    { runPromiseExit: (effect, run) => Effect.runPromiseExitWith(context)(effect, run) },
    authenticate,
    null,
    { ...defaultHttpOptions, proxies: 1, ...options }
  )
  return (path: string, { address = "198.51.100.7", headers, token, ...init }: Asked = {}) =>
    Effect.promise(async () =>
      app.request(path, {
        ...init,
        headers: {
          "x-forwarded-for": address,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...headers
        }
      })
    )
})

const adminToken = (sub: string) => issueToken(secret, { sub, roles: ["SYSTEM_ADMIN"] }, { expiresIn: "2h" })

const text = (sid: number): Asked => {
  const url = `${publicUrl}/api/v1/webhooks/twilio/sms`
  const parameters = {
    AccountSid: accountSid,
    MessageSid: `SM${String(sid).padStart(32, "0")}`,
    From: "+13035550123",
    To: "+12025550100",
    Body: "Hello",
    NumMedia: "0"
  }
  return {
    method: "POST",
    body: new URLSearchParams(parameters).toString(),
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": signTwilioWebhook(authToken, url, Object.entries(parameters))
    }
  }
}

describe("How much is taken from whom", () => {
  it.effect("is counted by address, and an address that asked too often is told when to come again", () =>
    Effect.gen(function* () {
      const ask = yield* hosted({ requestsPerAddress: 3 })
      for (let request = 0; request < 3; request++) assert.strictEqual((yield* ask("/healthz")).status, 200)
      const refused = yield* ask("/healthz")
      assert.strictEqual(refused.status, 429)
      assert.strictEqual(refused.headers.get("content-type"), "application/problem+json")
      assert.isAtLeast(Number(refused.headers.get("retry-after")), 1)
      assert.strictEqual(refused.headers.get("x-content-type-options"), "nosniff")
      assert.strictEqual((yield* ask("/healthz", { address: "198.51.100.8" })).status, 200)
      // What stands before the proxy's own entry anybody may have written.
      assert.strictEqual((yield* ask("/healthz", { address: "203.0.113.1, 198.51.100.7" })).status, 429)
    }).pipe(Effect.scoped)
  )

  it.effect("is counted by the network of an IPv6 address", () =>
    Effect.gen(function* () {
      const ask = yield* hosted({ requestsPerAddress: 1 })
      assert.strictEqual((yield* ask("/healthz", { address: "2001:db8::1" })).status, 200)
      assert.strictEqual((yield* ask("/healthz", { address: "2001:db8:0:0:ffff::2" })).status, 429)
      assert.strictEqual((yield* ask("/healthz", { address: "[2001:0DB8::9]:443" })).status, 429)
      assert.strictEqual((yield* ask("/healthz", { address: "2001:db8:0:1::1" })).status, 200)
      assert.strictEqual((yield* ask("/healthz", { address: "203.0.113.9:51234" })).status, 200)
      assert.strictEqual((yield* ask("/healthz", { address: "::ffff:203.0.113.9" })).status, 429)
    }).pipe(Effect.scoped)
  )

  it.effect("is counted by user, whichever token and address they come with", () =>
    Effect.gen(function* () {
      const ask = yield* hosted({ requestsPerUser: 2 })
      const statuses: Array<number> = []
      for (const address of ["198.51.100.1", "198.51.100.2", "198.51.100.3"]) {
        statuses.push((yield* ask("/api/v1/phone-numbers", { address, token: yield* adminToken("busy") })).status)
      }
      assert.deepStrictEqual(statuses, [200, 200, 429])
      assert.strictEqual((yield* ask("/api/v1/phone-numbers", { token: yield* adminToken("calm") })).status, 200)
    }).pipe(Effect.scoped)
  )

  it.effect("is everything that a provider signed", () =>
    Effect.gen(function* () {
      const ask = yield* hosted({ requestsPerAddress: 1 })
      yield* ask("/healthz")
      assert.strictEqual((yield* ask("/healthz")).status, 429)
      for (let sid = 0; sid < 20; sid++) {
        assert.strictEqual((yield* ask("/api/v1/webhooks/twilio/sms", text(sid))).status, 200)
      }
    }).pipe(Effect.scoped)
  )
})

describe("What browsers are told", () => {
  it.effect("keeps answers out of pages, frames and caches", () =>
    Effect.gen(function* () {
      const ask = yield* hosted({ isHttps: true })
      const { headers } = yield* ask("/api/v1/phone-numbers", { token: yield* adminToken("admin") })
      assert.strictEqual(headers.get("x-content-type-options"), "nosniff")
      assert.strictEqual(headers.get("referrer-policy"), "no-referrer")
      assert.strictEqual(headers.get("x-frame-options"), "DENY")
      assert.strictEqual(headers.get("cache-control"), "no-store")
      assert.include(headers.get("content-security-policy") ?? "", "default-src 'none'")
      assert.include(headers.get("strict-transport-security") ?? "", "max-age=")
      const page = yield* ask("/docs")
      assert.include(page.headers.get("content-security-policy") ?? "", "default-src 'self'")
      const plain = yield* hosted()
      assert.isNull((yield* plain("/healthz")).headers.get("strict-transport-security"))
    }).pipe(Effect.scoped)
  )

  it.effect("lets no other origin's page in unless it is named", () =>
    Effect.gen(function* () {
      const origin = "https://app.clinic.example.com"
      const preflight = (from: string): Asked => ({
        method: "OPTIONS",
        headers: {
          origin: from,
          "access-control-request-method": "GET",
          "access-control-request-headers": "authorization"
        }
      })
      const allowed = (ask: Effect.Success<ReturnType<typeof hosted>>, from: string) =>
        Effect.map(ask("/api/v1/phone-numbers", preflight(from)), ({ headers }) =>
          headers.get("access-control-allow-origin")
        )
      assert.isNull(yield* allowed(yield* hosted(), origin))
      const open = yield* hosted({ corsOrigins: [origin] })
      assert.strictEqual(yield* allowed(open, origin), origin)
      assert.isNull(yield* allowed(open, "https://evil.example.com"))
    }).pipe(Effect.scoped)
  )
})

describe("A body", () => {
  it.effect("is JSON in UTF-8 and no larger than it may be, announced or not", () =>
    Effect.gen(function* () {
      const ask = yield* hosted()
      const token = yield* adminToken("admin")
      const post = (body: NonNullable<RequestInit["body"]>, type: string, more: { readonly duplex?: "half" } = {}) =>
        Effect.map(
          ask("/api/v1/external-threads", { method: "POST", token, body, headers: { "content-type": type }, ...more }),
          ({ status }) => status
        )
      assert.strictEqual(yield* post("{}", "application/json-patch+json"), 415)
      assert.strictEqual(yield* post("{}", "application/json; charset=utf-16"), 415)
      assert.strictEqual(yield* post(new Uint8Array([0x22, 0xff, 0x22]), "application/json"), 400)
      assert.strictEqual(yield* post("{}", "application/json; charset=utf-8"), 422)
      const endless = new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(16 * 1024)) })
      assert.strictEqual(yield* post(endless, "application/json", { duplex: "half" }), 413)
    }).pipe(Effect.scoped)
  )
})

describe("A token of the host's own", () => {
  it.effect("ends when it stays unused, and lasts while it is used", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.now())
      const ask = yield* hosted()
      const token = yield* adminToken("admin")
      const status = Effect.map(ask("/api/v1/phone-numbers", { token }), (response) => response.status)
      const statuses: Array<number> = [yield* status]
      for (const pause of ["29 minutes", "29 minutes", "31 minutes"] as const) {
        yield* TestClock.adjust(pause)
        statuses.push(yield* status)
      }
      assert.deepStrictEqual(statuses, [200, 200, 200, 401])
    }).pipe(Effect.scoped)
  )
})
