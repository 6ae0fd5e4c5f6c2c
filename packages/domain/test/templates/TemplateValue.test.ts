import { fc, test } from "@fast-check/vitest"
import { Schema } from "effect"
import { assert, describe, it } from "vitest"
import { type Language, TemplateValue } from "../../src/index.ts"

const US = "en-US" as Language

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
    ["visit.start", "2026-03-02T09:00:00[America/Chicago]", /with its zone/],
    ["visit.start", "2026-03-02T09:00:00-06:00", /with its zone/],
    ["visit.start", "2026-03-02T09:00:00-05:00[America/Chicago]", /with its zone/],
    ["visit.start", "2026-02-30T09:00:00-06:00[America/Chicago]", /with its zone/],
    ["visit.start", "2026-03-02T09:00:00-06:00[America/Nowhere]", /with its zone/],
    ["clinic.phone", "911", /E\.164/],
    ["visit.link", "http://a.example", /https/],
    ["visit.link", "javascript:alert(1)", /https/],
    ["visit.link", "https://a@b.example/", /https/],
    ["visit.isFirst", "true", /true or false/],
    ["visit.count", Number.NaN, /number/],
    ["visit.count", 1e300, /15 digits/],
    ["visit.count", 1e12, /15 digits/],
    ["visit.count", 1e-7, /15 digits/],
    ["visit.count", 0.1 + 0.2, /15 digits/],
    ["visit.other", 1, /no variable/],
    ["__proto__", { a: 1 }, /no variable/]
  ])("%#: %s refuses %j", (path, value, message) => {
    const given = { "patient.firstName": "Ana", "visit.start": good["visit.start"], "clinic.phone": "+12025550123" }
    const { faults } = TemplateValue.decode(variables, Object.fromEntries([...Object.entries(given), [path, value]]))
    assert.strictEqual(faults.length, 1)
    assert.match(faults[0]!.message, message)
    assert.include(faults[0]!.path, path)
  })

  const decoded = (type: TemplateValue.Variable["type"], given: unknown) =>
    TemplateValue.decode([variable("a", type)], { a: given }).data.get("a")

  const written = (
    type: TemplateValue.Variable["type"],
    given: unknown,
    filter: TemplateValue.Filter | null = null
  ) => {
    const value = decoded(type, given)
    return value === undefined ? null : TemplateValue.format(value, filter, US)
  }

  it.each([
    ["2026-03-02T09:00:00-06:00[America/Chicago]", "9:00 AM"],
    ["2026-03-02T15:00:00Z[America/Chicago]", "9:00 AM"],
    ["2026-07-02T09:00:00-05:00[America/Chicago]", "9:00 AM"],
    ["2026-11-01T01:30:00-05:00[America/Chicago]", "1:30 AM"],
    ["2026-11-01T01:30:00-06:00[America/Chicago]", "1:30 AM"]
  ])("say %s as %s on the clock of their zone", (given, expected) =>
    assert.strictEqual(written("date_time", given, "time"), expected)
  )

  it.each([
    [0.0625, "0.0625"],
    [1204, "1204"],
    [-0, "0"],
    [123_456_789_012.345, "123456789012.345"]
  ])("say %d as %s, whole", (given, expected) => assert.strictEqual(written("number", given), expected))

  const longest = TemplateValue.format({ _tag: "number", value: TemplateValue.LONGEST_NUMBER }, null, US).length
  test.prop([
    fc.oneof(
      fc.double(),
      fc.integer(),
      fc.integer().map((one) => one / 1e6)
    )
  ])("are numbers that are written whole and no longer than is assumed, or refused", (given) => {
    const text = written("number", given)
    if (text === null) return
    assert.strictEqual(Number(text), given + 0)
    assert.isAtMost(text.length, longest)
  })

  it("have samples that a store keeps", () => {
    const isSample = Schema.is(TemplateValue.Variable.fields.sample)
    assert.deepStrictEqual(["Ana", "👩", "x\u0000", "\ud800", "a\udfff"].map(isSample), [
      true,
      true,
      false,
      false,
      false
    ])
  })

  test.prop([
    fc.object({ key: fc.constantFrom("patient", "firstName", "visit", "constructor", "__proto__"), maxDepth: 12 })
  ])("are decoded or refused, whatever is given", (given) => {
    const { data, faults } = TemplateValue.decode(variables, given as Record<string, unknown>)
    assert.isTrue(faults.length > 0 || data.size > 0)
  })
})
