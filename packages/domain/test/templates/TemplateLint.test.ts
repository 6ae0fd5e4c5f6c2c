import { fc, test } from "@fast-check/vitest"
import { Result } from "effect"
import { assert, describe, it } from "vitest"
import { type Language, Segments, Template, TemplateLint, TemplateText, TemplateValue } from "../../src/index.ts"

const [US, ES] = ["en-US" as Language, "es-US" as Language]

const variable = (path: string, more: Partial<TemplateValue.Variable> = {}): TemplateValue.Variable => ({
  path,
  type: "text",
  required: true,
  maxLength: 20,
  sample: "Ana",
  sensitivity: "none",
  ...more
})

const context: TemplateLint.LintContext = {
  category: "appointment",
  identity: "Oak Clinic",
  linkHosts: ["oak.example.com"],
  maxSegments: 3
}

const lint = (
  sms: string,
  variables: ReadonlyArray<TemplateValue.Variable> = [],
  more: Partial<TemplateLint.LintContext> = {}
) => TemplateLint.lint({ variables, contents: [{ language: US, bodies: { sms } }] }, { ...context, ...more })

const rules = (report: TemplateLint.Report, severity = "error") =>
  report.issues.filter((issue) => issue.severity === severity).map(({ rule }) => rule)

const name = variable("patient.firstName")

