/** Which number a text leaves from. */
import { fc, test } from "@fast-check/vitest"
import { DateTime } from "effect"
import { assert, describe, it } from "vitest"
import {
  type PhoneNumber,
  type PhoneNumberId,
  type InventoryNumber,
  Route,
  type SiteGroupingId
} from "../../src/index.ts"

const north = "north" as SiteGroupingId
const south = "south" as SiteGroupingId

const numberOf = (index: number, change: Partial<InventoryNumber.TenantNumber> = {}): InventoryNumber.TenantNumber => ({
  id: String(index) as PhoneNumberId,
  siteGroupingId: north,
  number: `+1202555010${index}` as PhoneNumber.E164,
  label: null,
  providerSid: null,
  provider: null,
  status: "assigned",
  createdAt: DateTime.makeUnsafe(index),
  ...change
})

const own = numberOf(1)
const route = (change: Partial<Route.RouteRequest>) =>
  Route.decide({ tenant: north, provider: "telnyx", isActive: false, own: own.number, numbers: [own], ...change })

describe("A text", () => {
  it("leaves from the number that the contact knows, which the active provider carries unless another one does", () => {
    assert.deepStrictEqual(route({ isActive: true }), { _tag: "From", number: own.number })
    assert.deepStrictEqual(route({ isActive: true, numbers: [] }), { _tag: "From", number: own.number })
    const theirs = numberOf(1, { provider: "twilio" })
    assert.deepStrictEqual(route({ isActive: true, numbers: [theirs] }), { _tag: "NoNumber" })
  })

  it("leaves from that number through another provider only where that one owns it", () => {
    assert.deepStrictEqual(route({ numbers: [numberOf(1, { provider: "telnyx" })] }), {
      _tag: "From",
      number: own.number
    })
    assert.deepStrictEqual(route({}), { _tag: "NoNumber" })
  })

  it("leaves from the first other number that the provider owns, and that is in service", () => {
    const numbers = [
      own,
      numberOf(2, { provider: "telnyx", status: "suspended" }),
      numberOf(3, { provider: "vonage" }),
      numberOf(4, { provider: "telnyx" }),
      numberOf(5, { provider: "telnyx" })
    ]
    assert.deepStrictEqual(route({ numbers }), { _tag: "From", number: numbers[3]!.number })
  })

  test.prop([
    fc.array(fc.tuple(fc.constantFrom(north, south, null), fc.constantFrom(null, "telnyx", "twilio")), {
      maxLength: 8
    }),
    fc.boolean()
  ])("never leaves from another tenant's number", (others, isActive) => {
    const numbers = [
      own,
      ...others.map(([siteGroupingId, provider], index) => numberOf(index + 2, { siteGroupingId, provider }))
    ]
    const decision = route({ numbers, isActive })
    const chosen = decision._tag === "From" ? numbers.find(({ number }) => number === decision.number) : undefined
    assert.isTrue(decision._tag === "NoNumber" || chosen?.siteGroupingId === north)
  })
})
