/** The HTTP surface, through `app.request`: what clients and providers meet. */
import { Intake, Limits, processInbound, Voice } from "@careline/application"
import { Broadcaster, Optional } from "@careline/ports"
import * as Memory from "@careline/testkit"
import { signTwilioWebhook } from "@careline/testkit/simulators"
import { Effect, Exit, Layer, Redacted, Scope } from "effect"
import type { Hono } from "hono"
import { SignJWT } from "jose"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { until } from "../../../test/support/host.ts"
import { makeApp, openApiDocument, type Role } from "../src/index.ts"
import {
  accountSid,
  addLine,
  type Answer,
  ask,
  authenticate,
  authToken,
  overrideReason,
  publicUrl,
  secret,
  tokenOf,
  twilio
} from "./twilioLine.ts"

const line = "+12025550100"
const contact = "+13035550123"

let app: Hono
const closing = new AbortController()
let scope: Scope.Closeable
let run: <A>(effect: Effect.Effect<A, unknown, any>) => Promise<A>

const world = Layer.mergeAll(Intake.layer, Optional.absent(Voice), twilio).pipe(Layer.provideMerge(Memory.layer))

const token = (roles: ReadonlyArray<Role>, siteGroupingIds: ReadonlyArray<string> = [], sub = "user-1") =>
  Effect.runPromise(tokenOf(sub, roles, siteGroupingIds))

let admin: string
let nurse: string
let stranger: string

beforeAll(async () => {
  scope = await Effect.runPromise(Scope.make())
  const context = await Effect.runPromise(Layer.buildWithScope(world, scope))
  app = makeApp(
    {
      runPromiseExit: (effect, options) => Effect.runPromiseExitWith(context)(effect, options),
      closing: closing.signal
    },
    authenticate
  )
  run = (effect) => Effect.runPromiseWith(context)(effect as Effect.Effect<never>)
  admin = await token(["SYSTEM_ADMIN"])
  nurse = await token(["CLINICIAN"], ["north"])
  stranger = await token(["SITE_ADMIN"], ["south"])
  await addLine(app, admin, line, "north", "Front desk")
})
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

const call = (
  bearer: string | null,
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>
) => ask(app, bearer, method, path, body, headers)

let sequence = 0
const webhook = (
  words: string,
  options: { readonly prefix?: string; readonly sid?: string; readonly token?: string; readonly to?: string } = {}
) => {
  const path = `${options.prefix ?? "/api/v1/webhooks"}/twilio/sms`
  const form: ReadonlyArray<[string, string]> = [
    ["AccountSid", accountSid],
    ["MessageSid", options.sid ?? `SM${(++sequence).toString(16).padStart(32, "0")}`],
    ["From", contact],
    ["To", options.to ?? line],
    ["Body", words]
  ]
  return app.request(path, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": signTwilioWebhook(options.token ?? authToken, publicUrl + path, form)
    },
    body: new URLSearchParams(form).toString()
  })
}

describe("The reconciliation of numbers", () => {
  const path = "/phone-numbers/reconciliation"

  it("says which provider did not answer, and what could not be done, to who administers everything", async () => {
    const found = await call(admin, "GET", path)
    assert.strictEqual(found.status, 200)
    assert.deepStrictEqual(found.body, {
      providers: [
        {
          provider: "twilio",
          status: "unavailable",
          reason: "Unavailable",
          oursOnly: [],
          theirsOnly: [],
          misconfigured: []
        }
      ]
    })
    const repaired = await call(admin, "POST", path, { adopt: [line] })
    assert.deepStrictEqual(repaired.body, {
      configured: [],
      adopted: [],
      suspended: [],
      retired: [],
      failed: [{ number: line, reason: "NotFound" }]
    })
  })

  it("is nobody else's", async () => {
    for (const method of ["GET", "POST"]) assert.strictEqual((await call(stranger, method, path)).status, 403)
  })
})

