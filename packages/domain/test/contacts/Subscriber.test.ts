import { fc, test } from "@fast-check/vitest"
import { getCountries, getExampleNumber, type CountryCode } from "libphonenumber-js/max"
import examples from "libphonenumber-js/mobile/examples"
import { assert, describe, it } from "vitest"
import { Consent, Contact, PhoneNumber } from "../../src/index.ts"

const digits = (length: number, first = "0123456789") =>
  fc
    .tuple(
      fc.constantFrom(...first),
      fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: length - 1, maxLength: length - 1 })
    )
    .map(([head, rest]) => head + rest)
const areaCode = fc.tuple(fc.constantFrom(..."123456789"), fc.constantFrom(..."123456789")).map((pair) => pair.join(""))

/** Subscribers of the plans that spell them in several ways, each by the digits of theirs. */
const subscriber: fc.Arbitrary<ReadonlyArray<string>> = fc.oneof(
  digits(10, "123").map((number) => [`+54${number}`, `+549${number}`]),
  digits(10, "23456789").map((number) => [`+52${number}`, `+521${number}`]),
  fc.tuple(areaCode, digits(8, "689")).map(([area, number]) => [`+55${area}9${number}`, `+55${area}${number}`]),
  digits(8, "24569").map((number) => [`+22901${number}`, `+229${number}`]),
  digits(8, "12345678").map((number) => [`+5760${number}`, `+57${number}`]),
  digits(6, "89").map((number) => [`+3780549${number}`, `+378${number}`, `+390549${number}`]),
  fc
    .tuple(fc.constantFrom("56", "59"), digits(7))
    .map(([mobile, number]) => [`+970${mobile}${number}`, `+972${mobile}${number}`])
)

describe("A subscriber's key", () => {
  test.prop([subscriber], { numRuns: 1_000 })("is one for all spellings of the number", (spelled) => {
    const keys = new Set(spelled.map(PhoneNumber.subscriberKey))
    assert.strictEqual(keys.size, 1, spelled.join(" "))
    for (const one of spelled) assert.includeMembers([...PhoneNumber.spellings(one)], [...keys])
    assert.strictEqual(PhoneNumber.subscriberKey([...keys][0]!), [...keys][0])
  })

  test.prop([subscriber, subscriber], { numRuns: 1_000 })("differs from another subscriber's", (one, other) => {
    fc.pre(!one.some((spelling) => other.includes(spelling)))
    assert.notStrictEqual(PhoneNumber.subscriberKey(one[0]!), PhoneNumber.subscriberKey(other[0]!))
  })

  it("is a number that the plan allows, of a mobile number of any country", () => {
    for (const country of getCountries()) {
      const example = getExampleNumber(country, examples as Parameters<typeof getExampleNumber>[1])
      if (example === undefined) continue
      const key = PhoneNumber.subscriberKey(example.number)
      assert.isTrue(PhoneNumber.isValid(key), `${country} ${key}`)
      assert.include(PhoneNumber.spellings(example.number), example.number as string)
    }
  })

  it("keeps apart what a plan keeps apart", () => {
    for (const [one, other] of [
      // A trunking unit of eight digits, and a mobile phone of nine.
      ["+551178123456", "+5511978123456"],
      ["+12025550123", "+12025550124"],
      ["+5511981234567", "+5521981234567"],
      // A fixed line of eight digits.
      ["+551123456789", "+5511923456789"]
    ] as const) {
      assert.notStrictEqual(PhoneNumber.subscriberKey(one), PhoneNumber.subscriberKey(other))
    }
  })

  it.each([
    ["+44 (0)20 7946 0000", "+442079460000", "US"],
    ["+54 9 11 2345-6781", "+54 11 15 2345 6781", "US"],
    ["+52 1 55 1234 5678", "(55) 1234-5678", "MX"],
    ["(11) 8123-4567", "+55 11 98123-4567", "BR"]
  ] as ReadonlyArray<readonly [string, string, CountryCode]>)("makes one number of %s and %s", (one, other, region) => {
    assert.isTrue(PhoneNumber.isSame(one, other, region))
  })

  it("is the contact's, and an address or a sender is its own", () => {
    const key = (contact: string): string => Contact.key(contact as Contact.Contact)
    assert.strictEqual(key("+5491123456781"), "+541123456781")
    assert.deepStrictEqual(["ana@example.org", "72975", "PHARMACY"].map(key), ["ana@example.org", "72975", "PHARMACY"])
    assert.strictEqual(Consent.unrecorded(null, "+5491123456781" as Contact.Contact).contact, key("+541123456781"))
  })
})