describe("Templates are checked before they are published", () => {
  it("passes what may be sent, and tells how long it gets", () => {
    const report = lint("Hi {{patient.firstName}}, see you soon. Reply C to confirm, R to reschedule or X to cancel.", [
      name
    ])
    assert.deepStrictEqual(report.issues, [])
    assert.deepInclude(report.estimates[0]!.segments, { encoding: "GSM-7", units: 90, segments: 1 })
    assert.deepInclude(report.estimates[0]!.unicodeSegments, { encoding: "UCS-2", segments: 2 })
  })

  it.each([
    ["{{patient.firstName", [name], "syntax"],
    ["Hi {{patient.lastName}}", [], "undeclared_variable"],
    ["Hi {{#patient.lastName}}!{{/patient.lastName}}", [], "undeclared_variable"],
    ["Hi", [name], "unused_variable"],
    ["Hi {{patient.firstName | date}}", [name], "wrong_filter"],
    ["{{visit.isFirst}} x", [variable("visit.isFirst", { type: "boolean" })], "wrong_filter"],
    ["Hi {{patient.firstName}}", [variable("patient.firstName", { required: false })], "unguarded_variable"],
    [
      "Hi {{^patient.firstName}}{{patient.firstName}}{{/patient.firstName}}",
      [variable("patient.firstName", { required: false })],
      "unguarded_variable"
    ],
    ["Your {{diagnosis}}", [variable("diagnosis", { sensitivity: "clinical" })], "clinical_variable"],
    [
      "Hi. {{#p.hiv}}Your test is positive{{/p.hiv}}",
      [variable("p.hiv", { type: "boolean", sensitivity: "clinical" })],
      "clinical_variable"
    ],
    ["Hi. {{^p.hiv}}All is well{{/p.hiv}}", [variable("p.hiv", { sensitivity: "clinical" })], "clinical_variable"],
    ["{{#a}}Hi{{/a}}", [variable("a", { required: false })], "blank"],
    [" \u200b ", [], "blank"],
    ["Reply CANCEL to cancel", [], "reply_word"],
    ["reply 'cancel' to cancel", [], "reply_word"],
    ["Reply C to confirm or END to stop", [], "reply_word"],
    ["Text us back: YES", [], "reply_word"],
    ["Responda CANCEL para cancelar", [], "reply_word"],
    ["Reply C to confirm. CANCEL to cancel.", [], "reply_word"],
    ["Reply C to confirm\nCANCEL to cancel", [], "reply_word"],
    ["Reply C to confirm or cancel to cancel", [], "reply_word"],
    ["Responda ALTO para cancelar su cita", [], "reply_word"],
    ["Conteste PARAR si no puede venir", [], "reply_word"],
    ["Reply STOP to cancel your visit", [], "reply_word"],
    ["Reply stop to cancel your visit", [], "reply_word"],
    ["Mande CANCEL para cancelar", [], "reply_word"],
    ["Répondez CANCEL pour annuler", [], "reply_word"],
    ["Répondez ARRÊT pour annuler votre rendez-vous", [], "reply_word"],
    ["STOP to end your visit", [], "reply_word"],
    ["Press QUIT", [], "reply_word"],
    ["Reply X to CANCEL", [], "reply_word"],
    ["REPLY C TO CONFIRM. CANCEL TO CANCEL.", [], "reply_word"],
    ["Reply STOP to cancel {{patient.firstName}}", [name], "reply_word"],
    ["See https://bit.ly/x", [], "link_host"],
    ["See https://oak.example.com@evil.example", [], "link_host"],
    ["See https://oak.example.com\\@evil.example", [], "link_host"],
    ["See https://évil.example", [], "link_host"],
    ["See https://{{patient.firstName}}/x", [name], "link_host"],
    ["See https://oak.example.com{{patient.firstName}}", [name], "link_host"],
    ["See evil.example/x", [], "link_host"],
    ["See bit.ly/x", [], "link_host"],
    ["See www.evil.example", [], "link_host"],
    ["{{a}}".repeat(1), [variable("a", { maxLength: 500 })], "too_many_segments"],
    [
      Array.from({ length: 9 }, (_, at) => `{{#v${at}}}x{{/v${at}}}`).join("") + "y",
      Array.from({ length: 9 }, (_, at) => variable(`v${at}`, { required: false })),
      "too_many_conditions"
    ]
  ] as ReadonlyArray<readonly [string, ReadonlyArray<TemplateValue.Variable>, TemplateLint.Rule]>)(
    "%#: %s is refused",
    (sms, variables, rule) => assert.deepStrictEqual([...new Set(rules(lint(sms, variables)))], [rule])
  )

  it.each([
    "See https://oak.example.com/visit or oak.example.com",
    "See https://oak.example.com:443/visit, or https://oak.example.com.",
    "Reply STOP to end messages",
    "Reply STOP to cancel, HELP for help",
    "Msg rates may apply. STOP to unsubscribe",
    "To opt out, reply STOP.",
    "Reply STOP or UNSUBSCRIBE to opt out",
    "REPLY STOP TO CANCEL ALL TEXTS",
    "Responda ALTO para no recibir más mensajes",
    "Responda C para confirmar o X para cancelar",
    "Répondez ARRÊT pour ne plus recevoir de messages",
    "Please come at the end of March and cancel in time",
    "Reply C to confirm, R to reschedule or X to cancel",
    "REPLY C TO CONFIRM OR X TO CANCEL",
    "Reply STOP to opt out, HELP for help",
    "If you want to cancel, call us at the end of the week. Yes, really.",
    "Ask for Dr. Smith at 9:00 a.m. or write to desk@oak.org",
    "Your visit at 3.30pm is in Bldg. 4"
  ])("%#: %s is not", (sms) => assert.deepStrictEqual(rules(lint(sms)), []))

  it("tells line and column of what is wrong", () => {
    const [issue] = lint("Hi,\nyour {{diagnosis}}", [variable("diagnosis", { sensitivity: "clinical" })]).issues
    assert.deepStrictEqual(issue?.place, { line: 2, column: 6 })
  })

  it("names the character that makes segments shorter, as a warning", () => {
    const report = lint("Your visit — soon")
    assert.deepStrictEqual(rules(report, "warning"), ["unicode"])
    assert.include(report.issues[0]!.message, "—")
    assert.isTrue(TemplateLint.isClean(report))
  })

  it("holds marketing to saying whom it is from and how to opt out, whatever else it says", () => {
    const marketing = { category: "marketing" } as const
    const said = "New hours at Oak Clinic. Reply STOP to opt out."
    assert.deepStrictEqual(rules(lint(said, [], marketing)), [])
    assert.deepStrictEqual(rules(lint("New hours at Oak Clinic.", [], marketing)), ["opt_out_missing"])
    assert.deepStrictEqual(rules(lint("New hours. Reply STOP to opt out.", [], marketing)), ["identity_missing"])
    const named = [variable("clinic.name", { required: false }), variable("a", { required: false })]
    const sometimes = "{{#clinic.name}}{{clinic.name}}{{/clinic.name}} news{{#a}} {{a}} Reply STOP{{/a}}"
    assert.deepStrictEqual(rules(lint(sometimes, named, marketing)), ["opt_out_missing", "identity_missing"])
  })

  it.each([
    ["Oak Clinic: Stop by for a flu shot!", false],
    ["Oak Clinic: revise su colesterol alto", false],
    ["Oak Clinic: Text us, or stop by", false],
    ["Oak Clinic: Reply STOP to cancel your visit", false],
    ["Oak Clinic: We stop to end your pain", false],
    ["Oak Clinic: reply stop to opt out", true],
    ["Oak Clinic: text STOP", true],
    ["Oak Clinic: STOP to quit", true],
    ["Oak Clinic: Responda ALTO para darse de baja", true],
    ["Oak Clinic: Répondez ARRÊT pour vous désabonner", true],
    ["Oak Clinic: Mande “PARAR” para dejar de recibir avisos", true]
  ])("%#: %s tells how to opt out: %s", (sms, isWayOut) => {
    const found = rules(lint(sms, [], { category: "marketing" }))
    assert.strictEqual(!found.includes("opt_out_missing"), isWayOut)
  })

  it("misses what one language says and another does not", () => {
    const report = TemplateLint.lint(
      {
        variables: [name],
        contents: [
          { language: US, bodies: { sms: "Hi {{patient.firstName}}" } },
          { language: ES, bodies: { sms: "Hola" } }
        ]
      },
      context
    )
    assert.deepStrictEqual(rules(report), ["missing_variable"])
    assert.strictEqual(report.issues[0]!.language, ES)
  })

  const paths = ["a", "b", "c"]
  const values = fc.record({
    variables: fc.tuple(
      ...paths.map((path) =>
        fc.record({
          path: fc.constant(path),
          type: fc.constantFrom(
            "text" as const,
            "date_time" as const,
            "boolean" as const,
            "number" as const,
            "phone" as const
          ),
          required: fc.boolean(),
          maxLength: fc.integer({ min: 1, max: 40 }),
          sample: fc.constant(""),
          sensitivity: fc.constant("none" as const)
        })
      )
    ),
    sms: fc
      .array(
        fc.constantFrom(
          "Hello ",
          "é",
          "{{a}}",
          "{{b}}",
          "{{c}}",
          "{{a | date}}",
          "{{b | time}}",
          "{{c | weekday}}",
          "{{a | phone}}",
          "{{#a}}",
          "{{/a}}",
          "{{^a}}",
          "{{#b}}",
          "{{/b}}",
          "{{^b}}",
          "{{#c}}x{{c}}{{/c}}",
          "{{^c}}y{{/c}}",
          "{{#a}}{{a}}{{/a}}"
        ),
        { maxLength: 12 }
      )
      .map((parts) => `Oak. ${parts.join("")}`),
    given: fc.record(
      Object.fromEntries(paths.map((path) => [path, fc.boolean()])) as Record<string, fc.Arbitrary<boolean>>
    ),
    truth: fc.boolean(),
    language: fc.constantFrom(US, ES)
  })

  test.prop([values], { numRuns: 300 })(
    "makes a text of any values, no longer than was told",
    ({ given, language, sms, truth, variables }) => {
      const used = variables.filter(({ path }) => sms.includes(path))
      const version = { variables: used, contents: [{ language, bodies: { sms } }] }
      const report = TemplateLint.lint(version, { ...context, maxSegments: 99 })
      fc.pre(TemplateLint.isClean(report))
      const valueOf = ({ maxLength, type }: TemplateValue.Variable) =>
        type === "text"
          ? "Q".repeat(maxLength)
          : type === "date_time"
            ? "2026-09-23T10:59:00Z[UTC]"
            : type === "boolean"
              ? truth
              : type === "number"
                ? -12.5
                : "+12025550123"
      const decoded = TemplateValue.decode(
        used,
        Object.fromEntries(
          used.filter(({ path, required }) => required || given[path]).map((one) => [one.path, valueOf(one)])
        )
      )
      assert.deepStrictEqual(decoded.faults, [])
      const nodes = Result.getOrThrow(TemplateText.parse(sms))
      const text = Result.getOrThrow(TemplateText.render(nodes, decoded.data, language))
      assert.isAtMost(Segments.count(text).segments, report.estimates[0]!.segments.segments)
    }
  )
})

describe("Languages of a template", () => {
  const version: Template.TemplateVersion = {
    variables: [],
    contents: [
      { language: US, bodies: { sms: "Hello" } },
      { language: ES, bodies: { sms: "Hola" } }
    ]
  } as unknown as Template.TemplateVersion

  it.each([
    [["es-US"], "Hola"],
    [["es-MX", "en-US"], "Hola"],
    [["fr-CA", "en-GB"], "Hello"],
    [["fr-CA"], null],
    [[], null]
  ])("%#: %j reads %s", (wished, expected) => {
    const result = Template.renderText(version, wished as unknown as ReadonlyArray<Language>, new Map())
    assert.strictEqual(Result.isSuccess(result) ? result.success.text : null, expected)
  })
})
