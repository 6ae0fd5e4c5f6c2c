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

describe("The page of aliases", () => {
  it("lists each of them, with its operation and what is translated", async () => {
    const rows = aliases.map(
      ({ answer, of, query, route }) =>
        `| \`${route.method.toUpperCase()} ${route.path}\` | \`${of.method.toUpperCase()} ${of.path}\` | ${query} | ${answer} |`
    )
    const page = await readFile(new URL("../../../docs/aliases.md", import.meta.url), "utf8")
    const found = page.split("\n").filter((text) => text.startsWith("| `"))
    assert.deepStrictEqual(found, rows)
  })
})
