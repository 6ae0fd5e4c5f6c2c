/** The directory through the API: kept, found by phone and name, and what threads, calls and the audit log make of it. */
import { Effect } from "effect"
import type { Hono } from "hono"
import { assert, beforeEach, describe, it } from "vitest"
import { openOnPostgres, type PostgresLine } from "./postgresLine.ts"
import { addLine, askAs, tokenOf, type Who } from "./twilioLine.ts"

let app: Hono
let hear: PostgresLine["hear"]

beforeEach(async () => {
  ;({ app, hear } = await openOnPostgres())
  const root = await Effect.runPromise(tokenOf("root", ["SYSTEM_ADMIN"]))
  await addLine(app, root, "+12025550100", "north", "Front desk")
  await addLine(app, root, "+12025550101", "south", "Front desk")
})

const admin: Who = ["SITE_ADMIN", ["north"]]
const nurse: Who = ["CLINICIAN", ["north"]]
const stranger: Who = ["CLINICIAN", ["south"]]

const as = (who: Who, method: string, path: string, body?: unknown) => askAs(app, who, method, path, body)

const created = async (path: string, body: object, who: Who = admin) => {
  const { body: answer, status } = await as(who, "POST", path, body)
  assert.strictEqual(status, 201, JSON.stringify(answer))
  return answer
}

const MOTHER = "+13035550123"

/** A mother's two children: one phone, written in two ways. */
const siblings = async () => {
  await created("/patients", {
    id: "ana",
    name: "Ana Muñoz",
    phones: [{ number: "(303) 555-0123", isProxy: true, language: "es-US" }],
    timeZone: "America/Denver"
  })
  await created("/patients", { id: "ben", name: "Ben Muñoz", phones: [{ number: MOTHER, isProxy: true }] })
}

const texted = (from: string, to = "+12025550100", id = `SM ${from} ${to}`) => hear({ from, to, text: "Hello", id })

const threads = async (who: Who) => (await as(who, "GET", "/external-threads?view=all")).body.items

describe("A patient", () => {
  it("is kept, replaced and forgotten, and seen in its site grouping alone", async () => {
    const patient = await created(
      "/patients",
      { name: "Zoë Muñoz", phones: [{ number: "(303) 555-0188" }], timeZone: "America/Denver" },
      nurse
    )
    assert.deepInclude(patient, { siteGroupingId: "north", name: "Zoë Muñoz", timeZone: "America/Denver" })
    assert.deepInclude(patient.phones[0], { number: "+13035550188", language: null, isProxy: false })
    assert.strictEqual((await as(stranger, "GET", `/patients/${patient.id}`)).status, 404)
    assert.strictEqual((await as(stranger, "GET", `/patients/${patient.id}?siteGroupingId=north`)).status, 404)
    const replaced = await as(nurse, "PUT", `/patients/${patient.id}`, {
      name: "Zoë M. Muñoz",
      phones: [{ number: "+13035550188", isProxy: true }, { number: "+13035550199" }]
    })
    assert.deepInclude(replaced.body, { name: "Zoë M. Muñoz", timeZone: null, createdAt: patient.createdAt })
    assert.strictEqual(replaced.body.phones[0].since, patient.phones[0].since)
    assert.deepStrictEqual((await as(nurse, "GET", `/patients/${patient.id}`)).body, replaced.body)
    assert.deepStrictEqual((await as(nurse, "GET", "/patients")).body.items, [replaced.body])
    assert.strictEqual((await as(admin, "DELETE", `/patients/${patient.id}`)).status, 200)
    assert.strictEqual((await as(nurse, "GET", `/patients/${patient.id}`)).status, 404)
  })

  it("is refused with a phone that is none, a time zone that is none, or an id that somebody has", async () => {
    const refused = await as(nurse, "POST", "/patients", {
      name: "Ana",
      phones: [{ number: MOTHER }, { number: "12" }]
    })
    assert.strictEqual(refused.status, 422)
    assert.strictEqual(refused.body.errors[0].pointer, "#/phones/1/number")
    assert.strictEqual((await as(nurse, "POST", "/patients", { name: "Ana", timeZone: "Mars/Base" })).status, 422)
    await created("/patients", { id: "7", name: "Ana" })
    const taken = await as(nurse, "POST", "/patients", { id: "7", name: "Ben" })
    assert.deepInclude(taken.body, { status: 409, type: "urn:careline:problem:entry-taken" })
    // Another site grouping may have the same id.
    await created("/patients", { id: "7", name: "Cleo" }, stranger)
    assert.strictEqual((await as(nurse, "GET", "/patients/7")).body.name, "Ana")
  })

  it("is made once and changed one edit after the other, however many ask at once", async () => {
    const answers = await Promise.all(
      ["Ana", "Ben", "Cleo"].map((name) =>
        as(nurse, "POST", "/patients", { id: "7", name, phones: [{ number: MOTHER }] })
      )
    )
    assert.deepStrictEqual(answers.map(({ status }) => status).toSorted(), [201, 409, 409])
    const since = answers.find(({ status }) => status === 201)!.body.phones[0].since
    const names = ["Dan", "Eve", "Flo"]
    const edits = await Promise.all(
      names.map((name, index) =>
        as(nurse, "PUT", "/patients/7", { name, phones: [{ number: MOTHER }, { number: `+1303555018${index}` }] })
      )
    )
    assert.deepStrictEqual(
      edits.map(({ status }) => status),
      [200, 200, 200]
    )
    const { body } = await as(nurse, "GET", "/patients/7")
    assert.strictEqual(body.phones[0].since, since)
    const index = names.indexOf(body.name)
    // Each is found by the phones of the edit that stands, and by no other's.
    for (const other of names.keys()) {
      const found = await as(nurse, "POST", "/patients/search", { phone: `+1303555018${other}` })
      assert.lengthOf(found.body.items, other === index ? 1 : 0)
    }
  })

  it("is found by each phone, with all who share it, and by words of the name without accents", async () => {
    await siblings()
    const search = async (body: object, who = nurse) =>
      (await as(who, "POST", "/patients/search", body)).body.items.map(({ id }: { id: string }) => id).toSorted()
    assert.deepStrictEqual(await search({ phone: "303-555-0123" }), ["ana", "ben"])
    assert.deepStrictEqual(await search({ name: "munoz ANA" }), ["ana"])
    assert.deepStrictEqual(await search({ name: "munoz", limit: 200 }), ["ana", "ben"])
    assert.deepStrictEqual(await search({ phone: MOTHER }, stranger), [])
    assert.strictEqual((await as(nurse, "POST", "/patients/search", {})).status, 422)
    assert.strictEqual((await as(nurse, "POST", "/patients/search", { name: "a", phone: MOTHER })).status, 422)
    assert.strictEqual((await as(nurse, "POST", "/patients/search", { phone: "ana@example.com" })).status, 422)
  })

  it("stands in the audit log with every look and deed, by its id alone", async () => {
    await siblings()
    await as(nurse, "GET", "/patients/ana")
    await as(nurse, "POST", "/patients/search", { phone: MOTHER })
    await as(admin, "DELETE", "/patients/ben")
    const { body } = await as(admin, "GET", "/audit-log?limit=50")
    const told = JSON.stringify(body)
    for (const action of ["patient.create", "patient.view", "patient.search", "patient.delete"]) {
      assert.include(told, `"${action}"`)
    }
    for (const secret of ["Muñoz", "5550123"]) assert.notInclude(told, secret)
  })
})

