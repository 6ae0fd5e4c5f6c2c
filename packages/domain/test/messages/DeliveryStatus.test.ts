import { fc, test } from "@fast-check/vitest"
import { assert, describe, it } from "vitest"
import { DeliveryStatus } from "../../src/index.ts"

const status = fc.constantFrom(...DeliveryStatus.DeliveryStatus.literals)
const { apply } = DeliveryStatus

describe("A delivery status", () => {
  test.prop([status, status])("is the same whichever of two is heard first", (a, b) => {
    assert.strictEqual(apply(a, b), apply(b, a))
  })
  test.prop([status, status, status])("does not depend on how reports are grouped", (a, b, c) => {
    assert.strictEqual(apply(apply(a, b), c), apply(a, apply(b, c)))
  })
  test.prop([status])("is not changed by hearing it again", (a) => {
    assert.strictEqual(apply(a, a), a)
  })
  test.prop([fc.array(status, { minLength: 1 }), fc.infiniteStream(fc.nat())])(
    "ends the same in any order, with any report doubled",
    (reports, random) => {
      const shuffled = [...reports, ...reports]
        .map((one) => ({ one, key: random.next().value as number }))
        .toSorted((a, b) => a.key - b.key)
        .map(({ one }) => one)
      assert.strictEqual(shuffled.reduce(apply), reports.reduce(apply))
    }
  )
  test.prop([status, status])("never goes back from a terminal one to one on the way", (known, heard) => {
    if (DeliveryStatus.isTerminal(known)) assert.isTrue(DeliveryStatus.isTerminal(apply(known, heard)))
  })
  it("counts as delivered once the handset has it, whatever a carrier doubted", () => {
    assert.strictEqual(apply("failed", "delivered"), "delivered")
    assert.strictEqual(apply("delivered", "undelivered"), "delivered")
    assert.strictEqual(apply("unknown", "accepted"), "accepted")
  })
})
