import { fc, test } from "@fast-check/vitest"
import { assert, describe, it } from "vitest"
import { Consent, ReplyIntent } from "../../src/index.ts"

const said = (text: string): string => {
  const reply = ReplyIntent.parse(text)
  switch (reply._tag) {
    case "Intent":
      return reply.intent
    case "Choices":
      return reply.choices.map(({ intent, number }) => `${number}${intent === null ? "" : ` ${intent}`}`).join(", ")
    case "All":
      return `all${reply.intent === null ? "" : ` ${reply.intent}`}`
    default:
      return reply._tag
  }
}

describe("What a patient answers to a reminder", () => {
  it.each([
    ["C", "confirm"],
    ["c.", "confirm"],
    ["Yes", "confirm"],
    ["ok see you", "confirm"],
    ["Ok, see you then. Thank you!", "confirm"],
    ["OK", "confirm"],
    ["👍", "confirm"],
    ["👍🏽", "confirm"],
    ["sí", "confirm"],
    ["SI GRACIAS", "confirm"],
    ["Confirmo", "confirm"],
    ["ahí estaré", "confirm"],
    ["Hola, sí confirmo, gracias", "confirm"],
    ["I'll be there", "confirm"],
    ["R", "reschedule"],
    ["reschedule please", "reschedule"],
    ["ok reschedule", "reschedule"],
    ["cambiar", "reschedule"],
    ["Necesito cambiar mi cita por favor", "reschedule"],
    ["X", "cancel"],
    ["x thanks", "cancel"],
    ["sorry, I can't make it", "cancel"],
    ["Sorry i cant come", "cancel"],
    ["no puedo ir", "cancel"],
    ["Lo siento, no podré ir", "cancel"],
    ["please cancel my appointment", "cancel"],
    ["1", "1"],
    ["1C", "1 confirm"],
    ["1c 2x", "1 confirm, 2 cancel"],
    ["1C, 2X please", "1 confirm, 2 cancel"],
    ["1 and 2", "1, 2"],
    ["1 c and 2 r", "1 confirm, 2 reschedule"],
    ["ALL", "all"],
    ["both x", "all cancel"],
    ["todas, gracias", "all"],
    ["can't confirm", "Unclear"],
    ["yes but can I bring my son", "Unclear"],
    ["no", "Unclear"],
    ["C?", "Unclear"],
    ["yes no", "Unclear"],
    ["c x", "Unclear"],
    ["yes cancel my appointment", "Unclear"],
    ["1C 1X", "Unclear"],
    ["I can come but I will be late", "Unclear"],
    ["is my appointment at 9", "Unclear"],
    ["STOP", "None"],
    ["cancel", "None"],
    ["Start", "None"],
    ["help", "None"],
    ["thanks", "None"],
    ["", "None"],
    ["😀", "None"],
    ["my daughter has a fever", "None"],
    ["text 838255", "None"]
  ])("%#: %j is %s", (text, expected) => assert.strictEqual(said(text), expected))

  test.prop([fc.string({ unit: "grapheme", maxLength: 60 })])("is read, whatever it is", (text) => {
    assert.include(["Intent", "Choices", "All", "Unclear", "None"], ReplyIntent.parse(text)._tag)
  })

  const words = fc.array(
    fc.constantFrom(
      "c",
      "yes",
      "no",
      "ok",
      "x",
      "1",
      "2c",
      "and",
      "thanks",
      "not",
      "stop",
      "cancel",
      "my",
      "appointment",
      "?",
      "all"
    ),
    { minLength: 1, maxLength: 6 }
  )
  test.prop([words])(
    "is never an answer where it is a carrier word, a question, or has a word that is not known",
    (some) => {
      const text = some.join(" ")
      const reply = ReplyIntent.parse(text)
      if (Consent.keyword(text) !== null) assert.strictEqual(reply._tag, "None")
      if (text.includes("?") || some.includes("not") || some.includes("no") || some.includes("stop")) {
        assert.include(["Unclear", "None"], reply._tag)
      }
    }
  )
})