describe("A webhook", () => {
  it("is answered with empty TwiML, a duplicate as well, under both paths", async () => {
    const sid = `SM${"a".repeat(32)}`
    // Whoever has looked before has what comes in from then on unread.
    await call(nurse, "GET", "/external-threads")
    for (const prefix of ["/api/v1/webhooks", "/api/webhooks", "/api/v1/webhooks"]) {
      const response = await webhook("Is the clinic open?", { sid, prefix })
      assert.strictEqual(response.status, 200)
      assert.match(await response.text(), /<Response\/>$/)
    }
    await run(processInbound())
    const { body } = await call(nurse, "GET", "/external-threads")
    assert.strictEqual(body.items.length, 1)
    assert.deepInclude(body.items[0], {
      externalContact: contact,
      unreadCount: 1,
      phoneNumber: line,
      siteGroupingId: "north"
    })
  })

  it("is refused with 403 when its signature is wrong, and says nothing of what it was", async () => {
    const response = await webhook("Canary words", { token: "wrong" })
    assert.strictEqual(response.status, 403)
    assert.include(response.headers.get("content-type"), "application/problem+json")
    assert.notInclude(await response.text(), "Canary")
    assert.strictEqual((await app.request("/api/v1/webhooks/twilio/sms", { method: "POST", body: "a=b" })).status, 403)
  })

  it("of a provider that is not configured comes again, and one that is too large is 413", async () => {
    assert.strictEqual((await app.request("/api/v1/webhooks/pigeon/sms", { method: "POST" })).status, 501)
    const large = await app.request("/api/v1/webhooks/twilio/sms", { method: "POST", body: "a".repeat(70_000) })
    assert.strictEqual(large.status, 413)
  })

  it("to a number that is in no pool is kept, answered 2xx, and shown to administrators", async () => {
    assert.strictEqual((await webhook("Lost", { to: "+12025550199" })).status, 200)
    const { body } = await call(admin, "GET", "/parked-events")
    assert.strictEqual(body.items.length, 1)
    assert.deepInclude(body.items[0], { to: "+12025550199", from: contact, reason: "the number is not on record" })
    assert.strictEqual((await call(nurse, "GET", "/parked-events")).status, 403)
  })

  it.each(["72975", "rcs:harbor_clinic", `whatsapp:${line}`, "sip:line@clinic.example.com"])(
    "for %s, which is no number of ours, is kept and answered 2xx, and can be put away",
    async (to) => {
      assert.strictEqual((await webhook("For somebody", { to })).status, 200)
      const event = (await call(admin, "GET", "/parked-events")).body.items[0]
      assert.strictEqual(event.to, to)
      assert.strictEqual((await call(nurse, "POST", `/parked-events/${event.id}/dismiss`)).status, 403)
      assert.strictEqual((await call(admin, "POST", `/parked-events/${event.id}/retry`)).status, 404)
      assert.strictEqual((await call(admin, "POST", `/parked-events/${event.id}/dismiss`)).status, 204)
      assert.strictEqual((await call(admin, "POST", `/parked-events/${event.id}/dismiss`)).status, 404)
    }
  )
})

