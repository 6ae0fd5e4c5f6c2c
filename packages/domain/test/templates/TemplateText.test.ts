import { fc, test } from "@fast-check/vitest"
import { Option, Result } from "effect"
import { DateTime } from "effect"
import { assert, describe, expect, it } from "vitest"
import { type Language, type PhoneNumber, TemplateText, TemplateValue } from "../../src/index.ts"

const US = "en-US" as Language
const nine = Option.getOrThrow(DateTime.makeZonedFromString("2026-12-02T09:00:00-06:00[America/Chicago]"))

const data: TemplateValue.TemplateData = new Map<string, TemplateValue.TemplateValue>([
  ["patient.firstName", { _tag: "text", value: "Ana" }],
  ["visit.start", { _tag: "date_time", value: nine }],
  ["clinic.phone", { _tag: "phone", value: "+12025550123" as PhoneNumber.E164 }],
  ["visit.count", { _tag: "number", value: 1200 }],
  ["visit.isFirst", { _tag: "boolean", value: false }]
])

const rendered = (text: string, language = US): string =>
  Result.getOrThrow(TemplateText.render(Result.getOrThrow(TemplateText.parse(text)), data, language))

const faultsOf = (text: string) => Result.getOrThrow(Result.flip(TemplateText.parse(text)))

