import { fc, test } from "@fast-check/vitest"
import { assert, describe, it } from "vitest"
import { Prices, Segments } from "../../src/index.ts"

describe("A text in segments", () => {
  it.each([
    ["", "GSM-7", 0, 0],
    ["a".repeat(160), "GSM-7", 160, 1],
    ["a".repeat(161), "GSM-7", 161, 2],
    ["a".repeat(306), "GSM-7", 306, 2],
    ["a".repeat(307), "GSM-7", 307, 3],
    ["é".repeat(160), "GSM-7", 160, 1],
    ["€".repeat(80), "GSM-7", 160, 1],
    ["€".repeat(81), "GSM-7", 162, 2],
    ["Ç".repeat(10), "GSM-7", 10, 1],
    ["ç".repeat(10), "UCS-2", 10, 1],
    ["ж".repeat(70), "UCS-2", 70, 1],
    ["ж".repeat(71), "UCS-2", 71, 2],
    ["😀".repeat(35), "UCS-2", 70, 1],
    ["😀".repeat(36), "UCS-2", 72, 2]
  ] as const)("%#: counts as GSM 03.38 says", (text, encoding, units, segments) => {
    assert.deepInclude(Segments.count(text), { encoding, units, segments })
  })

  it("never tears an escaped character or an emoji over two segments", () => {
    // 152 septets, then a character of two: it moves to the next part, and costs one septet of room.
    assert.strictEqual(Segments.count("a".repeat(152) + "€" + "a".repeat(152)).segments, 3)
    assert.strictEqual(Segments.count("a".repeat(151) + "€" + "a".repeat(153)).segments, 2)
    assert.strictEqual(Segments.count("ж".repeat(66) + "😀" + "ж".repeat(66)).segments, 3)
  })

  test.prop([fc.string({ unit: "grapheme", maxLength: 2000 })])("needs no fewer than its units fill", (text) => {
    const { perSegment, segments, units } = Segments.count(text)
    assert.isAtLeast(segments * perSegment, units)
  })

  it("costs what the newest line of the price list says", () => {
    const base = {
      provider: "twilio",
      country: "US",
      direction: "outbound",
      currency: "USD",
      microsPerMms: 20_000
    } as const
    const table = [
      { ...base, microsPerSegment: 7_900, validFrom: "2025-01-01" },
      { ...base, microsPerSegment: 8_300, validFrom: "2026-01-01" }
    ]
    const price = Prices.find(table, { ...base, on: "2026-03-02" })!
    assert.strictEqual(Prices.cost(price, "a".repeat(161), 0), 16_600)
    assert.strictEqual(Prices.cost(price, "", 1), 20_000)
    assert.isNull(Prices.find(table, { ...base, on: "2024-12-31" }))
  })
})
