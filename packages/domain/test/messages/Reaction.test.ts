import { fc, test } from "@fast-check/vitest"
import { assert, describe, it } from "vitest"
import { type MessageId, Reaction } from "../../src/index.ts"

const reactions: ReadonlyArray<readonly [text: string, emoji: string, isRemoved: boolean, quote: string | null]> = [
  ["Liked “See you at 9”", "👍", false, "See you at 9"],
  ['Liked "See you at 9"', "👍", false, "See you at 9"],
  ["Disliked “No”", "👎", false, "No"],
  ["Loved “Two lines\nof it”", "❤️", false, "Two lines\nof it"],
  ["Laughed at “He said “hi” again”", "😂", false, "He said “hi” again"],
  ["Emphasized “Call us”", "‼️", false, "Call us"],
  ["Questioned “At ten?”", "❓", false, "At ten?"],
  ["Loved an image", "❤️", false, null],
  ["Liked a video", "👍", false, null],
  ["Removed a like from “See you”", "👍", true, "See you"],
  ["Removed a heart from “See you”", "❤️", true, "See you"],
  ["Removed an exclamation from “See you”", "‼️", true, "See you"],
  ["Removed a question mark from an image", "❓", true, null],
  ["Reacted 🎉 to “We did it”", "🎉", false, "We did it"],
  ["Removed 🎉 from “We did it”", "🎉", true, "We did it"],
  ["Le gustó “Nos vemos a las 9”", "👍", false, "Nos vemos a las 9"],
  ["No le gustó “Nos vemos”", "👎", false, "Nos vemos"],
  ["Le encantó “Ñandú”", "❤️", false, "Ñandú"],
  ["Le encantó una imagen", "❤️", false, null],
  ["Le dio risa “Nos vemos”", "😂", false, "Nos vemos"],
  ["Exclamó por “Nos vemos”", "‼️", false, "Nos vemos"],
  ["Dudó sobre “Nos vemos”", "❓", false, "Nos vemos"],
  ["Reaccionó con 👍🏽 a “Nos vemos”", "👍🏽", false, "Nos vemos"],
  ["Quitó un corazón de “Nos vemos”", "❤️", true, "Nos vemos"],
  ["Eliminó un me gusta de “Nos vemos”", "👍", true, "Nos vemos"],
  ["👍 to “See you”", "👍", false, "See you"],
  ["\u200A\u200B❤️\u200B to “\u200ASee you\u200A”\u200A\u200B", "❤️", false, "See you"],
  ["👍 a “Nos vemos”", "👍", false, "Nos vemos"],
  ["Removed 👍 from “See you”", "👍", true, "See you"]
]

describe("A reaction", () => {
  it.each(reactions)("is read from %s", (text, emoji, isRemoved, quote) => {
    assert.deepStrictEqual(Reaction.parse(text), { emoji, isRemoved, quote })
  })

  it.each([
    "Liked the new nurse, when is she back?",
    "Loved",
    "Removed a stitch from “his” knee",
    "Laughed at him “a lot” and he fell",
    "Questioned an image of the scan, please call",
    "👍",
    "👍 to 9 o'clock",
    "“See you”",
    "He liked “See you”",
    "Liked “See you” but can we do ten?",
    "Removed a banana from “x”",
    "Me gusta “la nueva”",
    ""
  ])("is not what %j is", (text) => assert.isNull(Reaction.parse(text)))

  test.prop([fc.string({ unit: "grapheme", maxLength: 60 })])("quotes what it is about, whatever it is", (words) => {
    const quoted = Reaction.parse(`Liked “${words}”`)
    assert.strictEqual(quoted?.emoji, "👍")
    const id = "reply" as MessageId
    assert.strictEqual(
      Reaction.target(quoted!, [{ id, content: words, attachments: [], direction: "outbound" }]),
      id,
      JSON.stringify(words)
    )
  })

  test.prop([fc.string({ unit: "grapheme" })])("is never found in a text that begins with something else", (words) => {
    assert.isNull(Reaction.parse(`Please: Liked “${words}”`))
  })

  it("is about our newest message that says so, also when the phone cut the quote", () => {
    const one = (id: string, content: string, direction: "inbound" | "outbound" = "outbound") => ({
      id: id as MessageId,
      content,
      direction,
      attachments: []
    })
    const messages = [one("3", "See you at 9", "inbound"), one("2", "See you at 9"), one("1", "See you at 9")]
    const of = (text: string) => Reaction.target(Reaction.parse(text)!, messages)
    assert.strictEqual(of("Liked “See you at 9”"), "2")
    assert.strictEqual(of("Liked “See you…”"), "2")
    assert.isNull(of("Liked “See”"))
    assert.isNull(of("Liked an image"))
  })
})
