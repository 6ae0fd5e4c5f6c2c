/** Patients from a CSV file, through the API and into PostgreSQL. */
import { Effect, Layer } from "effect"
import type { Hono } from "hono"
import { assert, beforeAll, describe, it } from "vitest"
import { openOnPostgres } from "./postgresLine.ts"
import { addLine, ask, tokenOf } from "./twilioLine.ts"

let app: Hono
let admin: string

beforeAll(async () => {
  app = (await openOnPostgres(Layer.empty)).app
  const root = await Effect.runPromise(tokenOf("root", ["SYSTEM_ADMIN"]))
  await addLine(app, root, "+12025550100", "north", "Front desk")
  admin = await Effect.runPromise(tokenOf("admin", ["SITE_ADMIN"], ["north"]))
})

const imported = (body: string, type = "text/csv; charset=utf-8") =>
  ask(app, admin, "POST", "/patients/import", body, { "content-type": type })

const patient = async (id: string) => (await ask(app, admin, "GET", `/patients/${id}`)).body

describe("An import of patients", () => {
  it("makes patients, replaces those of its ids, and tells of lines that it cannot read", async () => {
    const first = await imported(
      "id;name;phone;proxy_phone\n1;Ana Muñoz;(303) 555-0123;\n2;Ben;;303-555-0188\n3;Cleo;12;\n"
    )
    assert.deepInclude(first, { status: 200 })
    assert.deepInclude(first.body, { created: 2, updated: 0, unchanged: 0 })
    assert.deepStrictEqual(first.body.errors, [
      { line: 4, column: "phone", detail: "must be a valid phone number without an extension" }
    ])
    const before = await patient("1")
    assert.deepInclude(before, { name: "Ana Muñoz", siteGroupingId: "north" })
    assert.deepInclude((await patient("2")).phones[0], { number: "+13035550188", isProxy: true })
    const again = await imported("id;name;phone;proxy_phone\n1;Ana M.;(303) 555-0123;\n2;Ben;;303-555-0188\n3;Cleo;;\n")
    assert.deepStrictEqual(again.body, { created: 1, updated: 1, unchanged: 1, errors: [] })
    const after = await patient("1")
    assert.strictEqual(after.name, "Ana M.")
    assert.deepStrictEqual([after.createdAt, after.phones], [before.createdAt, before.phones])
    const found = await ask(app, admin, "POST", "/patients/search", { phone: "303-555-0123" })
    assert.deepStrictEqual(
      found.body.items.map(({ id }: { id: string }) => id),
      ["1"]
    )
  })

  it("takes a large file in parts, also twice at once", async () => {
    const lines = Array.from({ length: 1_200 }, (_, index) => `many-${index},Patient ${index},+1303555${1000 + index}`)
    const file = `id,name,phone\n${lines.join("\n")}\n`
    const reversed = `id,name,phone\n${lines.toReversed().join("\n")}\n`
    const answers = await Promise.all([imported(file), imported(reversed)])
    for (const { body, status } of answers) {
      assert.strictEqual(status, 200, JSON.stringify(body))
      assert.deepStrictEqual(body.errors, [])
      assert.strictEqual(body.created + body.updated + body.unchanged, 1_200)
    }
    assert.deepInclude((await imported(file)).body, { created: 0, updated: 0, unchanged: 1_200 })
    assert.deepInclude(await patient("many-1199"), { name: "Patient 1199" })
  })

  it("refuses what is no such file, and what is too large", async () => {
    assert.strictEqual((await imported("{}", "application/json")).status, 415)
    assert.strictEqual((await imported("id,name", "text/csv; charset=windows-1252")).status, 415)
    const noHeader = await imported("Ana,303-555-0123")
    assert.deepInclude(noHeader.body, { status: 422, type: "urn:careline:problem:invalid-request" })
    const large = await imported(`id,name\n${"x".repeat(5 * 1024 * 1024)}`)
    assert.strictEqual(large.status, 413)
    const many = await imported(`id,name\n${"1,A\n".repeat(20_001)}`)
    assert.strictEqual(many.status, 422)
  })
})
