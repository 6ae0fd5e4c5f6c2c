/** Calls and media over HTTP, through `app.request`: a provider's webhooks, prepared calls, the call log, uploads, links. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { FileBlobStore } from "@careline/adapter-filesystem"
import { applyCallReports, Intake, processInbound, Voice } from "@careline/application"
import { VoipSettings } from "@careline/domain"
import { BlobStore, Optional, Settings } from "@careline/ports"
import * as Memory from "@careline/testkit"
import { signTwilioWebhook } from "@careline/testkit/simulators"
import { Effect, Exit, Layer, Redacted, Scope } from "effect"
import type { Hono } from "hono"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { makeApp, type Role } from "../src/index.ts"
import { accountSid, addLine, ask, authenticate, authToken, publicUrl, tokenOf, twilio } from "./twilioLine.ts"

const line = "+12025550100"
const contact = "+13035550123"
const clinicianNumber = "+14155550177"
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64"
)

let app: Hono
let scope: Scope.Closeable
let directory: string
let run: <A>(effect: Effect.Effect<A, unknown, any>) => Promise<A>
let admin: string
let nurse: string
let stranger: string

const token = (roles: ReadonlyArray<Role>, siteGroupingIds: ReadonlyArray<string> = [], sub = "dr") =>
  Effect.runPromise(tokenOf(sub, roles, siteGroupingIds))

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "careline-media-"))
  scope = await Effect.runPromise(Scope.make())
  const blobs = await Effect.runPromise(
    FileBlobStore.make({ directory, publicUrl, path: "/blobs", signingSecrets: [Redacted.make("s".repeat(32))] })
  )
  const world = Layer.mergeAll(Intake.layer, Layer.provideMerge(Optional.present(Voice), Voice.layer)).pipe(
    Layer.provideMerge(
      Layer.mergeAll(
        Memory.layer,
        Layer.provideMerge(Optional.present(BlobStore), Layer.succeed(BlobStore, blobs)),
        twilio
      )
    )
  )
  const context = await Effect.runPromise(Layer.buildWithScope(world, scope))
  app = makeApp(
    { runPromiseExit: (effect, options) => Effect.runPromiseExitWith(context)(effect, options) },
    authenticate,
    { path: "/blobs", answer: blobs.serve }
  )
  run = (effect) => Effect.runPromiseWith(context)(effect as Effect.Effect<never>)
  admin = await token(["SYSTEM_ADMIN"])
  nurse = await token(["CLINICIAN"], ["north"])
  stranger = await token(["SITE_ADMIN"], ["south"], "stranger")
  await call(admin, "POST", "/site-groupings", { id: "south", name: "South" })
  await addLine(app, admin, line, "north", null)
})

afterAll(async () => {
  await Effect.runPromise(Scope.close(scope, Exit.void))
  await rm(directory, { recursive: true, force: true })
})

const call = (bearer: string | null, method: string, path: string, body?: unknown) =>
  ask(app, bearer, method, path, body)

/** A webhook as Twilio signs it. */
const webhook = (path: string, fields: Readonly<Record<string, string>>, signature?: string) => {
  const form = Object.entries({ AccountSid: accountSid, ...fields }).map(([name, value]) => [name, value] as const)
  return app.request(path, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": signature ?? signTwilioWebhook(authToken, publicUrl + path, form)
    },
    body: new URLSearchParams(form.map(([name, value]): [string, string] => [name, value])).toString()
  })
}

let calls = 0
const callSid = () => `CA${(++calls).toString(16).padStart(32, "0")}`

const ringing = (sid: string, from = contact, path = "/api/v1/webhooks/twilio/call") =>
  webhook(path, { CallSid: sid, From: from, To: line, CallStatus: "ringing", Direction: "inbound" })

const thread = async () => {
  const { body } = await call(nurse, "GET", "/external-threads?view=all")
  return body.items.find((one: { externalContact: string }) => one.externalContact === contact)
}

