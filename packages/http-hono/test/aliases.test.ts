/** Aliases: the paths that clients of other systems know, over the same operations. */
import { readFile } from "node:fs/promises"
import { asSystem, Intake, Voice } from "@careline/application"
import { Call } from "@careline/domain"
import { Calls, Optional } from "@careline/ports"
import * as Memory from "@careline/testkit"
import { DateTime, Effect, Exit, Layer, Scope } from "effect"
import type { Hono } from "hono"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { makeApp, type Role } from "../src/index.ts"
import { aliases } from "../src/routes/aliases.ts"
import { addLine, ask, authenticate, tokenOf, twilio } from "./twilioLine.ts"

const line = "+12025550100"
const contact = "+13035550123"
const world = Layer.mergeAll(Intake.layer, Optional.absent(Voice), twilio).pipe(Layer.provideMerge(Memory.layer))

let app: Hono
let scope: Scope.Closeable
let admin: string
let nurse: string
let stranger: string

const token = (roles: ReadonlyArray<Role>, tenants: ReadonlyArray<string> = []) =>
  Effect.runPromise(tokenOf("user-1", roles, tenants))

/** A call of the contact to the line. */
const ring = Effect.fnUntraced(function* (callSid: string, reason: string | null) {
  const given = { siteGroupingId: "north", purpose: "voicemail", direction: "inbound", provider: "twilio" } as const
  const numbers = { fromNumber: contact, toNumber: line, phoneNumberId: null } as const
  const plan = { _tag: "Hangup", say: [] } as const
  const fields = { ...given, ...numbers, id: crypto.randomUUID(), plan, providerCallId: callSid, reason }
  yield* (yield* Calls).open(Call.open(fields as never, "ringing", yield* DateTime.now))
}, asSystem)

beforeAll(async () => {
  scope = await Effect.runPromise(Scope.make())
  const context = await Effect.runPromise(Layer.buildWithScope(world, scope))
  app = makeApp(
    { runPromiseExit: (effect, options) => Effect.runPromiseExitWith(context)(effect, options) },
    authenticate
  )
  admin = await token(["SYSTEM_ADMIN"])
  nurse = await token(["CLINICIAN"], ["north"])
  stranger = await token(["SITE_ADMIN"], ["south"])
  await ask(app, admin, "POST", "/site-groupings", { id: "south", name: "South" })
  await addLine(app, admin, line, "north", null)
  for (const [sid, reason] of [
    ["CA1", null],
    ["CA2", "GET_PRICING"],
    ["CA3", "about her pills"]
  ] as const) {
    await Effect.runPromiseWith(context)(ring(sid, reason))
  }
})
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

const get = (bearer: string | null, path: string) => ask(app, bearer, "GET", `/api/telephony${path}`)

describe("The notifications of the telephony module", () => {
  it("are those of the line, in its shape, by type and status", async () => {
    await ask(app, admin, "PUT", "/platform-settings", { quietHours: null })
    for (const body of ["one", "two"]) await ask(app, nurse, "POST", "/messages", { to: contact, body })
    const [second] = (await ask(app, nurse, "GET", "/notifications")).body.items
    await ask(app, nurse, "DELETE", `/notifications/${second.id}`)
    const of = async (query: string, bearer = nurse) => (await get(bearer, `/notifications${query}`)).body.data
    const all = await of("?limit=1&offset=1")
    assert.deepInclude(all, { total: 2, limit: 1, offset: 1 })
    assert.deepInclude(all.notifications[0], { recipient: contact, message: "one", status: "QUEUED", type: "SMS" })
    const failed = await of("?status=FAILED&type=SMS")
    assert.deepInclude(failed.notifications[0], {
      id: second.id,
      status: "FAILED",
      failureReason: "staff",
      sentAt: null
    })
    assert.deepInclude(await of("?type=EMAIL"), { total: 0, notifications: [] })
    assert.deepInclude(await of("", stranger), { total: 0, notifications: [] })
    assert.strictEqual((await get(nurse, "/notifications?status=sent")).status, 400)
  })
})

