import { fc, test } from "@fast-check/vitest"
import { assert, describe, it } from "vitest"
import { Urgent } from "../../src/index.ts"
import { phrases } from "../../src/conversation/urgentPhrases.ts"
import { neutral, possible, urgent } from "./urgentCorpus.ts"

const certaintyOf = (text: string) => Urgent.match(text)?.certainty ?? null

describe("A text that tells of danger", () => {
  it("is found, whatever stands around it", () => {
    assert.deepStrictEqual(
      urgent.filter((text) => certaintyOf(text) !== "urgent"),
      []
    )
  })

  it("is for a person to look at where it is taken back, of another time, or quoted", () => {
    assert.deepStrictEqual(
      possible.filter((text) => certaintyOf(text) !== "possible"),
      []
    )
  })

  it("is found for every phrase of the list, in any case and with one typing mistake in a long word", () => {
    for (const { words } of phrases) {
      const said = words.split(" ").map((word) => word.split("|")[0]!)
      assert.strictEqual(certaintyOf(`HELP, ${said.join(" ").toUpperCase()}!`), "urgent", words)
      const longest = said.reduce((one, other) => (other.length > one.length ? other : one))
      if (longest.length < 8) continue
      const typo = said.map((word) => (word === longest ? word.slice(0, 3) + word.slice(4) : word)).join(" ")
      assert.strictEqual(certaintyOf(typo), "urgent", typo)
    }
  })

  it("calls nobody for what people write every day", () => {
    const called = neutral.filter((text) => certaintyOf(text) === "urgent")
    const flagged = neutral.filter((text) => certaintyOf(text) === "possible")
    const told = `${urgent.length} urgent, recall 1.000; ${neutral.length} neutral, ${called.length} called for, ${flagged.length} flagged`
    process.stdout.write(`${told}\n`)
    assert.deepStrictEqual(called, [])
  })

  const pieces = fc.constantFrom(
    "chest pain",
    "no",
    "“",
    "”",
    "but",
    ",",
    "if",
    "I cant breathe",
    "thanks",
    "last year",
    "\n",
    "é",
    "👍"
  )
  test.prop([fc.array(pieces, { maxLength: 10 })])("is read, whatever it is", (some) => {
    const text = some.join(" ")
    assert.include(["urgent", "possible", null], certaintyOf(text))
  })

  test.prop([fc.constantFrom(...neutral), fc.constantFrom(...urgent.filter((text) => text.length < 40))])(
    "is found beside another sentence",
    (other, danger) => assert.strictEqual(certaintyOf(`${other}. ${danger}`), "urgent")
  )
})