describe("A call's webhook", () => {
  it("is answered with what the caller hears, at both of its paths, and stands in the thread", async () => {
    // Whoever has looked before has what comes in from then on unread.
    await thread()
    for (const path of ["/api/v1/webhooks/twilio/call", "/api/webhooks/twilio/voice"]) {
      const response = await ringing(callSid(), contact, path)
      assert.strictEqual(response.status, 200)
      assert.match(response.headers.get("content-type") ?? "", /xml/)
      assert.match(await response.text(), /<Record /)
    }
    await run(processInbound())
    assert.strictEqual((await thread()).unreadCount, 2)
  })

  it("that is not signed starts no plan; the fallback greets whoever asks, and keeps nothing", async () => {
    const unsigned = await webhook(
      "/api/v1/webhooks/twilio/call",
      { CallSid: callSid(), From: contact, To: line },
      "no"
    )
    assert.strictEqual(unsigned.status, 403)
    const before = (await call(nurse, "GET", "/call-logs")).body.items.length
    const fallback = await app.request("/api/v1/webhooks/twilio/fallback", { method: "GET" })
    assert.match(await fallback.text(), /<Record /)
    assert.strictEqual((await call(nurse, "GET", "/call-logs")).body.items.length, before)
  })

  it("reports at both paths of the status as well", async () => {
    const sid = callSid()
    await ringing(sid)
    for (const path of ["/api/v1/webhooks/twilio/call-status", "/api/webhooks/twilio/voice/status"]) {
      const answer = await webhook(path, {
        CallSid: sid,
        From: contact,
        To: line,
        CallStatus: "completed",
        CallDuration: "9",
        Direction: "inbound"
      })
      assert.isBelow(answer.status, 300)
    }
    await run(processInbound())
    await run(applyCallReports())
    const { body } = await call(nurse, "GET", "/call-logs")
    const log = body.items.find((one: { providerCallId: string }) => one.providerCallId === sid)
    assert.deepInclude(log, {
      status: "completed",
      duration: 9,
      fromNumber: contact,
      toNumber: line,
      direction: "inbound",
      purpose: "voicemail"
    })
  })
})

describe("A prepared call", () => {
  const prepare = async (bearer: string, body: object) =>
    call(bearer, "POST", `/external-threads/${(await thread()).id}/prepare-bridge-call`, body)

  it("tells the clinician what to dial, and connects who dials it", async () => {
    const { body, status } = await prepare(nurse, { clinicianNumber })
    assert.strictEqual(status, 201)
    assert.deepInclude(body, { bridgeNumber: line, callerId: line, clinicianNumber, mode: "dial_in" })
    assert.match(body.pin, /^\d{6}$/)
    assert.match(body.instructions, /PIN/)
    assert.isAbove(Date.parse(body.expiresAt), Date.now())
    const asked = await (await ringing(callSid(), clinicianNumber)).text()
    assert.match(asked, /<Gather /)
    assert.notInclude(asked, clinicianNumber.slice(2))
  })

  it("is refused for what cannot be called, with problem details", async () => {
    const answers = [
      await prepare(nurse, {}),
      await prepare(nurse, { clinicianNumber: "0177" }),
      await prepare(nurse, { clinicianNumber, mode: "shout" }),
      await prepare(nurse, { clinicianNumber, callerIdPhoneNumberId: "nobody" }),
      await prepare(nurse, { clinicianNumber: "+19005550123" }),
      await prepare(nurse, { clinicianNumber: contact }),
      await prepare(nurse, { clinicianNumber: line }),
      await prepare(stranger, { clinicianNumber }),
      await prepare(nurse, { clinicianNumber, notes: "x".repeat(2_001) }),
      await call(nurse, "POST", "/external-threads/nobody/prepare-bridge-call", { clinicianNumber }),
      await prepare(nurse, { clinicianNumber, mode: "callback" })
    ]
    assert.deepStrictEqual(
      answers.map(({ status }) => status),
      [422, 422, 422, 404, 409, 409, 409, 404, 422, 404, 503]
    )
    assert.deepStrictEqual(
      answers.slice(4, 7).map(({ body }) => body.reason),
      ["premium", "contacts_number", "own_number"]
    )
    for (const { body, type } of answers) {
      assert.match(type, /^application\/problem\+json/)
      assert.notInclude(JSON.stringify(body), clinicianNumber.slice(2))
    }
  })
})

