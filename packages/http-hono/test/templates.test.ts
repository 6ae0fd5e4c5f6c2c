/** Templates through the API: written, checked, published, taken back and previewed, and what the audit log has of it. */
import { Intake, TextPrices, Voice } from "@careline/application"
import { Optional } from "@careline/ports"
import * as Memory from "@careline/testkit"
import { Layer } from "effect"
import type { Hono } from "hono"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { askAs, openApp, twilio, type Who } from "./twilioLine.ts"

const price = {
  provider: "twilio",
  country: "US",
  direction: "outbound",
  currency: "USD",
  microsPerSegment: 8300,
  microsPerMms: null,
  validFrom: "2020-01-01"
} as const
const world = Layer.mergeAll(Intake.layer, Optional.absent(Voice), twilio, Layer.succeed(TextPrices, [price])).pipe(
  Layer.provideMerge(Memory.layer)
)

let app: Hono
let close: () => Promise<void>

beforeEach(async () => {
  ;({ app, close } = await openApp(world))
  for (const id of ["north", "south"]) {
    await as(["SYSTEM_ADMIN", []], "POST", "/site-groupings", { id, name: `Clinic ${id}` })
  }
})
afterEach(() => close())

const north: Who = ["SITE_ADMIN", ["north"]]
const clinician: Who = ["CLINICIAN", ["north"]]

const as = (who: Who, method: string, path: string, body?: unknown) => askAs(app, who, method, path, body)

const REMINDER = {
  name: "Reminder",
  category: "appointment",
  tags: ["visits"],
  variables: [
    { path: "patient.firstName", maxLength: 30, sample: "Ana", sensitivity: "identifying" },
    { path: "visit.start", type: "date_time", sample: "2026-12-02T09:00:00-06:00[America/Chicago]" }
  ],
  contents: [
    {
      language: "en-US",
      bodies: {
        sms: "Hi {{patient.firstName}}, see you {{visit.start | weekday}} at {{visit.start | time}}. Reply C to confirm, R to reschedule, X to cancel."
      }
    },
    {
      language: "es-US",
      bodies: {
        sms: "Hola {{patient.firstName}}, lo esperamos el {{visit.start | weekday}} a las {{visit.start | time}}. Responda C, R o X."
      }
    }
  ]
}

const created = async (more: object = {}, who = north) => {
  const { body, status } = await as(who, "POST", "/templates", { ...REMINDER, ...more })
  assert.strictEqual(status, 201, JSON.stringify(body))
  return body
}

