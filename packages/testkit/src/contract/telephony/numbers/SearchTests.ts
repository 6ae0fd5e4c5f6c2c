/** Looking for numbers to buy. Whether the provider narrows or the adapter does, what is offered is what was asked for. */
import { InventoryNumber } from "@careline/domain"
import type { Numbers } from "@careline/ports"
import { assert } from "vitest"
import { type ContractTest, test } from "../Chapter.ts"
import * as Given from "./GivenNumbers.ts"

const numbersOf = (offers: ReadonlyArray<Numbers.OfferedNumber>) => offers.map(({ number }) => number as string)

export const searchTests: ReadonlyArray<ContractTest> = [
  test(
    "MUST offer numbers that are for sale, each once and no more than are asked for",
    ["accepted"],
    function* () {
      const { forSale } = yield* Given.market
      const found = numbersOf(yield* Given.search({ limit: 7 }))
      assert.lengthOf(found, 7)
      assert.strictEqual(new Set(found).size, 7)
      for (const number of found)
        assert.include(
          forSale.map((offer) => offer.number),
          number
        )
    },
    ["numbers"]
  ),

  test(
    "MUST narrow a search by area code, and by digits in it",
    ["accepted"],
    function* () {
      const austin = yield* Given.search({ areaCode: "512" })
      assert.lengthOf(austin, 10)
      for (const { number } of austin) assert.strictEqual(InventoryNumber.areaCodeOf(number), "512")
      assert.isEmpty(yield* Given.search({ areaCode: "999" }))
      assert.deepStrictEqual(numbersOf(yield* Given.search({ areaCode: "415", contains: "0157" })), ["+14155550157"])
      const anywhere = numbersOf(yield* Given.search({ contains: "50163" }))
      assert.isAbove(anywhere.length, 1)
      for (const number of anywhere) assert.include(number, "50163")
    },
    ["numbers"]
  ),

  test(
    "MUST narrow a search by what a number can carry",
    ["accepted"],
    function* () {
      const { forSale } = yield* Given.market
      const found = yield* Given.search({ areaCode: "617", features: ["sms", "mms", "voice"], limit: 50 })
      const able = forSale.filter(({ features, number }) => number.startsWith("+1617") && features.length === 3)
      assert.sameMembers(
        numbersOf(found),
        able.map(({ number }) => number)
      )
      for (const { features } of found) assert.sameMembers([...features], ["sms", "mms", "voice"])
    },
    ["numbers"]
  ),

  test(
    "MUST narrow a search by town",
    ["accepted"],
    function* () {
      const found = yield* Given.search({ locality: "Round Rock" })
      assert.lengthOf(found, 10)
      for (const { locality, number } of found) {
        assert.strictEqual(locality, "Round Rock")
        assert.strictEqual(InventoryNumber.areaCodeOf(number), "512")
      }
    },
    ["numbers", "search by town"]
  ),

  test(
    "MUST NOT offer what somebody else has bought, or we have",
    ["accepted"],
    function* (capabilities) {
      const market = yield* Given.market
      const [sold, ours] = yield* Given.search({ areaCode: "808" })
      market.sellElsewhere(sold!.number)
      market.own(ours!.number)
      const left = yield* Given.search({ areaCode: "808", limit: 50 })
      assert.lengthOf(left, 48)
      assert.notIncludeMembers(numbersOf(left), [sold!.number])
      assert.notIncludeMembers(numbersOf(left), [ours!.number])
      const priced = left.filter(({ monthlyPrice }) => monthlyPrice !== null)
      assert.lengthOf(priced, capabilities.numbers?.prices === true ? left.length : 0)
    },
    ["numbers"]
  )
]