describe("A greeting", () => {
  const plain = { language: "en-US", text: null, audioUrl: null, choice: null }
  const put = (...callGreetings: ReadonlyArray<object>) =>
    call(admin, "PUT", "/voip-settings?siteGroupingId=north", { callGreetings })

  it("that cannot be spoken is refused when it is set, with problem details", async () => {
    const refused = [
      await put({ ...plain, text: "Hello\u0001" }),
      await put({ ...plain, text: "\ud800" }),
      await put({ ...plain, text: " \u00a0 " }),
      await put({ ...plain, choice: "\u0000" }),
      await put({ ...plain, audioUrl: "https://clinic.example/\u0001.mp3" }),
      await put({ ...plain, audioUrl: "https://clinic.example/\udc00.mp3" }),
      await put(plain, { ...plain, text: "Again." })
    ]
    for (const { body, status, type } of refused) {
      assert.strictEqual(status, 422)
      assert.match(type, /^application\/problem\+json/)
      assert.match(body.detail, /callGreetings/)
    }
    assert.strictEqual((await put({ ...plain, text: "North <Clinic>." })).status, 200)
  })

  it("that was kept under older rules is heard as far as it can be, at the call and at its fallback", async () => {
    for (const spoiled of [
      { text: "North\u0001 Clinic" },
      { audioUrl: "https://clinic.example/\u0001" },
      { text: " " }
    ]) {
      const callGreetings = [{ ...plain, ...spoiled } as never, plain as never]
      await run(
        Effect.flatMap(Settings, (settings) =>
          settings.put("north" as never, { ...VoipSettings.defaults, callGreetings })
        )
      )
      for (const path of ["call", "fallback"]) {
        const response = await ringing(callSid(), contact, `/api/v1/webhooks/twilio/${path}`)
        assert.strictEqual(response.status, 200)
        assert.match(await response.text(), /<Record /)
      }
    }
    assert.strictEqual((await put()).status, 200)
  })
})

describe("The call log", () => {
  it("is read page by page, by thread and by time, and by nobody of another tenant", async () => {
    const first = await call(nurse, "GET", "/call-logs?limit=1")
    assert.strictEqual(first.body.items.length, 1)
    const second = await call(nurse, "GET", `/call-logs?limit=1&cursor=${first.body.nextCursor}`)
    assert.notStrictEqual(second.body.items[0].id, first.body.items[0].id)
    const { id } = await thread()
    const ofThread = await call(nurse, "GET", `/call-logs?externalThreadId=${id}`)
    assert.isAbove(ofThread.body.items.length, 1)
    const past = await call(nurse, "GET", "/call-logs?endDate=2020-01-01")
    assert.deepStrictEqual(past.body.items, [])
    const recent = await call(nurse, "GET", "/call-logs?startDate=2020-01-01T00:00:00Z")
    assert.isAbove(recent.body.items.length, 1)
    assert.deepStrictEqual((await call(stranger, "GET", "/call-logs")).body.items, [])
    assert.strictEqual((await call(stranger, "GET", `/call-logs?externalThreadId=${id}`)).status, 404)
    assert.notInclude(JSON.stringify(recent.body), clinicianNumber.slice(2))
  })

  const found = async (query: string, bearer = nurse) => {
    const { body, status } = await call(bearer, "GET", `/call-logs?withTotal=true&limit=1&${query}`)
    assert.strictEqual(status, 200, JSON.stringify(body))
    return body
  }

  it("is narrowed by number, contact, patient, status, direction and site grouping, and counted within those", async () => {
    await run(processInbound())
    const { id } = await thread()
    await call(nurse, "PATCH", `/external-threads/${id}`, { patientIds: ["ana"] })
    const all = (await call(nurse, "GET", "/call-logs?limit=200")).body.items as ReadonlyArray<Record<string, string>>
    const { phoneNumberId } = all[0]!
    const ofContact = (log: Record<string, string>) => [log.fromNumber, log.toNumber].includes(contact)
    const filters: Readonly<Record<string, (log: Record<string, string>) => boolean>> = {
      [`phoneNumberId=${phoneNumberId}`]: () => true,
      "siteGroupingId=north": () => true,
      [`contact=${encodeURIComponent(contact)}`]: ofContact,
      "contact=(303)%20555-0123": ofContact,
      [`contact=${encodeURIComponent(line)}`]: () => false,
      "patientId=ana": ({ externalThreadId }) => externalThreadId === id,
      "patientId=ben": () => false,
      "status=completed": ({ status }) => status === "completed",
      "status=ringing": ({ status }) => status === "ringing",
      "direction=inbound": ({ direction }) => direction === "inbound",
      "direction=outbound": ({ direction }) => direction === "outbound",
      "phoneNumberId=nobody": () => false,
      [`externalThreadId=${id}&status=completed`]: ({ externalThreadId, status }) =>
        externalThreadId === id && status === "completed"
    }
    for (const [query, fits] of Object.entries(filters)) {
      const { items, total } = await found(query)
      assert.strictEqual(total, all.filter(fits).length, query)
      assert.deepStrictEqual(items, all.filter(fits).slice(0, 1), query)
    }
    assert.strictEqual((await found("siteGroupingId=south", stranger)).total, 0)
    assert.strictEqual((await call(nurse, "GET", "/call-logs?siteGroupingId=south")).status, 404)
    assert.strictEqual((await call(nurse, "GET", "/call-logs?contact=somebody")).status, 422)
    assert.notProperty((await call(nurse, "GET", "/call-logs")).body, "total")
  })

  it("gives one call, and takes what it was about", async () => {
    const [log] = (await call(nurse, "GET", "/call-logs?limit=1")).body.items
    const path = `/call-logs/${log.id}`
    assert.deepStrictEqual((await call(nurse, "GET", path)).body, log)
    const edited = await call(nurse, "PATCH", path, { reason: "MODIFY_APPOINTMENT", notes: "Moved to Tuesday" })
    assert.strictEqual(edited.status, 200)
    assert.deepStrictEqual(edited.body, { ...log, reason: "MODIFY_APPOINTMENT", notes: "Moved to Tuesday" })
    const cleared = await call(nurse, "PATCH", path, { notes: null })
    assert.deepStrictEqual(cleared.body, { ...log, reason: "MODIFY_APPOINTMENT", notes: null })
    assert.deepStrictEqual((await call(nurse, "GET", path)).body, cleared.body)
    const refused = [
      await call(nurse, "PATCH", path, { reason: "because" }),
      await call(nurse, "PATCH", path, { notes: "x".repeat(2_001) }),
      await call(nurse, "PATCH", path, { status: "completed" }),
      await call(stranger, "PATCH", path, { notes: "mine" }),
      await call(stranger, "GET", path),
      await call(nurse, "GET", "/call-logs/nobody")
    ]
    assert.deepStrictEqual(
      refused.map(({ status }) => status),
      [422, 422, 422, 404, 404, 404]
    )
  })

  it.each([
    "startDate=yesterday",
    "endDate=2026-02-31T25:00:00Z",
    "limit=0",
    "cursor=nonsense",
    "status=gone",
    "direction=up",
    "offset=-1",
    "withTotal=perhaps"
  ])("refuses ?%s", async (query) => {
    assert.strictEqual((await call(nurse, "GET", `/call-logs?${query}`)).status, 400)
  })

  it("is closed to who is not signed in", async () => {
    assert.strictEqual((await call(null, "GET", "/call-logs")).status, 401)
  })
})

