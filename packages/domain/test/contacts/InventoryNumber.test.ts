/** What a number may be used for, by its purpose. */
import { fc, test } from "@fast-check/vitest"
import { assert, describe } from "vitest"
import { InventoryNumber } from "../../src/index.ts"

const purpose = fc.constantFrom("voice" as const, "text" as const, "both" as const)
const status = fc.constantFrom(
  "available" as const,
  "assigned" as const,
  "suspended" as const,
  "replaced" as const,
  "quarantined" as const,
  "retired" as const,
  "releasing" as const
)
const use = fc.record({ purpose, status })

describe("A number", () => {
  test.prop([fc.array(use)])(
    "for voice alone is never the one that is texted from, nor one out of service",
    (numbers) => {
      const texting = InventoryNumber.textingNumber(numbers)
      const able = numbers.find((one) => one.status === "assigned" && one.purpose !== "voice")
      assert.deepStrictEqual(texting, able)
    }
  )

  test.prop([fc.array(use)])("bought for voice is shown before any other, and one for texts never", (numbers) => {
    const shown = InventoryNumber.callerIdNumber(numbers)
    const inService = numbers.filter((one) => one.status === "assigned")
    const hasVoice = inService.some((one) => one.purpose === "voice")
    assert.strictEqual(
      shown?.purpose,
      hasVoice ? "voice" : inService.some((one) => one.purpose === "both") ? "both" : undefined
    )
  })

  test.prop([purpose, purpose])("does for a purpose only where it can do what that asks for", (wanted, has) => {
    const does = InventoryNumber.purposesFor(wanted).includes(has)
    const can = { purpose: has, status: "assigned" as const }
    if (does && wanted !== "voice") assert.isTrue(InventoryNumber.canText(can))
    if (does && wanted !== "text") assert.isTrue(InventoryNumber.canCall(can))
    assert.strictEqual(does && has === "voice", wanted === "voice" && has === "voice", "what is on the trunk is for it")
  })
})