describe("A thread", () => {
  it("that a text begins is linked to all patients of the phone, and named by all of them", async () => {
    await siblings()
    await texted(MOTHER)
    const [thread] = await threads(nurse)
    assert.deepStrictEqual(thread.patientIds, ["ana", "ben"])
    assert.strictEqual(thread.contactName, "Ana Muñoz, Ben Muñoz (shared phone)")
    // The other site grouping keeps nobody of this phone.
    await texted(MOTHER, "+12025550101")
    const [other] = await threads(stranger)
    assert.deepInclude(other, { patientIds: [], contactName: null })
  })

  it("that staff unlinked stays so, whatever else comes in, and one that they open is linked", async () => {
    await siblings()
    await texted(MOTHER)
    const [thread] = await threads(nurse)
    await as(nurse, "PATCH", `/external-threads/${thread.id}`, { patientIds: [] })
    await texted(MOTHER, "+12025550100", "SM another")
    assert.deepStrictEqual((await threads(nurse))[0].patientIds, [])
    await created("/patients", { id: "cleo", name: "Cleo", phones: [{ number: "+13035550124" }] })
    const opened = await created("/external-threads", { externalContact: "+13035550124" }, nurse)
    assert.deepInclude(opened, { patientIds: ["cleo"], contactName: "Cleo" })
    const other = await created("/external-threads", { externalContact: "+13035550125", patientIds: ["ana"] }, nurse)
    assert.deepStrictEqual(other.patientIds, ["ana"])
  })

  it("of a facility's phone is linked to none of the residents who have it too", async () => {
    await created("/facilities", { id: "harbor", name: "Harbor House", phones: [{ number: MOTHER }] })
    await siblings()
    await texted(MOTHER)
    assert.deepInclude((await threads(nurse))[0], { patientIds: [], contactName: "Harbor House" })
  })

  it("links to patients whom the directory has, where it has any", async () => {
    await texted(MOTHER)
    const [thread] = await threads(nurse)
    const link = (id: string) => as(nurse, "PATCH", `/external-threads/${thread.id}`, { patientIds: [id] })
    assert.strictEqual((await link("kept elsewhere")).status, 200)
    await siblings()
    assert.strictEqual((await link("nobody")).status, 422)
    assert.strictEqual((await link("ben")).status, 200)
  })
})

describe("A user", () => {
  it("has a name and the phone that masked calls know them by", async () => {
    const user = await created("/users", { id: "CLINICIAN-1", name: "Kim", phone: "(303) 555-0177" })
    assert.deepInclude(user.phone, { number: "+13035550177" })
    assert.strictEqual((await as(nurse, "GET", "/users/CLINICIAN-1")).status, 403)
    await texted(MOTHER)
    const [thread] = await threads(nurse)
    const prepared = await as(nurse, "POST", `/external-threads/${thread.id}/prepare-bridge-call`, {})
    assert.deepInclude(prepared.body, { clinicianNumber: "+13035550177" }, JSON.stringify(prepared.body))
    assert.strictEqual((await as(admin, "PUT", "/users/CLINICIAN-1", { name: "Kim", phone: null })).status, 200)
    const refused = await as(nurse, "POST", `/external-threads/${thread.id}/prepare-bridge-call`, {})
    assert.strictEqual(refused.status, 422)
    const bad = await as(admin, "PUT", "/users/CLINICIAN-1", { name: "Kim", phone: "12" })
    assert.deepStrictEqual([bad.status, bad.body.errors[0].pointer], [422, "#/phone"])
  })
})