describe("Media", () => {
  const upload = (bearer: string | null, body: Uint8Array<ArrayBuffer>, query = "") =>
    app.request(`/api/v1/media${query}`, {
      method: "POST",
      headers: {
        ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
        "content-type": "image/png"
      },
      body
    })

  it("that staff upload go with a message, as a link that expires", async () => {
    const uploaded = await upload(nurse, new Uint8Array(png))
    assert.strictEqual(uploaded.status, 201)
    const { mimeType, type, url } = (await uploaded.json()) as Record<string, string>
    assert.deepStrictEqual([type, mimeType], ["image", "image/png"])
    const { id } = await thread()
    const sent = await call(nurse, "POST", `/external-threads/${id}/messages`, { content: "See", mediaUrls: [url] })
    assert.strictEqual(sent.status, 202)
    const link = new URL(sent.body.attachments[0].url)
    assert.strictEqual(link.origin, publicUrl)
    const read = await app.request(link.pathname + link.search)
    assert.strictEqual(read.status, 200)
    assert.deepStrictEqual(Buffer.from(await read.arrayBuffer()), png)
    assert.strictEqual(read.headers.get("x-content-type-options"), "nosniff")
    assert.isNull(read.headers.get("set-cookie"))
    const head = await app.request(link.pathname + link.search, { method: "HEAD" })
    assert.strictEqual(head.status, 200)
    assert.strictEqual((await app.request(link.pathname)).status, 403)
  })

  it("of another tenant go with nobody's message", async () => {
    const theirs = await upload(stranger, new Uint8Array(png))
    const { url } = (await theirs.json()) as { url: string }
    const { id } = await thread()
    const answer = await call(nurse, "POST", `/external-threads/${id}/messages`, { content: "See", mediaUrls: [url] })
    assert.strictEqual(answer.status, 422)
    assert.strictEqual(answer.body.errors[0].pointer, "#/mediaUrls")
  })

  it("are refused when a browser would run them, when they are too large, and without a login", async () => {
    const page = new TextEncoder().encode("<html><script>alert(1)</script></html>")
    assert.strictEqual((await upload(nurse, page)).status, 422)
    assert.strictEqual((await upload(nurse, new Uint8Array(21 * 1024 * 1024))).status, 413)
    assert.strictEqual((await upload(null, new Uint8Array(png))).status, 401)
    assert.strictEqual((await upload(nurse, new Uint8Array(png), "?siteGroupingId=south")).status, 404)
  })
})
