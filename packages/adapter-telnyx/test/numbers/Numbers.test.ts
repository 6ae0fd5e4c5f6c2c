/** What is odd about numbers at Telnyx: orders that end later, locks, and features that one parameter each asks for. */
import type { PhoneNumber } from "@careline/domain"
import { TelnyxSimulator } from "@careline/testkit/simulators"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TelnyxTelephony } from "../../src/index.ts"
import * as NumberOrders from "../../src/numbers/NumberOrders.ts"
import * as Support from "../support.ts"

const number = "+12025550160" as PhoneNumber.E164
const { ofOrder } = NumberOrders

describe("An order at Telnyx", () => {
  it("waits until it and its number are done, and fails with either of them", () => {
    const line = (status: string) => [{ phone_number: number, status }]
    assert.deepStrictEqual(ofOrder({ status: "pending", phone_numbers: line("pending") }, number), { _tag: "Pending" })
    assert.isNull(ofOrder({ status: "success", phone_numbers: line("success") }, number))
    const failed = { _tag: "Failed", reason: "other", code: null } as const
    assert.deepStrictEqual(ofOrder({ status: "failure" }, number), failed)
    assert.deepStrictEqual(ofOrder({ status: "success", phone_numbers: line("failure") }, number), failed)
    assert.deepStrictEqual(ofOrder({ status: "cancelled", requirements_met: false }, number), {
      ...failed,
      reason: "requirements"
    })
  })
})

describe("Numbers at Telnyx", () => {
  const started = Effect.gen(function* () {
    const simulator = yield* TelnyxSimulator.scoped({
      apiKey: "KEYcanary",
      signingKeys: [Support.key],
      organizationId: "47a530f8-4362-4526-829b-bcee17fd9f7a",
      messagingProfileId: Support.messagingProfileId,
      connectionId: Support.connectionId,
      inboundUrl: Support.publicUrl,
      numbers: [number],
      lineFields: { [number]: { deletion_lock_enabled: true } }
    })
    const { numbers } = yield* TelnyxTelephony.make(Support.optionsFor({ baseUrl: simulator.url }))
    return { simulator, numbers }
  })

  it.live("that are locked are not given back, and say so", () =>
    Effect.gen(function* () {
      const { numbers } = yield* started
      const { reason } = yield* Effect.flip(numbers.release(number))
      assert.strictEqual(reason._tag, "Refused")
      assert.lengthOf(yield* numbers.list(), 1)
    })
  )

  it.live("are searched by one feature as Telnyx reads it, and by the others in its answer", () =>
    Effect.gen(function* () {
      const { numbers, simulator } = yield* started
      const none = { country: "US", areaCode: "808", locality: null, contains: null }
      const found = yield* numbers.search({ ...none, features: ["voice", "mms"], limit: 5 })
      assert.lengthOf(found, 5)
      for (const { features } of found) assert.includeMembers([...features], ["voice", "mms"])
      const asked = new URL(simulator.ledger.requests.at(-1)?.target ?? "", "http://localhost").searchParams
      assert.deepStrictEqual(asked.getAll("filter[features][]"), ["voice"])
    })
  )
})
