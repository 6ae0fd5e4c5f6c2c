/** Numbers, the pool and site groupings, as clients meet them. */
import { Intake, processInbound, Voice } from "@careline/application"
import type { Contact, PhoneNumber } from "@careline/domain"
import { Inbox, Optional, TelephonyProviders } from "@careline/ports"
import * as Memory from "@careline/testkit"
import { Effect, Exit, Layer, Scope } from "effect"
import type { Hono } from "hono"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { makeApp, openApiDocument, type Role } from "../src/index.ts"
import { ask, authenticate, overrideReason, tokenOf } from "./twilioLine.ts"

const contact = "+13035550123"

const world = Layer.mergeAll(Intake.layer, Optional.absent(Voice), TelephonyProviders.layer).pipe(
  Layer.provideMerge(Memory.layer)
)
type World = Layer.Success<typeof world>

const closing = new AbortController()
let app: Hono
let scope: Scope.Closeable
let run: <A, E>(effect: Effect.Effect<A, E, World>) => Promise<A>
let admin: string
let north: string
let south: string

const token = (roles: ReadonlyArray<Role>, siteGroupingIds: ReadonlyArray<string> = []) =>
  Effect.runPromise(tokenOf("user-1", roles, siteGroupingIds))

interface Body {
  readonly id: string
  readonly number: string
  readonly status: string
  readonly type: string
  readonly count: number
  readonly level: string
  readonly items: ReadonlyArray<Body>
  readonly [field: string]: unknown
}

const call = (
  bearer: string,
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>
) => ask<Body>(app, bearer, method, path, body, headers)

const add = async (number: string, siteGroupingId: string | null) =>
  (await call(admin, "POST", "/phone-numbers", { number, siteGroupingId, overrideReason })).body.id

const pooled = (number: string) => call(admin, "POST", "/phone-numbers", { number, toPool: true, overrideReason })

let count = 0
const text = (to: string) =>
  run(
    Effect.gen(function* () {
      const event = {
        _tag: "MessageReceived" as const,
        providerMessageId: `in-${++count}`,
        from: contact as Contact.Contact,
        to: to as PhoneNumber.E164,
        text: "hello",
        attachments: [],
        providerKeyword: null
      }
      yield* (yield* Inbox).accept([{ provider: "memory", account: "memory", event }])
      yield* processInbound()
    })
  )

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
  run = (effect) => Effect.runPromiseWith(context)(effect)
  admin = await token(["SYSTEM_ADMIN"])
  north = await token(["SITE_ADMIN"], ["north"])
  south = await token(["SITE_ADMIN"], ["south"])
  for (const id of ["north", "south"]) await call(admin, "POST", "/site-groupings", { id, name: id })
})
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