describe("The text of a template", () => {
  it.each([
    ["Hi {{patient.firstName}}!", "Hi Ana!"],
    ["{{ visit.start | date }} at {{visit.start|time}}", "December 2, 2026 at 9:00 AM"],
    ["{{visit.start | weekday}}", "Wednesday"],
    ["{{visit.start}}", "Dec 2, 2026, 9:00 AM"],
    ["Call {{clinic.phone | phone}}", "Call (202) 555-0123"],
    ["Room {{visit.count}}", "Room 1200"],
    ["{{#patient.firstName}}Hi {{patient.firstName}}. {{/patient.firstName}}Bye", "Hi Ana. Bye"],
    ["{{#patient.lastName}}Hi. {{/patient.lastName}}Bye", "Bye"],
    ["{{^patient.lastName}}Hello. {{/patient.lastName}}Bye", "Hello. Bye"],
    ["{{#visit.isFirst}}first{{/visit.isFirst}}{{^visit.isFirst}}again{{/visit.isFirst}}", "again"],
    ["a { b } c", "a { b } c"],
    ["", ""]
  ])("%#: says its values and what depends on them", (text, expected) => assert.strictEqual(rendered(text), expected))

  it("writes dates as the language does, with blanks of GSM 03.38 only", () => {
    assert.strictEqual(
      rendered("{{visit.start | weekday}} {{visit.start | date}}, {{visit.start | time}}", "es-US" as Language),
      "miércoles 2 de diciembre de 2026, 9:00 a.m."
    )
    assert.notMatch(rendered("{{visit.start | time}}"), /[^\x20-\x7e]/)
  })

  it("is no text at all where a value is missing", () => {
    const nodes = Result.getOrThrow(TemplateText.parse("Hi {{patient.lastName}}"))
    expect(TemplateText.render(nodes, data, US)).toStrictEqual(Result.fail({ path: "patient.lastName" }))
  })

  it.each([
    ["Hi {{name", 3, /not closed/],
    ["Hi }}", 3, /closes nothing/],
    ["{{}}", 0, /names no variable/],
    ["{{ a b }}", 0, /names no variable/],
    ["{{a.}}", 0, /names no variable/],
    ["{{1}}", 0, /names no variable/],
    ["{{{a}}}", 0, /names no variable/],
    ["x{{a | upper}}", 1, /upper is no filter: date, time, weekday, phone are/],
    ["{{#a}}x", 0, /not closed/],
    ["x{{/a}}", 1, /closes nothing/],
    ["{{#a}}{{#b}}{{/a}}{{/b}}", 12, /stands where \{\{\/b\}\} is expected/],
    ["{{#a | date}}x{{/a}}", 0, /no filter/],
    ["{{#a}}".repeat(9) + "{{/a}}".repeat(9), 48, /8 deep/],
    ["{{__proto__}}", 0, /names no variable/]
  ])("%#: %s is refused with its place", (text, at, message) => {
    const [first] = faultsOf(text)
    assert.strictEqual(first?.at, at)
    assert.match(first?.message ?? "", message)
  })

  it("tells all faults at once, in their order", () => {
    assert.deepStrictEqual(
      faultsOf("{{a b}} {{#c}} {{d | x}}").map(({ at }) => at),
      [0, 8, 15]
    )
  })

  it("takes over what other systems write in single braces", () => {
    assert.strictEqual(
      TemplateText.fromSingleBraces("Hi {patientName}, {{visit.start | date}} {not a name} {a.b}"),
      "Hi {{patientName}}, {{visit.start | date}} {not a name} {{a.b}}"
    )
  })

  it("tells a place by line and column", () => {
    assert.deepStrictEqual(TemplateText.position("ab\ncd{{", 5), { line: 2, column: 3 })
  })

  const paths = fc.constantFrom(
    "patient.firstName",
    "visit.start",
    "clinic.phone",
    "a",
    "b.c",
    "constructor",
    "toString"
  )
  const words = fc.stringMatching(/^[^{}]+$/)
  const node: fc.Arbitrary<TemplateText.Node> = fc.letrec<{ readonly node: TemplateText.Node }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.record({ _tag: fc.constant("Text" as const), text: words }),
      fc.record({
        _tag: fc.constant("Value" as const),
        path: paths,
        filter: fc.constantFrom(null, ...TemplateValue.FILTERS),
        at: fc.constant(0)
      }),
      fc.record({
        _tag: fc.constant("When" as const),
        path: paths,
        isNegated: fc.boolean(),
        body: fc.array(tie("node"), { maxLength: 3 }),
        at: fc.constant(0)
      })
    )
  })).node

  /** Without places, and with texts beside each other as one. */
  const bare = (nodes: ReadonlyArray<TemplateText.Node>): ReadonlyArray<unknown> =>
    nodes.reduce<ReadonlyArray<unknown>>((before, one) => {
      const last = before.at(-1) as TemplateText.Node | undefined
      if (one._tag === "Text" && last?._tag === "Text") {
        return [...before.slice(0, -1), { _tag: "Text", text: last.text + one.text }]
      }
      if (one._tag === "When") return [...before, { ...one, at: 0, body: bare(one.body) }]
      return [...before, one._tag === "Value" ? { ...one, at: 0 } : one]
    }, [])

  test.prop([fc.array(node, { maxLength: 6 })])("reads as it was printed", (nodes) => {
    const read = Result.getOrThrow(TemplateText.parse(TemplateText.print(nodes)))
    assert.deepStrictEqual(bare(read), bare(nodes))
  })

  const braces = fc.array(
    fc.constantFrom("{", "}", "{{", "}}", "#", "^", "/", "|", "a", ".", " ", "{{a}}", "{{#a}}", "{{/a}}", "é", "\n"),
    { maxLength: 24 }
  )
  test.prop([braces])("is read or refused, whatever it is, and what is read renders without a placeholder", (parts) => {
    const text = parts.join("")
    const parsed = TemplateText.parse(text)
    if (Result.isFailure(parsed)) {
      assert.isAbove(parsed.failure.length, 0)
      for (const { at } of parsed.failure) assert.isTrue(at >= 0 && at < text.length)
      return
    }
    assert.deepStrictEqual(
      bare(Result.getOrThrow(TemplateText.parse(TemplateText.print(parsed.success)))),
      bare(parsed.success)
    )
    const value = { _tag: "text", value: "{{b}}{{" } as const
    const result = TemplateText.render(parsed.success, new Map([["a", value]]), US)
    assert.notInclude(Result.getOrThrow(result), "{{")
  })
})
