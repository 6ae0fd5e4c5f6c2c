/** Settings through the API: whose they are, who changes them, and what the audit log has of it. */
import { Optional } from "@careline/ports"
import { BreakGlassAllowed, Intake, Voice } from "@careline/application"
import * as Memory from "@careline/testkit"
import { Layer } from "effect"
import type { Hono } from "hono"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { askAs, openApp, twilio, type Who } from "./twilioLine.ts"

const world = Layer.mergeAll(Intake.layer, Optional.absent(Voice), twilio).pipe(
  Layer.provideMerge(Layer.merge(Memory.layer, Layer.succeed(BreakGlassAllowed, true)))
)

const ON_CALL = "+12025550187"

let app: Hono
let close: () => Promise<void>

beforeEach(async () => {
  ;({ app, close } = await openApp(world))
  for (const id of ["north", "south"]) await as(system, "POST", "/site-groupings", { id, name: id })
})
afterEach(() => close())

const system: Who = ["SYSTEM_ADMIN", []]
/** Of the system-wide space, which is no tenant's. */
const nobodys: Who = ["SITE_ADMIN", []]
const north: Who = ["SITE_ADMIN", ["north"]]

const as = (who: Who, method: string, path: string, body?: unknown) => askAs(app, who, method, path, body)

const settings = async (who: Who) => (await as(who, "GET", "/voip-settings")).body

describe("The settings of the system-wide space", () => {
  it("set no tenant's on-call number, preview, greeting, auto-reply or anything else", async () => {
    const before = await settings(north)
    const changed = await as(nobodys, "PUT", "/voip-settings", {
      escalationPhoneNumbers: [ON_CALL],
      escalationPreview: true,
      autoReplyMessage: "This is the system-wide line",
      voipEnabled: false
    })
    assert.strictEqual(changed.status, 200)
    assert.deepStrictEqual(await settings(north), before)
    assert.deepInclude(await settings(nobodys), { escalationPhoneNumbers: [ON_CALL], voipEnabled: false })
  })

  it("are not what all tenants inherit, which is a system administrator's to look at and to change", async () => {
    for (const who of [nobodys, north, ["CLINICIAN", []], ["AUDITOR", ["north"]]] as ReadonlyArray<Who>) {
      assert.strictEqual((await as(who, "GET", "/platform-settings")).status, 403)
      assert.strictEqual((await as(who, "PUT", "/platform-settings", { voipEnabled: false })).status, 403)
      assert.strictEqual((await as(who, "DELETE", "/platform-settings/voipEnabled")).status, 403)
    }
    assert.strictEqual((await as(nobodys, "PUT", "/voip-settings?siteGroupingId=north", {})).status, 404)
  })
})

describe("What all tenants inherit", () => {
  it("is followed by every tenant that named nothing else, and by one that takes its own back", async () => {
    await as(north, "PUT", "/voip-settings", { escalationTimerMinutes: 5 })
    await as(system, "PUT", "/platform-settings", { escalationTimerMinutes: 30, dailyLimitPerContact: 4 })
    const own = await settings(north)
    assert.deepInclude(own, { escalationTimerMinutes: 5, dailyLimitPerContact: 4, voipEnabled: true })
    assert.deepInclude(own.sources, {
      escalationTimerMinutes: "own",
      dailyLimitPerContact: "platform",
      voipEnabled: "product"
    })
    const back = await as(north, "DELETE", "/voip-settings/escalationTimerMinutes")
    assert.deepInclude(back.body, { escalationTimerMinutes: 30 })
    assert.strictEqual(back.body.sources.escalationTimerMinutes, "platform")
    await as(system, "PUT", "/platform-settings", { escalationTimerMinutes: 45 })
    assert.strictEqual((await settings(north)).escalationTimerMinutes, 45)
    const gone = await as(system, "DELETE", "/platform-settings/escalationTimerMinutes")
    assert.deepInclude(gone.body, { escalationTimerMinutes: 20, dailyLimitPerContact: 4 })
    assert.strictEqual((await settings(north)).escalationTimerMinutes, 20)
  })

  it("has no on-call number, preview, greeting or auto-reply, and refuses one", async () => {
    for (const named of [
      { escalationPhoneNumbers: [ON_CALL] },
      { escalationPreview: true },
      { callGreetings: [] },
      { autoReplyMessage: "We answer soon", voipEnabled: false }
    ]) {
      assert.strictEqual((await as(system, "PUT", "/platform-settings", named)).status, 422, JSON.stringify(named))
    }
    assert.isTrue((await settings(north)).voipEnabled)
    assert.strictEqual((await as(system, "DELETE", "/platform-settings/autoReplyMessage")).status, 422)
    assert.strictEqual((await as(north, "DELETE", "/voip-settings/whatever")).status, 422)
  })
})

describe("A change of settings", () => {
  it("stands in the audit log with what was and what is, what is contact data apart", async () => {
    await as(north, "PUT", "/voip-settings", { escalationPhoneNumbers: [ON_CALL], escalationTimerMinutes: 5 })
    await as(north, "DELETE", "/voip-settings/escalationTimerMinutes")
    const { body } = await as(north, "GET", "/audit-log?action=settings.change")
    const [taken, put] = body.items
    assert.deepStrictEqual(JSON.parse(taken.detail.values), {
      escalationTimerMinutes: { old: { value: 5, from: "own" }, new: { value: 20, from: "product" } }
    })
    assert.deepStrictEqual(JSON.parse(put.detail.values), {
      escalationTimerMinutes: { old: { value: 20, from: "product" }, new: { value: 5, from: "own" } }
    })
    assert.deepStrictEqual(JSON.parse(put.detail.sealed), {
      escalationPhoneNumbers: { old: { value: [], from: "product" }, new: { value: [ON_CALL], from: "own" } }
    })
    assert.notInclude(JSON.stringify({ ...put.detail, sealed: null }), ON_CALL)
    assert.isUndefined(taken.detail.sealed)
  })
})