describe("A number", () => {
  it("is listed, edited and counted for its own site grouping only", async () => {
    const id = await add("+12025550110", "north")
    await add("+12025550111", null)
    const numbersOf = async (bearer: string, query = "") =>
      (await call(bearer, "GET", `/phone-numbers${query}`)).body.items.map(({ number }) => number)
    assert.deepStrictEqual(await numbersOf(north), ["+12025550110"])
    assert.deepStrictEqual(await numbersOf(south), [])
    assert.deepStrictEqual(await numbersOf(admin, "?siteGroupingId=null"), ["+12025550111"])
    assert.deepStrictEqual(await numbersOf(admin, "?siteGroupingId=north"), ["+12025550110"])
    assert.strictEqual((await call(south, "GET", "/phone-numbers?siteGroupingId=north")).status, 404)
    for (const [method, path, body] of [
      ["GET", `/phone-numbers/${id}`, undefined],
      ["GET", `/phone-numbers/${id}/usage-count`, undefined],
      ["PATCH", `/phone-numbers/${id}`, { label: "theirs" }],
      ["DELETE", `/phone-numbers/${id}`, undefined]
    ] as const) {
      assert.strictEqual((await call(south, method, path, body)).status, 404)
    }
    const edited = await call(north, "PATCH", `/phone-numbers/${id}`, { label: "Front desk", isDefault: true })
    assert.deepInclude(edited.body, { label: "Front desk", isDefault: true, status: "assigned" })
    await text("+12025550110")
    assert.deepStrictEqual((await call(north, "GET", `/phone-numbers/${id}/usage-count`)).body, { count: 1 } as Body)
  })

  it("that is suspended says which threads that stops, and moves them to another one", async () => {
    const id = await add("+12025550130", "north")
    const next = await add("+12025550131", "north")
    const [thread] = (await call(north, "GET", "/external-threads?view=all")).body.items
    await call(north, "PATCH", `/external-threads/${thread!.id}`, { phoneNumberId: id })
    const path = `/phone-numbers/${id}`
    const suspended = await call(north, "PATCH", path, { status: "suspended" })
    assert.deepInclude(suspended.body, { status: "suspended", stoppedThreadsCount: 1, movedThreadsCount: 0 } as object)
    assert.include(String((suspended.body as Record<string, unknown>)["message"]), "moveThreadsTo")
    const stopped = (await call(north, "GET", `/external-threads?phoneNumberId=${id}`)).body.items
    assert.deepStrictEqual(
      stopped.map((one) => one.id),
      [thread!.id]
    )
    const send = () => call(north, "POST", `/external-threads/${thread!.id}/messages`, { content: "Hello" })
    const refused = await send()
    assert.deepInclude(refused.body, { status: 409, reason: "number_suspended", phoneNumberId: id } as object)
    const itself = await call(north, "PATCH", path, { moveThreadsTo: id })
    assert.deepInclude(itself.body, { status: 409, reason: "same_number" } as object)
    const moved = await call(north, "PATCH", path, { moveThreadsTo: next })
    assert.deepInclude(moved.body, { stoppedThreadsCount: 0, movedThreadsCount: 1, message: null } as object)
    assert.strictEqual((await send()).status, 202)
    assert.deepInclude((await call(north, "GET", `/external-threads/${thread!.id}`)).body, { phoneNumberId: next })
    const inService = await call(north, "PATCH", path, { status: "assigned", moveThreadsTo: next })
    const detail = "is for the threads of a suspended number"
    assert.deepInclude(inService.body, { status: 422, errors: [{ pointer: "#/moveThreadsTo", detail }] } as object)
    await call(north, "PATCH", path, { status: "assigned" })
  })

  it("that is in use is given up for another one, and what would happen is told before", async () => {
    const id = await add("+12025550120", "north")
    const next = await add("+12025550121", "north")
    const foreign = await add("+12025550122", "south")
    // The contact of the first test has its thread on another number: move it here.
    const [thread] = (await call(north, "GET", "/external-threads?view=all")).body.items
    await call(north, "PATCH", `/external-threads/${thread!.id}`, { phoneNumberId: id })
    const path = `/phone-numbers/${id}`
    const refused = await call(north, "DELETE", path)
    assert.strictEqual(refused.status, 409)
    assert.deepInclude(refused.body, { type: "urn:careline:problem:number-in-use", count: 1 })
    const itself = await call(north, "DELETE", path, { replacementPhoneNumberId: id })
    assert.deepInclude(itself.body, { status: 409, reason: "same_number" } as object)
    assert.strictEqual((await call(north, "DELETE", path, { replacementPhoneNumberId: foreign })).status, 404)
    const across = await call(admin, "DELETE", path, { replacementPhoneNumberId: foreign })
    assert.deepInclude(across.body, { status: 409, reason: "other_site_grouping" } as object)
    const body = { replacementPhoneNumberId: next }
    const foreseen = await call(north, "DELETE", `${path}?dryRun=true`, body)
    assert.deepInclude(foreseen.body, { affectedThreadsCount: 1 })
    const done = await call(north, "DELETE", path, body)
    assert.deepStrictEqual([done.status, done.body], [200, foreseen.body])
    assert.deepInclude((await call(north, "GET", path)).body, { status: "replaced", replacedById: next })
    assert.deepInclude((await call(north, "GET", `/external-threads/${thread!.id}`)).body, { phoneNumberId: next })
    const again = await call(north, "DELETE", path, body)
    assert.deepInclude(again.body, { type: "urn:careline:problem:wrong-number-status", numberStatus: "replaced" })
  })
})