describe("A template", () => {
  it("is a draft with what is to be said of it, until its version is published", async () => {
    const template = await created()
    assert.deepInclude(template, { latestVersion: 1, publishedVersion: null, siteGroupingId: "north" })
    assert.deepInclude(template.lint, { isPublishable: true, issues: [] })
    assert.deepInclude(template.lint.estimates[0], {
      language: "en-US",
      segments: { encoding: "GSM-7", units: 115, segments: 1, cost: { amount: "0.0083", currency: "USD" } }
    })
    const published = await as(north, "POST", `/templates/${template.id}/publish`, { version: 1 })
    assert.deepInclude(published.body, { latestVersion: 1, publishedVersion: 1 })
    assert.deepInclude((await as(clinician, "GET", `/templates/${template.id}`)).body, { publishedVersion: 1 })
  })

  it("is previewed in each language with data, or with its samples", async () => {
    const { id } = await created()
    const preview = (body?: object) => as(clinician, "POST", `/templates/${id}/preview`, body)
    assert.deepInclude((await preview()).body, {
      language: "en-US",
      text: "Hi Ana, see you Wednesday at 9:00 AM. Reply C to confirm, R to reschedule, X to cancel."
    })
    const spanish = await preview({
      language: "es-MX",
      data: { patient: { firstName: "Nuñez" }, "visit.start": "2026-12-05T14:30:00-06:00[America/Mexico_City]" }
    })
    assert.deepInclude(spanish.body, {
      language: "es-US",
      text: "Hola Nuñez, lo esperamos el sábado a las 2:30 p.m.. Responda C, R o X.",
      segments: { encoding: "UCS-2", units: 70, segments: 1, cost: { amount: "0.0083", currency: "USD" } }
    })
  })

  it("refuses values that do not fit, by name, and a language that it does not have", async () => {
    const { id } = await created()
    const wrong = await as(north, "POST", `/templates/${id}/preview`, { data: { "visit.start": "tomorrow", other: 1 } })
    assert.strictEqual(wrong.status, 422)
    assert.deepStrictEqual(
      wrong.body.errors.map(({ pointer }: { pointer: string }) => pointer),
      ["#/data/patient.firstName", "#/data/visit.start", "#/data/other"]
    )
    const french = await as(north, "POST", `/templates/${id}/preview`, { language: "fr-CA" })
    assert.strictEqual(french.status, 409)
    assert.deepStrictEqual(french.body.available, ["en-US", "es-US"])
  })

  const deep = (depth: number): object => (depth === 0 ? {} : { a: deep(depth - 1) })
  it.each([
    [{ a: "x\u0000" }, "#/data/a"],
    [{ a: { b: ["\ud800"] } }, "#/data/a/b/0"],
    [{ a: { "b\u0000": 1 } }, "#/data/a"],
    [{ a: "x".repeat(501) }, "#/data/a"],
    [{ ["a".repeat(101)]: 1 }, "#/data"],
    [Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`a${at}`, at])), "#/data"],
    [deep(9), "#/data/a/a/a/a/a/a/a/a/a"],
    [deep(1_000), "#/data/a/a/a/a/a/a/a/a/a"]
  ])("%#: takes no data that no store keeps, for a preview and for a message", async (data, pointer) => {
    const { id } = await created()
    const answers = [
      await as(north, "POST", `/templates/${id}/preview`, { data }),
      await as(north, "POST", "/messages", { to: "+13035550123", templateId: id, data })
    ]
    for (const { body, status } of answers) {
      assert.deepStrictEqual([status, body.errors?.map((one: { pointer: string }) => one.pointer)], [422, [pointer]])
    }
  })

  it("reads no data that is deeper than any stack", async () => {
    const { id } = await created()
    const body = `{"data":${'{"a":'.repeat(9_000)}1${"}".repeat(9_000)}}`
    assert.strictEqual((await as(north, "POST", `/templates/${id}/preview`, body)).status, 422)
  })

  it("is not published with an error, which is told with its place", async () => {
    const template = await created({
      contents: [{ language: "en-US", bodies: { sms: "Hi {{patient.firstName}},\nreply CANCEL or see bit.ly/x" } }]
    })
    const refused = await as(north, "POST", `/templates/${template.id}/publish`, { version: 1 })
    assert.strictEqual(refused.status, 409)
    assert.strictEqual(refused.body.type, "urn:careline:problem:template-not-publishable")
    assert.deepStrictEqual(
      refused.body.issues.map(({ place, rule }: { place: unknown; rule: string }) => [rule, place]),
      [
        ["reply_word", { line: 2, column: 7 }],
        ["link_host", { line: 2, column: 21 }],
        ["unused_variable", null]
      ]
    )
    const checked = await as(clinician, "GET", `/templates/${template.id}/lint?version=1`)
    assert.strictEqual(checked.body.isPublishable, false)
  })

  it("leads only to hosts of the tenant's own", async () => {
    const contents = [{ language: "en-US", bodies: { sms: "See https://visits.north.example.com/today" } }]
    const { id } = await created({ variables: [], contents })
    const publish = () => as(north, "POST", `/templates/${id}/publish`, { version: 1 })
    assert.strictEqual((await publish()).status, 409)
    assert.strictEqual((await as(north, "PUT", "/voip-settings", { linkHosts: ["bit.ly"] })).status, 422)
    await as(north, "PUT", "/voip-settings", { linkHosts: ["visits.north.example.com"] })
    assert.strictEqual((await publish()).status, 200)
  })

  it("is shown with no link to anybody else's host, whichever value brings it, and no longer than a text", async () => {
    await as(north, "PUT", "/voip-settings", { linkHosts: ["visits.north.example.com"] })
    const variables = [
      { path: "link", type: "link", maxLength: 100, sample: "https://visits.north.example.com/1" },
      { path: "note", maxLength: 500, sample: "soon" }
    ]
    const sms = "See {{link}} {{note}}{{note}}{{note}}{{note}}"
    const { id } = await created({ variables, contents: [{ language: "en-US", bodies: { sms } }] })
    const preview = (link: string, note: string) =>
      as(clinician, "POST", `/templates/${id}/preview`, { data: { link, note } })
    assert.strictEqual((await preview("https://visits.north.example.com/2", "soon ")).status, 200)
    for (const [link, note] of [
      ["https://evil.example/x", "soon"],
      ["https://visits.north.example.com/2", "pay at evil.com"]
    ] as const) {
      const { body, status } = await preview(link, note)
      assert.deepStrictEqual([status, body.type], [409, "urn:careline:problem:link-host"])
    }
    const long = await preview("https://visits.north.example.com/2", "a".repeat(500))
    assert.deepStrictEqual([long.status, long.body.type], [409, "urn:careline:problem:text-too-long"])
  })

  it("changes its category only to one that its published version may be sent under", async () => {
    const { id } = await created({ category: "general" })
    const edit = (more: object) => as(north, "PUT", `/templates/${id}`, more)
    assert.strictEqual((await edit({ category: "marketing" })).status, 200)
    await edit({ category: "general" })
    await as(north, "POST", `/templates/${id}/publish`, { version: 1 })
    const { body, status } = await edit({ category: "marketing" })
    assert.deepStrictEqual([status, body.type], [409, "urn:careline:problem:template-not-publishable"])
    assert.include(JSON.stringify(body.issues), "opt_out_missing")
    assert.deepInclude((await as(north, "GET", `/templates/${id}`)).body, { category: "general", publishedVersion: 1 })
    assert.deepInclude((await edit({ category: "billing" })).body, { category: "billing", publishedVersion: 1 })
  })

  it("names the clinic in marketing by the name that it is on record under", async () => {
    const marketing = (sms: string) =>
      created({ name: sms, category: "marketing", variables: [], contents: [{ language: "en-US", bodies: { sms } }] })
    const rulesOf = ({ lint }: Record<string, any>): ReadonlyArray<string> =>
      lint.issues.map(({ rule }: { rule: string }) => rule)
    assert.deepStrictEqual(rulesOf(await marketing("Flu shots at Clinic north. Reply STOP to opt out.")), [])
    assert.deepStrictEqual(rulesOf(await marketing("Flu shots.")), ["opt_out_missing", "identity_missing"])
  })

  it("gets another version by an edit, of which nothing is sent until it is published, and is taken back", async () => {
    const { id } = await created()
    await as(north, "POST", `/templates/${id}/publish`, { version: 1 })
    const [english] = REMINDER.contents
    const edited = await as(north, "PUT", `/templates/${id}`, { baseVersion: 1, contents: [english] })
    assert.deepInclude(edited.body, { latestVersion: 2, publishedVersion: 1, tags: ["visits"] })
    const stale = await as(north, "PUT", `/templates/${id}`, { baseVersion: 1, contents: [english] })
    assert.strictEqual(stale.body.type, "urn:careline:problem:template-changed")
    const renamed = await as(north, "PUT", `/templates/${id}`, { name: "Visit reminder" })
    assert.deepInclude(renamed.body, { latestVersion: 2, name: "Visit reminder" })

    const early = await as(north, "POST", `/templates/${id}/rollback`, { version: 1 })
    assert.strictEqual(early.status, 422)
    await as(north, "POST", `/templates/${id}/publish`, { version: 2 })
    const back = await as(north, "POST", `/templates/${id}/rollback`, { version: 1 })
    assert.deepInclude(back.body, { latestVersion: 2, publishedVersion: 1 })

    const { body } = await as(clinician, "GET", `/templates/${id}/versions?limit=1`)
    assert.strictEqual(body.items[0].number, 2)
    const rest = await as(clinician, "GET", `/templates/${id}/versions?cursor=${body.nextCursor}`)
    assert.deepInclude(rest.body.items[0], { number: 1, contents: REMINDER.contents })
  })

  it("is archived with its versions, and its name is free", async () => {
    const { id } = await created()
    assert.strictEqual((await as(north, "POST", "/templates", REMINDER)).status, 409)
    const archived = await as(north, "DELETE", `/templates/${id}`)
    assert.isString(archived.body.archivedAt)
    assert.deepStrictEqual((await as(north, "DELETE", `/templates/${id}`)).body, archived.body)
    await created()
    assert.strictEqual((await as(north, "PUT", `/templates/${id}`, { name: "x" })).status, 409)
    assert.strictEqual((await as(north, "POST", `/templates/${id}/publish`, { version: 1 })).status, 409)
    assert.strictEqual((await as(north, "GET", `/templates/${id}/versions`)).body.items.length, 1)
    const listed = async (query: string) => (await as(north, "GET", `/templates${query}`)).body.items.length
    assert.deepStrictEqual([await listed(""), await listed("?archived=true"), await listed("?tag=other")], [1, 1, 0])
  })

  it.each([
    [{ name: " " }, "#/name"],
    [{ category: "spam" }, "#/category"],
    [{ contents: [] }, "#/contents"],
    [{ contents: [{ language: "en-US", bodies: { sms: " " } }] }, "#/contents/0/bodies/sms"],
    [{ contents: [...REMINDER.contents, ...REMINDER.contents] }, "#/contents"],
    [{ variables: [{ path: "a b" }] }, "#/variables/0/path"],
    [{ variables: [{ path: "a" }, { path: "a" }] }, "#/variables"],
    [{ variables: [{ path: "a", sample: "x\u0000" }] }, "#/variables/0/sample"],
    [{ variables: [{ path: "a", sample: "\ud800" }] }, "#/variables/0/sample"],
    [{ tags: ["a", "a"] }, "#/tags"],
    [{ published: true }, "#/published"]
  ])("%#: %j is refused by name", async (more, pointer) => {
    const { body, status } = await as(north, "POST", "/templates", { ...REMINDER, ...more })
    assert.strictEqual(status, 422)
    for (const error of body.errors) assert.strictEqual(error.pointer, pointer)
  })

  it("leaves what was done to it in the audit log", async () => {
    const { id } = await created()
    await as(north, "PUT", `/templates/${id}`, { contents: REMINDER.contents })
    await as(north, "POST", `/templates/${id}/publish`, { version: 2 })
    await as(north, "POST", `/templates/${id}/rollback`, { version: 1 })
    await as(north, "DELETE", `/templates/${id}`)
    const { body } = await as(north, "GET", `/audit-log?subject=template:${id}`)
    assert.deepStrictEqual(
      body.items.map(({ action }: { action: string }) => action),
      ["template.archive", "template.rollback", "template.publish", "template.edit", "template.create"]
    )
  })
})