describe("The calls of the telephony module", () => {
  it("are those of the call log, in its shape, from an offset on", async () => {
    const { body, status } = await get(nurse, "/call-logs")
    assert.strictEqual(status, 200)
    assert.isTrue(body.success)
    const { callLogs, ...page } = body.data
    assert.deepStrictEqual(page, { total: 3, limit: 50, offset: 0 })
    const { items } = (await ask(app, nurse, "GET", "/call-logs")).body
    assert.deepStrictEqual(
      callLogs,
      items.map((log: Record<string, unknown>) => ({
        id: log.id,
        tenantId: "north",
        callSid: log.providerCallId,
        fromNumber: contact,
        toNumber: line,
        startTime: log.createdAt,
        endTime: null,
        durationSeconds: null,
        callReason: log.reason === "about her pills" ? "OTHER" : log.reason,
        notes: null
      }))
    )
    const second = (await get(nurse, "/call-logs?limit=1&offset=1")).body.data
    assert.deepStrictEqual(second, { callLogs: [callLogs[1]], total: 3, limit: 1, offset: 1 })
    const past = (await get(nurse, "/call-logs?endDate=2020-01-01")).body.data
    assert.deepStrictEqual(past, { callLogs: [], total: 0, limit: 50, offset: 0 })
  })

  it("are shown to nobody who does not see them there, and asked for in no other way", async () => {
    assert.strictEqual((await get(stranger, "/call-logs")).body.data.total, 0)
    assert.strictEqual((await get(null, "/call-logs")).status, 401)
    assert.strictEqual((await get(stranger, "/call-logs?siteGroupingId=north")).status, 404)
    for (const query of ["offset=-1", "offset=10001", "limit=0", "cursor=x", "startDate=yesterday"]) {
      assert.strictEqual((await get(nurse, `/call-logs?${query}`)).status, 400, query)
    }
  })
})

describe("The number of the telephony module", () => {
  it("is the one that the site grouping texts from", async () => {
    assert.deepStrictEqual((await get(nurse, "/phone-number")).body, { success: true, data: { phoneNumber: line } })
    assert.strictEqual((await get(admin, "/phone-number?siteGroupingId=north")).body.data.phoneNumber, line)
    assert.strictEqual((await get(stranger, "/phone-number")).status, 404)
    assert.strictEqual((await get(stranger, "/phone-number?siteGroupingId=north")).status, 404)
  })
})

const post = (bearer: string | null, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) =>
  ask(app, bearer, "POST", `/api/telephony${path}`, body, headers)