describe("A site grouping", () => {
  it("gets a number of the pool at once, the same for the same request, and is told when there is none", async () => {
    for (const [id, name] of [
      ["harbor", "Harbor"],
      ["hillside", "Hillside"]
    ] as const) {
      assert.strictEqual((await call(admin, "POST", "/site-groupings", { id, name })).status, 201)
    }
    assert.strictEqual((await call(admin, "POST", "/site-groupings", { id: "harbor", name: "x" })).status, 409)
    assert.strictEqual((await call(north, "GET", "/site-groupings")).status, 403)
    assert.strictEqual((await pooled("+14155550130")).body.status, "available")
    assert.strictEqual(
      (await call(north, "POST", "/phone-numbers", { number: "+14155550131", toPool: true })).status,
      403
    )
    const harbor = await token(["SITE_ADMIN"], ["harbor"])
    const key = { "idempotency-key": "activation" }
    const path = "/site-groupings/harbor/phone-number"
    assert.strictEqual((await call(north, "POST", path)).status, 404)
    assert.strictEqual((await call(harbor, "POST", path, { areaCode: "212" })).status, 409)
    assert.strictEqual((await call(harbor, "POST", path, { areaCode: "12" })).status, 422)
    const assigned = await call(harbor, "POST", path, { areaCode: "415" }, key)
    assert.deepInclude(assigned.body, { number: "+14155550130", siteGroupingId: "harbor" })
    assert.strictEqual(assigned.status, 201)
    assert.deepStrictEqual((await call(harbor, "POST", path, { areaCode: "415" }, key)).body, assigned.body)
    const empty = await call(admin, "POST", "/site-groupings/hillside/phone-number")
    assert.deepInclude(empty.body, { type: "urn:careline:problem:pool-empty", status: 409 } as object)
    const pool = await call(admin, "GET", "/phone-number-pool")
    assert.deepInclude(pool.body, { level: "empty", min: 5, batch: 10, buys: false })
  })

  it("that is deactivated is nobody's place of work any more, and its numbers rest", async () => {
    const harbor = await token(["SITE_ADMIN"], ["harbor"])
    const gone = await call(admin, "DELETE", "/site-groupings/harbor")
    assert.deepInclude(gone.body, { quarantinedNumbersCount: 1, affectedThreadsCount: 0 })
    assert.deepStrictEqual((await call(harbor, "GET", "/phone-numbers")).body.items, [])
    assert.strictEqual((await call(harbor, "GET", "/voip-settings?siteGroupingId=harbor")).status, 404)
    assert.strictEqual((await call(admin, "POST", "/site-groupings/harbor/phone-number")).status, 404)
    const pool = await call(admin, "GET", "/phone-number-pool")
    assert.deepInclude(pool.body.counts as object, { quarantined: 1 })
    const back = await call(admin, "PATCH", "/site-groupings/harbor", { reactivate: true, name: "Harbor again" })
    assert.deepInclude(back.body, { name: "Harbor again", deactivatedAt: null })
    assert.strictEqual((await call(harbor, "GET", "/voip-settings?siteGroupingId=harbor")).status, 200)
  })
})

describe("The number of a voice agent", () => {
  it("is added for voice, and told to whoever sees its site grouping", async () => {
    for (const id of ["east", "west"]) await call(admin, "POST", "/site-groupings", { id, name: id })
    const east = await token(["AUDITOR"], ["east"])
    const path = "/phone-numbers/caller-id"
    assert.strictEqual((await call(east, "GET", path)).status, 404, "it has none")
    await add("+12025550180", "east")
    assert.deepInclude((await call(east, "GET", path)).body, { number: "+12025550180", purpose: "both" })
    const agent = { number: "+12025550181", siteGroupingId: "east", purpose: "voice", overrideReason }
    const added = await call(admin, "POST", "/phone-numbers", agent)
    assert.deepInclude(added.body, { purpose: "voice", status: "assigned" })
    const told = await call(east, "GET", `${path}?siteGroupingId=east`)
    assert.deepInclude(told.body, { phoneNumberId: added.body.id, number: "+12025550181", purpose: "voice" })
    assert.strictEqual((await call(east, "GET", `${path}?siteGroupingId=west`)).status, 404)
    const wrong = await call(admin, "POST", "/site-groupings/east/phone-number", { purpose: "fax" })
    assert.strictEqual(wrong.status, 422)
  })
})

describe("A number of the pool", () => {
  it("is released for whoever names its digits, and had back for a while", async () => {
    const { id } = (await pooled("+14155550140")).body as unknown as { readonly id: string }
    const path = `/phone-number-pool/numbers/${id}/release`
    const confirm = { confirm: "+14155550140" }
    assert.strictEqual((await call(north, "POST", path, confirm)).status, 403)
    for (const wrong of [{}, { confirm: "+14155550141" }, { confirm: "yes" }, { ...confirm, force: true }]) {
      assert.strictEqual((await call(admin, "POST", path, wrong)).status, 422)
    }
    const released = await call(admin, "POST", path, confirm)
    assert.strictEqual(released.status, 409, "no provider here has numbers")
    assert.deepInclude(released.body, { type: "urn:careline:problem:number-refused", reason: "cannot_tell" } as object)
    const held = await add("+12025550170", "north")
    const assigned = `/phone-number-pool/numbers/${held}/release`
    assert.strictEqual((await call(admin, "POST", assigned, { confirm: "+12025550170" })).status, 409)
    assert.strictEqual((await call(admin, "POST", "/phone-number-pool/numbers/none/release", confirm)).status, 404)
  })
})

describe("The OpenAPI document", () => {
  it("says that a number is given up with a body or without, and that one may have to be bought", () => {
    const paths = openApiDocument.paths as Record<string, Record<string, Body>>
    assert.deepInclude(paths["/api/v1/phone-numbers/{id}"]!.delete!.requestBody as object, { required: false })
    assert.hasAnyKeys(paths["/api/v1/site-groupings/{id}/phone-number"]!.post!.responses as object, ["202"])
  })
})
