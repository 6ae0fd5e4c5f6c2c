import { Option } from "effect"
import { assert, describe, it } from "vitest"
import { type Contact, Contact as ContactRule, PhoneNumber } from "../../src/index.ts"

const parsed = (text: string, region?: PhoneNumber.CountryCode): string | null =>
  Option.getOrNull(PhoneNumber.parse(text, region))

describe("A phone number", () => {
  it.each([
    ["(202) 555-0123", undefined, "+12025550123"],
    ["202.555.0123", undefined, "+12025550123"],
    ["1-202-555-0123", undefined, "+12025550123"],
    ["+44 20 7946 0000", undefined, "+442079460000"],
    ["020 7946 0000", "GB", "+442079460000"],
    ["06 12 34 56 78", "FR", "+33612345678"],
    ["55 1234 5678", "MX", "+525512345678"],
    ["(11) 96123-4567", "BR", "+5511961234567"],
    ["\t202\u00a0555\u20090123\n", undefined, "+12025550123"],
    ["\u202a+1 202 555 0123\u202c", undefined, "+12025550123"],
    ["\ufeff202\u200b555\u2060-0123", undefined, "+12025550123"],
    ["＋１ ２０２ ５５５ ０１２３", undefined, "+12025550123"],
    ["tel:+1-202-555-0123", undefined, "+12025550123"],
    ["TEL:(202) 555-0123", undefined, "+12025550123"],
    ["0044 20 7946 0000", undefined, "+442079460000"],
    ["00 1 (202) 555-0123", "GB", "+12025550123"],
    ["011 44 20 7946 0000", undefined, "+442079460000"],
    ["0011 1 202 555 0123", "AU", "+12025550123"],
    ["+44 (0)20 7946 0000", undefined, "+442079460000"],
    ["861-555-0123", undefined, "+18615550123"],
    ["+1 (729) 234 5678", "GB", "+17292345678"]
  ] as const)("is read as people write it: %s", (text, region, expected) =>
    assert.strictEqual(parsed(text, region), expected)
  )

  it.each([
    "",
    "hello",
    "123",
    "+1202555012",
    "+120255501234567",
    "+10000000000",
    "202-555-0123 ext. 7",
    "tel:+1-202-555-0123;ext=7",
    "+1 911 555 0123",
    "+1 202 155 0123",
    "00",
    "call 202-555-0123 now"
  ])("is not made of: %s", (text) => assert.isNull(parsed(text)))

  it.each(["202-555-0123 ext. 7", "202-555-0123 x7", "tel:+1-202-555-0123;ext=7", "(202) 555-0123,,7"])(
    "is told from one with an extension: %s",
    (text) => {
      assert.isTrue(PhoneNumber.hasExtension(text))
      assert.isFalse(PhoneNumber.hasExtension("202-555-0123"))
    }
  )

  it("is the same number in two ways of writing", () => {
    assert.isTrue(PhoneNumber.isSame("(202) 555-0123", "+12025550123"))
    assert.isFalse(PhoneNumber.isSame("(202) 555-0123", "(202) 555-0124"))
    assert.isFalse(PhoneNumber.isSame("junk", "junk"))
  })

  it("is shown as its region writes it", () => {
    assert.strictEqual(PhoneNumber.display("+12025550123" as PhoneNumber.E164), "(202) 555-0123")
    assert.strictEqual(PhoneNumber.display("+442079460000" as PhoneNumber.E164), "+44 20 7946 0000")
    assert.strictEqual(PhoneNumber.display("+442079460000" as PhoneNumber.E164, "GB"), "020 7946 0000")
  })

  it("shows its last four digits at most when it is masked", () => {
    assert.strictEqual(PhoneNumber.mask("+12025550123"), "•••0123")
    assert.strictEqual(PhoneNumber.mask("7297"), "••••")
  })

  it("tells what can be texted from what can only be read", () => {
    const kinds = ["+12025550123", "ana@example.org", "72975", "PHARMACY"].map((text) =>
      ContactRule.kind(text as Contact.Contact)
    )
    assert.deepStrictEqual(kinds, ["phone", "email", "short_code", "alphanumeric"])
    assert.isFalse(ContactRule.canBeTexted("72975" as Contact.Contact))
  })
})

describe("Where a number is", () => {
  const clinic = "+12025550100" as PhoneNumber.E164

  it.each(["+17873345678", "+16713001234", "+13402758686", "+13035550123"])("%s is in the United States", (number) =>
    assert.isNull(PhoneNumber.destinationRefusal(number as PhoneNumber.E164, [clinic]))
  )

  it.each(["+14165550123", "+18765551234", "+442071838750"])(
    "%s is abroad, unless a setting names its country",
    (number) => {
      const abroad = number as PhoneNumber.E164
      assert.strictEqual(PhoneNumber.destinationRefusal(abroad, [clinic]), "abroad")
      assert.isNull(PhoneNumber.destinationRefusal(abroad, [clinic], [PhoneNumber.country(abroad)!]))
    }
  )
})
