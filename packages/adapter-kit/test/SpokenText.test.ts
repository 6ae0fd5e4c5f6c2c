/** Nothing of what is to be said is lost, and no part is too long to be spoken. */
import { fc, test } from "@fast-check/vitest"
import { assert, describe, it } from "vitest"
import { SpokenText } from "../src/index.ts"

const upTo = (length: number) => (part: string) => part.length <= length

describe("A text that is spoken", () => {
  it.each<[string, number, ReadonlyArray<string>]>([
    ["", 10, []],
    [" \n ", 10, []],
    ["We will call you back.", 12, ["We will call", "you back."]],
    ["We will call you back.", 40, ["We will call you back."]],
    ["a bcdefghij k", 4, ["a", "bcde", "fghi", "j k"]],
    ["ab👵🏽cd", 4, ["ab👵", "🏽cd"]]
  ])("%j, of which %i characters are spoken at once, has the parts %j", (text, length, parts) => {
    assert.deepStrictEqual(SpokenText.inParts(text, upTo(length)), parts)
  })

  test.prop([fc.string({ unit: "grapheme", maxLength: 400 }), fc.integer({ min: 2, max: 60 })])(
    "is whole, in parts that each fit",
    (text, length) => {
      const parts = SpokenText.inParts(text, upTo(length))
      for (const part of parts) assert.isAtMost(part.length, length)
      assert.strictEqual(parts.join("").replace(/\s/g, ""), text.replace(/\s/g, ""))
    }
  )

  it("has a space where XML has no place for a character", () => {
    assert.strictEqual(SpokenText.forXml("a\u0000b\u000bc\uffffd\ud83de\ud83d\ude00\tf"), "a b c d e\u{1F600}\tf")
  })
})

describe("A URL in a document", () => {
  it.each([
    ["https://a.example/b.mp3?c=%20&d", "https://a.example/b.mp3?c=%20&d"],
    ["https://a.example/\u0001 \n", "https://a.example/%01%20%0A"],
    ["https://a.example/\ud800", "https://a.example/\ufffd"],
    ["https://a.example/\uffff", "https://a.example/%EF%BF%BF"]
  ])("escapes what no URL holds: %j", (url, written) => {
    assert.strictEqual(SpokenText.forUrl(url), written)
  })
})
