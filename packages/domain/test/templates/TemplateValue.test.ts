import { fc, test } from "@fast-check/vitest"
import { assert, describe, it } from "vitest"
import { TemplateValue } from "../../src/index.ts"

const variable = (path: string, type: TemplateValue.Variable["type"], more: Partial<TemplateValue.Variable> = {}) =>
  ({
    path,
    type,
    required: true,
    maxLength: 10,
    sample: "",
    sensitivity: "none",
    ...more
  }) satisfies TemplateValue.Variable

const variables = [
  variable("patient.firstName", "text"),
  variable("visit.start", "date_time"),
  variable("clinic.phone", "phone"),
  variable("visit.link", "link", { maxLength: 100, required: false }),
  variable("visit.isFirst", "boolean", { required: false }),
  variable("visit.count", "number", { required: false })
]

const good = {
  patient: { firstName: " Ana\u202e " },
  "visit.start": "2026-12-02T09:00:00-06:00[America/Chicago]",
  clinic: { phone: "+12025550123" }
}

describe("The values of a template", () => {
  it("are given by their paths or as records within records", () => {
    const { data, faults } = TemplateValue.decode(variables, good)
    assert.deepStrictEqual(faults, [])
    assert.deepStrictEqual(data.get("patient.firstName"), { _tag: "text", value: "Ana" })
    assert.strictEqual(data.size, 3)
  })

  it.each([
    ["patient.firstName", 7, /must be a text/],
    ["patient.firstName", "   ", /shows something/],
    ["patient.firstName", "a".repeat(11), /at most 10/],
    ["patient.firstName", null, /is needed/],
    ["visit.start", "2026-12-02T09:00:00Z", /with its zone/],
    ["visit.start", "tomorrow", /with its zone/],
    ["clinic.phone", "911", /E\.164/],
    ["visit.link", "http://a.example", /https/],
    ["visit.link", "javascript:alert(1)", /https/],
    ["visit.link", "https://a@b.example/", /https/],
    ["visit.isFirst", "true", /true or false/],
    ["visit.count", Number.NaN, /number/],
    ["visit.other", 1, /no variable/],
    ["__proto__", { a: 1 }, /no variable/]
  ])("%#: %s refuses %j", (path, value, message) => {
    const given = { "patient.firstName": "Ana", "visit.start": good["visit.start"], "clinic.phone": "+12025550123" }
    const { faults } = TemplateValue.decode(variables, Object.fromEntries([...Object.entries(given), [path, value]]))
    assert.strictEqual(faults.length, 1)
    assert.match(faults[0]!.message, message)
    assert.include(faults[0]!.path, path)
  })

  test.prop([
    fc.object({ key: fc.constantFrom("patient", "firstName", "visit", "constructor", "__proto__"), maxDepth: 12 })
  ])("are decoded or refused, whatever is given", (given) => {
    const { data, faults } = TemplateValue.decode(variables, given as Record<string, unknown>)
    assert.isTrue(faults.length > 0 || data.size > 0)
  })
})
