import { Result } from "effect"
import { assert, describe, it } from "vitest"
import { RenderedText, VoipSettings } from "../../src/index.ts"

const refusal = (text: string, hosts = ["oak.example.com"]): string | null =>
  Result.match(RenderedText.checkRendered(text, hosts), {
    onFailure: ({ _tag }) => _tag,
    onSuccess: (checked) => {
      assert.strictEqual(checked, text)
      return null
    }
  })

describe("A text that was made of values", () => {
  it.each([
    "See https://oak.example.com/visit?a=1.",
    "See https://OAK.example.com:443",
    "Ask Dr. Smith at 9:30 a.m. in Bldg. 4, room 2.14",
    "Write to desk@oak.org"
  ])("%#: %s passes", (text) => assert.isNull(refusal(text)))

  it.each([
    "pay at evil.com",
    "pay at evil.com.",
    "pay at évil.com.br",
    "See https://evil.example/x",
    "See HTTP://evil.example",
    "See https://oak.example.com@evil.example/",
    "See https://oak.example.com.evil.example/",
    "See https://192.0.2.1/x",
    "See https://",
    "See oak.example.com and bit.ly/x"
  ])("%#: %s leads to nobody's host", (text) => assert.strictEqual(refusal(text), "LinkHostRefused"))

  it("is no longer than a text message", () => {
    assert.isNull(refusal("a".repeat(VoipSettings.MAX_TEXT_LENGTH)))
    assert.strictEqual(refusal("a".repeat(VoipSettings.MAX_TEXT_LENGTH + 1)), "RenderedTextTooLong")
  })
})