describe("An SMS of the telephony module", () => {
  const sms = (message: string) => ({ phoneNumber: "(303) 555-0177", message })

  it("goes to the contact's thread, which is found or opened, once for each key", async () => {
    const first = await post(nurse, "/sms", sms("Your appointment is confirmed!"), { "idempotency-key": "one" })
    assert.strictEqual(first.status, 202)
    assert.deepStrictEqual(Object.keys(first.body), ["success", "message", "data"])
    assert.isTrue(first.body.success)
    assert.strictEqual(first.body.message, "The SMS is queued")
    const again = await post(nurse, "/sms", sms("Your appointment is confirmed!"), { "idempotency-key": "one" })
    assert.deepStrictEqual(again.body, first.body)
    const second = await post(nurse, "/sms", sms("Bring your card."))
    const { threadId } = first.body.data
    assert.strictEqual(second.body.data.threadId, threadId)
    const { items } = (await ask(app, nurse, "GET", `/external-threads/${threadId}/messages`)).body
    assert.deepStrictEqual(
      items.map((one: Record<string, unknown>) => [one.id, one.content, one.deliveryStatus]),
      [
        [second.body.data.id, "Bring your card.", "queued"],
        [first.body.data.id, "Your appointment is confirmed!", "queued"]
      ]
    )
    const thread = (await ask(app, nurse, "GET", `/external-threads/${threadId}`)).body
    assert.strictEqual(thread.externalContact, "+13035550177")
  })

  it("is refused in words where it cannot be sent, by the fields of the alias", async () => {
    const refused = async (body: unknown) => {
      const { body: problem, status } = await post(nurse, "/sms", body)
      return [status, problem.errors?.map((one: Record<string, string>) => one.pointer)]
    }
    assert.deepStrictEqual(await refused({ phoneNumber: line, message: "Hello" }), [422, ["#/phoneNumber"]])
    assert.deepStrictEqual(await refused({ phoneNumber: "911", message: "Hello" }), [422, ["#/phoneNumber"]])
    assert.deepStrictEqual(await refused({ phoneNumber: "ann@example.com", message: "Hi" }), [422, ["#/phoneNumber"]])
    assert.deepStrictEqual(await refused({ phoneNumber: contact, message: " " }), [422, ["#/message"]])
    assert.deepStrictEqual(await refused({ ...sms("a".repeat(1601)) }), [422, ["#/message"]])
    // A text to an employee is another matter.
    assert.deepStrictEqual(await refused({ ...sms("Hi"), employeeId: "7" }), [422, ["#/employeeId"]])
    const thread = (await ask(app, nurse, "POST", "/external-threads", { externalContact: "+13035550178" })).body
    await ask(app, nurse, "PUT", "/contacts/+13035550178/consent", { status: "opted_out" })
    const optedOut = await post(nurse, "/sms", { phoneNumber: thread.externalContact, message: "Hello" })
    assert.deepStrictEqual([optedOut.status, optedOut.body.reason], [409, "recipient_opted_out"])
  })

  it("is sent by nobody who may not text there", async () => {
    assert.strictEqual((await post(null, "/sms", sms("Hello"))).status, 401)
    assert.strictEqual((await post(await token(["AUDITOR"], ["north"]), "/sms", sms("Hello"))).status, 403)
    assert.strictEqual((await post(stranger, "/sms", { ...sms("Hello"), siteGroupingId: "north" })).status, 404)
    // Who works in the system-wide space has no number there.
    assert.strictEqual((await post(admin, "/sms", sms("Hello"))).body.reason, "no_sender_number")
  })
})

describe("The provisioning of the telephony module", () => {
  it("gives a number to whoever has none, and the same one again", async () => {
    const given = { number: "+12025550155", toPool: true, overrideReason: "the provider of these tests tells nothing" }
    assert.strictEqual((await post(stranger, "/provision-phone")).status, 409)
    assert.strictEqual((await ask(app, admin, "POST", "/phone-numbers", given)).status, 201)
    const provisioned = await post(stranger, "/provision-phone")
    assert.strictEqual(provisioned.status, 201)
    assert.deepStrictEqual(provisioned.body, { success: true, data: { phoneNumber: "+12025550155" } })
    assert.deepStrictEqual((await post(stranger, "/provision-phone", {})).body, provisioned.body)
    const held = await post(admin, "/provision-phone", { siteGroupingId: "north" })
    assert.deepStrictEqual(held.body, { success: true, data: { phoneNumber: line } })
  })

  it("is for administrators, within their site groupings, and refuses what it does not know", async () => {
    assert.strictEqual((await post(nurse, "/provision-phone")).status, 403)
    assert.strictEqual((await post(stranger, "/provision-phone", { siteGroupingId: "north" })).status, 404)
    const { body, status } = await post(stranger, "/provision-phone", { areaCode: "9" })
    assert.deepStrictEqual([status, body.errors[0].pointer], [422, "#/areaCode"])
    assert.strictEqual((await post(stranger, "/provision-phone", { areacode: "512" })).status, 422)
  })
})

describe("The page of aliases", () => {
  it("lists each of them, with its operation and what is translated", async () => {
    const rows = aliases.map(
      ({ answer, of, request, route }) =>
        `| \`${route.method.toUpperCase()} ${route.path}\` | \`${of.method.toUpperCase()} ${of.path}\` | ${request} | ${answer} |`
    )
    const page = await readFile(new URL("../../../docs/aliases.md", import.meta.url), "utf8")
    const found = page.split("\n").filter((text) => text.startsWith("| `"))
    assert.deepStrictEqual(found, rows)
  })
})
