import { fc, test } from "@fast-check/vitest"
import { DateTime } from "effect"
import { assert, describe, it } from "vitest"
import { Consent, type Contact } from "../../src/index.ts"
import { missed, others, wishes } from "./optOutCorpus.ts"

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
  const sentencesOf = (kind: Readonly<Record<string, ReadonlyArray<string>>>) =>
    Object.entries(kind).flatMap(([rule, sentences]) => sentences.map((sentence) => ({ rule, sentence })))
  const [meant, unmeant] = [sentencesOf(wishes), sentencesOf(others)]

  it.each(meant)("is flagged for staff and is no keyword: $rule: $sentence", ({ sentence }) => {
    assert.isNull(Consent.keyword(sentence))
    assert.isTrue(Consent.mayMeanOptOut(sentence))
  })
  it.each(unmeant)("is not flagged: $rule: $sentence", ({ sentence }) =>
    assert.isFalse(Consent.mayMeanOptOut(sentence))
  )
  it.each([...missed])("is missed where it cannot be told from what is none: %s", (sentence) =>
    assert.isFalse(Consent.mayMeanOptOut(sentence))
  )
  it("is told from others in at least two hundred sentences, with recall and precision", () => {
    assert.isAtLeast(meant.length + unmeant.length, 200)
    const isFlagged = ({ sentence }: { readonly sentence: string }) => Consent.mayMeanOptOut(sentence)
    const [found, mistaken] = [meant.filter(isFlagged).length, unmeant.filter(isFlagged).length]
    const [recall, precision] = [found / (meant.length + missed.length), found / (found + mistaken)]
    const rates = `recall ${recall.toFixed(3)}, precision ${precision.toFixed(3)}`
    for (const rule of Object.keys(wishes)) {
      const ofRule = meant.filter((one) => one.rule === rule)
      process.stdout.write(`${rule}: ${ofRule.filter(isFlagged).length} of ${ofRule.length}\n`)
    }
    process.stdout.write(`${meant.length + missed.length} wishes, ${unmeant.length} others: ${rates}\n`)
    assert.isAtLeast(Math.min(recall, precision), 0.98)
  })
  it("is the same wish in any casing and with straight or curly apostrophes", () => {
    for (const { rule, sentence } of meant) {
      if (/Maria|Marie|Robert|John/.test(sentence)) continue
      assert.isTrue(Consent.mayMeanOptOut(sentence.toUpperCase().replaceAll("'", "’")), `${rule}: ${sentence}`)
    }
  })
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

describe("A wish to opt out with a call for help in it", () => {
  it.each([
    "STOP!! it is bleeding",
    "stop. Help me I am in pain",
    "leave me alone i am in pain",
    "I want to die, leave me alone"
  ])("is answered: %j", (text) => assert.isTrue(Consent.mayMeanDistress(text)))

  it.each(["i said stop taking it", "wrong house address on file"])("is none: %j", (text) =>
    assert.isFalse(Consent.mayMeanOptOut(text))
  )

  it.each(["No thanks, stop", "I no longer want these", "please discontinue", "wrong #"])("is one: %j", (text) =>
    assert.isTrue(Consent.mayMeanOptOut(text))
  )
})