describe("Who calls", () => {
  it("needs a token that is signed, not expired, and has a role", async () => {
    const key = new TextEncoder().encode(Redacted.value(secret))
    const expired = await new SignJWT({ roles: ["CLINICIAN"] })
      .setProtectedHeader({ alg: "HS256" })
      .setSubject("x")
      .setExpirationTime(1)
      .sign(key)
    const endless = await new SignJWT({ roles: ["CLINICIAN"] })
      .setProtectedHeader({ alg: "HS256" })
      .setSubject("x")
      .sign(key)
    const unsigned = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from('{"sub":"x","roles":["SYSTEM_ADMIN"]}').toString("base64url")}.x`
    for (const bearer of [null, "junk", expired, endless, unsigned, `${admin}x`]) {
      const { headers, status, type } = await call(bearer, "GET", "/external-threads")
      assert.deepStrictEqual([status, type], [401, "application/problem+json"])
      assert.strictEqual(headers.get("www-authenticate"), "Bearer")
    }
    assert.strictEqual((await call(await token(["JANITOR" as Role]), "GET", "/external-threads")).status, 403)
  })

  it("sees threads of their own site groupings only, and cannot tell others from none", async () => {
    const [thread] = (await call(nurse, "GET", "/external-threads")).body.items
    assert.deepStrictEqual((await call(stranger, "GET", "/external-threads?view=all")).body.items, [])
    const foreign = await call(stranger, "GET", `/external-threads/${thread.id}`)
    const missing = await call(stranger, "GET", "/external-threads/nothing")
    assert.deepStrictEqual([foreign.status, foreign.body.title], [404, missing.body.title])
    assert.strictEqual(
      (await call(stranger, "POST", `/external-threads/${thread.id}/messages`, { content: "hi" })).status,
      404
    )
    assert.deepStrictEqual((await call(stranger, "GET", "/phone-numbers")).body.items, [])
    assert.strictEqual(
      (await call(stranger, "PUT", "/voip-settings?siteGroupingId=north", { voipEnabled: false })).status,
      404
    )
    assert.strictEqual(
      (await call(nurse, "PUT", "/voip-settings?siteGroupingId=north", { voipEnabled: false })).status,
      403
    )
  })
})

describe("The API", () => {
  it("adds a number once, and says what is wrong with one that is none", async () => {
    assert.strictEqual((await call(admin, "POST", "/phone-numbers", { number: line, overrideReason })).status, 409)
    for (const number of ["2025550100", "+1202", "junk"]) {
      const { body, status } = await call(admin, "POST", "/phone-numbers", { number })
      assert.strictEqual(status, 422)
      assert.include(body.detail, "E.164")
    }
    assert.strictEqual((await call(nurse, "POST", "/phone-numbers", { number: "+12025550101" })).status, 403)
  })

  it("adds a number with the provider that carries it, or with none", async () => {
    const carried = { number: "+12025550104", siteGroupingId: "north", provider: "twilio", overrideReason }
    const added = await call(admin, "POST", "/phone-numbers", carried)
    assert.deepInclude(added.body, { number: carried.number, provider: "twilio", providerSid: null })
    const { items } = (await call(admin, "GET", "/phone-numbers")).body
    const providerOf = (number: string) => items.find((item: { number: string }) => item.number === number)?.provider
    assert.strictEqual(providerOf(carried.number), "twilio")
    assert.isNull(providerOf(line))
    const stranger = await call(admin, "POST", "/phone-numbers", {
      ...carried,
      number: "+12025550106",
      provider: "pigeon"
    })
    assert.deepInclude(stranger, { status: 422 })
    assert.strictEqual(stranger.body.errors[0].pointer, "#/provider")
    const nameless = { ...carried, number: "+12025550105", provider: "" }
    assert.strictEqual((await call(admin, "POST", "/phone-numbers", nameless)).status, 422)
  })

  it("queues a message once for one idempotency key, and refuses it to who opted out, with the reason", async () => {
    const [thread] = (await call(nurse, "GET", "/external-threads")).body.items
    const path = `/external-threads/${thread.id}/messages`
    const first = await call(nurse, "POST", path, { content: "Yes, until five." }, { "idempotency-key": "k1" })
    assert.strictEqual(first.status, 202)
    assert.deepInclude(first.body, {
      content: "Yes, until five.",
      deliveryStatus: "queued",
      direction: "outbound",
      senderId: "user-1"
    })
    const again = await call(nurse, "POST", path, { content: "Yes, until five." }, { "idempotency-key": "k1" })
    assert.strictEqual(again.body.id, first.body.id)
    assert.strictEqual((await call(nurse, "POST", path, { content: "No." }, { "idempotency-key": "k1" })).status, 422)

    const encoded = encodeURIComponent(contact)
    const consent = await call(nurse, "PUT", `/contacts/${encoded}/consent?siteGroupingId=north`, {
      status: "opted_out"
    })
    assert.deepInclude(consent.body, { optedOut: true, source: "staff" })
    const refused = await call(nurse, "POST", path, { content: "Hello?" })
    assert.deepInclude(refused.body, { status: 409, reason: "recipient_opted_out" })
    await call(nurse, "PUT", `/contacts/${encoded}/consent`, { status: "opted_in" })
    assert.strictEqual((await call(nurse, "GET", `/contacts/${encoded}/consent`)).body.status, "opted_in")
  })

  it("changes the settings that are named, and leaves the rest", async () => {
    const path = "/voip-settings?siteGroupingId=north"
    const put = await call(admin, "PUT", path, {
      escalationTimerMinutes: 1.5,
      quietHours: { start: "20:00", end: "08:00" }
    })
    assert.deepInclude(put.body, { escalationTimerMinutes: 1.5, voipEnabled: true })
    const off = await call(admin, "PUT", path, { quietHours: null })
    assert.deepInclude(off.body, { quietHours: null, escalationTimerMinutes: 1.5 })
    for (const bad of [
      { escalationTimerMinutes: 0 },
      { escalationTimerMinutes: 0.9 },
      { autoReplyMessage: " \u200B" },
      { quietHours: { start: "21:00", end: "21:00" } },
      { escalationPhoneNumbers: ["+12025550187", "+12025550187"] },
      { escalationPhoneNumbers: [line] },
      { escalationPhoneNumbers: ["+19005550187"] },
      { escalationPhoneNumbers: ["+442071838750"] },
      { auto_reply_message: "We will answer soon." },
      { quietHours: { start: "25:00", end: "08:00" } },
      { escalationPhoneNumbers: ["911"] }
    ]) {
      const refused = await call(admin, "PUT", path, bad)
      assert.strictEqual(refused.status, 422)
      assert.match(refused.body.errors[0].pointer, new RegExp(`^#/${Object.keys(bad)[0]!}`))
    }
    const abroad = { escalationPhoneNumbers: ["+442071838750"], allowForeignOnCall: true }
    assert.strictEqual((await call(admin, "PUT", path, abroad)).status, 200)
    await call(admin, "DELETE", "/voip-settings/escalationPhoneNumbers?siteGroupingId=north")
  })

  it("edits, reads and deletes a thread", async () => {
    const [thread] = (await call(nurse, "GET", "/external-threads?view=all")).body.items
    const path = `/external-threads/${thread.id}`
    const edited = await call(nurse, "PATCH", path, { contactName: "Ana", patientIds: ["p1"], assigneeId: "user-1" })
    assert.deepInclude(edited.body, { contactName: "Ana", assigneeId: "user-1" })
    const find = async (query: object) =>
      (await call(nurse, "POST", "/external-threads/search", query)).body.items.length
    assert.deepStrictEqual([await find({ q: "ána" }), await find({ q: "ana", view: "unassigned" })], [1, 0])
    assert.strictEqual(await find({ q: "ana", siteGroupingId: "north" }), 1)
    const named = await call(nurse, "GET", "/external-threads?q=ana")
    assert.deepInclude(named, { status: 400 })
    assert.deepInclude(named.body.errors[0], { pointer: "#/q", detail: "is not known here" })
    assert.strictEqual((await call(nurse, "GET", "/external-threads?assigneeId=user-1")).body.items.length, 1)
    assert.strictEqual((await call(nurse, "GET", "/external-threads?siteGroupingId=south")).status, 404)
    assert.strictEqual((await call(nurse, "GET", "/external-threads/counts")).body.mine, 1)
    assert.strictEqual((await call(nurse, "PATCH", path, { patientIds: ["p1"], facilityId: "f1" })).status, 422)
    const [newest] = (await call(nurse, "GET", `${path}/messages?limit=1`)).body.items
    const colleagues = (await call(admin, "GET", path)).body.unreadCount
    assert.strictEqual((await call(nurse, "POST", `${path}/read`, { upToMessageId: newest.id })).status, 204)
    assert.strictEqual((await call(nurse, "GET", path)).body.unreadCount, 0)
    const isUnread = async () => {
      const { body } = await call(nurse, "GET", "/external-threads?view=unread")
      return body.items.some(({ id }: { readonly id: string }) => id === thread.id)
    }
    assert.isFalse(await isUnread())
    const readers = (await call(admin, "GET", `${path}/readers`)).body.items
    assert.deepInclude(readers[0], { upToMessageId: newest.id })
    // Back to where all of it is unread again, for the one who asks.
    assert.strictEqual((await call(nurse, "POST", `${path}/read`, { upToMessageId: null })).status, 204)
    assert.isAbove((await call(nurse, "GET", path)).body.unreadCount, 0)
    assert.isTrue(await isUnread())
    assert.strictEqual((await call(admin, "GET", path)).body.unreadCount, colleagues)
    for (const upToMessageId of [undefined, 7]) {
      assert.strictEqual((await call(nurse, "POST", `${path}/read`, { upToMessageId })).status, 422)
    }
    assert.strictEqual((await call(nurse, "POST", "/external-threads", { externalContact: contact })).status, 409)
    assert.strictEqual((await call(nurse, "DELETE", path)).status, 204)
    assert.strictEqual((await call(nurse, "GET", path)).status, 404)
    const reopened = await call(nurse, "POST", "/external-threads", { externalContact: "(303) 555-0123" })
    assert.deepStrictEqual([reopened.status, reopened.body.id], [201, thread.id])
  })

  it("answers what it cannot read with a problem that names the request", async () => {
    const bad: ReadonlyArray<readonly [number, Promise<Answer>]> = [
      [400, call(nurse, "GET", "/external-threads?limit=0")],
      [400, call(nurse, "GET", "/external-threads?view=secret")],
      [400, call(nurse, "GET", "/external-threads?cursor=junk")],
      [400, call(nurse, "POST", "/external-threads", "{not json")],
      [422, call(nurse, "POST", "/external-threads", { externalContact: 7 })],
      [422, call(nurse, "POST", "/external-threads", { externalContact: "12" })],
      [413, call(nurse, "POST", "/external-threads", { externalContact: "x".repeat(70_000) })],
      [415, call(nurse, "POST", "/external-threads", "a=b", { "content-type": "text/plain" })],
      [404, call(nurse, "GET", "/nothing")]
    ]
    for (const [status, answer] of bad) {
      const { body, headers, type, ...got } = await answer
      assert.deepStrictEqual([got.status, type], [status, "application/problem+json"])
      assert.strictEqual(body.instance, `urn:careline:request:${headers.get("x-request-id")}`)
    }
    const named = await call(nurse, "GET", "/nothing", undefined, { "x-request-id": "req-7" })
    assert.strictEqual(named.body.instance, "urn:careline:request:req-7")
  })

  it("tells that it lives and that it is ready", async () => {
    assert.strictEqual((await app.request("/healthz")).status, 200)
    assert.strictEqual((await app.request("/readyz")).status, 200)
  })

  it("describes itself: every route, with schemas that are all there", async () => {
    const served = await (await app.request("/api/v1/openapi.json")).json()
    assert.deepStrictEqual(served, JSON.parse(JSON.stringify(openApiDocument)))
    const text = JSON.stringify(served)
    const named = new Set([...text.matchAll(/#\/components\/schemas\/([\w.-]+)/g)].map(([, name]) => name!))
    for (const name of named) assert.property(openApiDocument.components.schemas, name)
    assert.includeMembers([...named], ["Thread", "Message", "VoipSettings", "Problem", "NewMessage"])
    assert.notInclude(text, "$defs")
    const operations = Object.values(openApiDocument.paths).flatMap((path) => Object.keys(path))
    assert.isAtLeast(operations.length, 16)
    assert.include(await (await app.request("/docs")).text(), "swagger-ui")
    assert.strictEqual((await app.request("/docs/swagger-ui-bundle.js")).status, 200)
  })
})

describe("The stream of events", () => {
  const listen = async (after: string | null) => {
    const gone = new AbortController()
    const response = await app.request("/api/v1/events", {
      headers: { authorization: `Bearer ${nurse}`, ...(after === null ? {} : { "last-event-id": after }) },
      signal: gone.signal
    })
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ""
    const until = async (
      threadId: string
    ): Promise<ReadonlyArray<{ readonly id: string; readonly data: Record<string, unknown> }>> => {
      for (;;) {
        const events = [...text.matchAll(/event: (\S+)\ndata: (.*)\nid: (\S+)\n/g)].map(([, , data, id]) => ({
          id: id!,
          data: JSON.parse(data!) as Record<string, unknown>
        }))
        if (events.some((event) => event.data.threadId === threadId)) return events
        const { done, value } = await reader.read()
        if (done) throw new Error("the stream ended")
        text += value
      }
    }
    const ready = async () => {
      while (!text.includes("event: ready")) text += (await reader.read()).value ?? ""
    }
    await ready()
    return { until, close: () => gone.abort() }
  }
  const publish = (threadId: string, siteGroupingId: string) =>
    run(
      Effect.flatMap(Broadcaster, (broadcaster) =>
        broadcaster.publish([
          {
            siteGroupingId: siteGroupingId as never,
            type: "thread.updated",
            threadId: threadId as never,
            messageId: null
          }
        ])
      )
    )

  it("resumes behind the last event that was seen, and carries no other tenant's", async () => {
    await publish("t0", "north")
    const first = await listen("0")
    const seen = (await first.until("t0")).find(({ data }) => data.threadId === "t0")!
    first.close()
    await publish("foreign", "south")
    await publish("t1", "north")
    const second = await listen(seen.id)
    const missed = await second.until("t1")
    second.close()
    assert.deepStrictEqual(
      missed.map(({ data }) => data.threadId),
      ["t1"]
    )
  })

  it("is open for one user so many times, and again once one of them was closed", async () => {
    const open = async (bearer: string) =>
      app.request("/api/v1/events", { headers: { authorization: `Bearer ${bearer}` } })
    const busy = await token(["CLINICIAN"], ["north"], "busy-listener")
    const streams = await Promise.all(Array.from({ length: Limits.defaults.eventStreamsPerUser }, () => open(busy)))
    assert.isTrue(streams.every(({ status }) => status === 200))
    const refused = await open(busy)
    assert.strictEqual(refused.status, 429)
    assert.strictEqual(refused.headers.get("content-type"), "application/problem+json")
    const [other] = await Promise.all([open(nurse), streams[0]!.body?.cancel()])
    assert.strictEqual(other.status, 200)
    const again = await until(async () => {
      const answer = await open(busy)
      return answer.status === 200 && answer
    })
    await Promise.all([...streams.slice(1), other, again].map(({ body }) => body?.cancel()))
  })

  it("ends when the host goes down", async () => {
    const open = await listen(null)
    closing.abort()
    const ended = await open.until("never").catch((error: unknown) => String(error))
    assert.include(ended, "the stream ended")
  })

  it("needs a token", async () => assert.strictEqual((await app.request("/api/v1/events")).status, 401))
})
