/** Numbers with and without their `+`. */
import type { PhoneNumber } from "@careline/domain"
import { assert, describe, it } from "vitest"
import * as Digits from "../../src/client/Digits.ts"

describe("A number at Vonage", () => {
  it("has no +", () => assert.strictEqual(Digits.ofE164("+12025550100" as PhoneNumber.E164), "12025550100"))

  it.each([
    ["12025550100", "+12025550100"],
    ["+12025550100", "+12025550100"],
    [12_025_550_100, "+12025550100"],
    [" 442071838750 ", "+442071838750"],
    ["1234567", "+1234567"],
    ["123456789012345", "+123456789012345"]
  ])("%j is %s of ours", (theirs, ours) => assert.strictEqual(Digits.toE164(theirs) as string, ours))

  it.each([
    "",
    "72975",
    "0123456789",
    "1234567890123456",
    "Vonage",
    "1202555010x",
    null,
    undefined,
    {},
    ["12025550100"]
  ])("%j is none of ours", (theirs) => assert.isNull(Digits.toE164(theirs)))
})

describe("A sender at Vonage", () => {
  it.each([
    ["13035550123", "+13035550123"],
    ["729", "729"],
    ["72975", "72975"],
    ["123456", "123456"],
    ["PHARMACY", "PHARMACY"],
    ["0123456789", "0123456789"],
    ["anonymous", "anonymous"],
    ["", "unknown"],
    ["  ", "unknown"],
    [null, "unknown"],
    [undefined, "unknown"],
    [{}, "unknown"],
    ["x".repeat(300), "x".repeat(254)]
  ])("%j is %s", (theirs, ours) => assert.strictEqual(Digits.toContact(theirs) as string, ours))
})
