import { fc, test } from "@fast-check/vitest"
import { DateTime } from "effect"
import { assert, describe, it } from "vitest"
import { Consent, type Contact } from "../../src/index.ts"

const optOuts = [
  "STOP",
  "STOPALL",
  "STOP ALL",
  "UNSUBSCRIBE",
  "CANCEL",
  "END",
  "QUIT",
  "REVOKE",
  "OPTOUT",
  "OPT-OUT",
  "OPT OUT",
  "REMOVE",
  "ARRET",
  "ARRÊT",
  "ALTO",
  "PARAR"
]
const optIns = ["START", "UNSTOP"]
const helps = ["HELP", "INFO"]

const padding = fc.string({ unit: fc.constantFrom(" ", ".", "!", "\n", "👍", "\t", "*"), maxLength: 6 })
const casing = fc.func(fc.boolean())

const recased = (word: string, upper: (index: number) => boolean) =>
  [...word].map((letter, index) => (upper(index) ? letter.toUpperCase() : letter.toLowerCase())).join("")

describe("A text that is a keyword", () => {
  it.each(optOuts)("opts out with %s", (word) => assert.strictEqual(Consent.keyword(word), "opt_out"))
  it.each(optIns)("opts in with %s", (word) => assert.strictEqual(Consent.keyword(word), "opt_in"))
  it.each(helps)("asks for help with %s", (word) => assert.strictEqual(Consent.keyword(word), "help"))

  test.prop([fc.constantFrom(...optOuts), padding, padding, casing])(
    "is one in any casing, with any blanks, punctuation or emoji around it",
    (word, before, after, upper) => {
      assert.strictEqual(Consent.keyword(before + recased(word, upper) + after), "opt_out")
    }
  )
  test.prop([
    fc.constantFrom(...optOuts, ...optIns, ...helps),
    fc.constantFrom("please", "my medication", "the", "mom"),
    fc.boolean()
  ])("is none inside a sentence: nobody is opted out by talking", (word, other, first) => {
    assert.isNull(Consent.keyword(first ? `${word} ${other}` : `${other} ${word}`))
  })
  it("reads letters of another width as the letters that they are", () => {
    assert.strictEqual(Consent.keyword("ＳＴＯＰ"), "opt_out")
  })
  it("does not take YES for consent: nobody asked", () => assert.isNull(Consent.keyword("YES")))
})

describe("A text that only looks like a wish to opt out", () => {
  it.each([
    "please stop texting me",
    "don't text me anymore",
    "no mas",
    "No más",
    "stp",
    "wrong number",
    "take me off this list"
  ])("is flagged for staff: %s", (text) => {
    assert.isNull(Consent.keyword(text))
    assert.isTrue(Consent.mayMeanOptOut(text))
  })
  it.each([
    "When can she stop taking the pills?",
    "The end of the week is fine",
    "Can I cancel my appointment?",
    "thanks!"
  ])("is not flagged when it is about care: %s", (text) => assert.isFalse(Consent.mayMeanOptOut(text)))
  it("may mean an appointment when it is CANCEL, and opts out all the same", () => {
    assert.isTrue(Consent.mayMeanAppointment("Cancel!"))
    assert.isFalse(Consent.mayMeanAppointment("STOP"))
  })
})

describe("Consent", () => {
  const now = DateTime.makeUnsafe("2026-03-02T09:30:00Z")
  const before = Consent.unrecorded(null, "+12025550123" as Contact.Contact)
  it("is withdrawn by an opt-out and given by an opt-in, with the time and the source", () => {
    const out = Consent.afterKeyword(before, "opt_out", "keyword", now)
    assert.deepInclude(out, { status: "opted_out", source: "keyword", changedAt: now })
    assert.strictEqual(Consent.afterKeyword(out, "opt_in", "keyword", now).status, "opted_in")
  })
  it("is not given by an opt-in that waited while the contact opted out, and is withdrawn by an opt-out that waited", () => {
    const earlier = DateTime.subtract(now, { minutes: 1 })
    const out = Consent.afterKeyword(before, "opt_out", "keyword", now)
    assert.strictEqual(Consent.afterKeyword(out, "opt_in", "keyword", earlier), out)
    const given = Consent.afterKeyword(before, "opt_in", "keyword", now)
    assert.strictEqual(Consent.afterKeyword(given, "opt_out", "keyword", earlier).status, "opted_out")
  })
  it("is left alone by a cry for help, and by what it says already", () => {
    assert.strictEqual(Consent.afterKeyword(before, "help", "keyword", now), before)
    const out = Consent.afterKeyword(before, "opt_out", "keyword", now)
    assert.strictEqual(Consent.afterKeyword(out, "opt_out", "provider", now), out)
  })
})
