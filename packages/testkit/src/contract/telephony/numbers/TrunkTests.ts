/** Numbers for a voice agent, which are attached to a trunk at the provider. */
import { assert } from "vitest"
import { type ContractTest, test } from "../Chapter.ts"
import { ProviderUnderTest } from "../Subject.ts"
import * as Given from "./GivenNumbers.ts"

export const trunkTests: ReadonlyArray<ContractTest> = [
  test(
    "MUST attach a number for voice to the trunk, whose texts and calls do not come here, and lead it here again",
    ["accepted"],
    function* (capabilities) {
      // That it is refused where there is no trunk is the business of the capabilities' chapter.
      if (capabilities.numbers?.trunk !== true) return
      const { telephony } = yield* ProviderUnderTest
      const { reference, number } = yield* Given.offered
      yield* telephony.numbers.buy({ reference, number, purpose: "voice" })
      const onTrunk = { onTrunk: true, misconfigured: [] }
      assert.deepInclude((yield* Given.listed(number))[0], onTrunk, "by the purchase itself")
      for (const _ of [1, 2]) {
        yield* telephony.numbers.configure(number, "voice")
        assert.deepInclude((yield* Given.listed(number))[0], onTrunk)
      }
      yield* telephony.numbers.configure(number)
      assert.deepInclude((yield* Given.listed(number))[0], { onTrunk: false, misconfigured: [] })
      yield* telephony.numbers.configure(number, "voice")
      assert.deepInclude((yield* Given.listed(number))[0], onTrunk)
      assert.lengthOf(yield* Given.purchasesOf(number), 1)
    },
    ["numbers"]
  )
]
