/** What detail records tell of a text whose answer was lost. */
import type { AttemptId, PhoneNumber } from "@careline/domain"
import { DateTime } from "effect"
import { assert, describe, it } from "vitest"
import * as Reconciliation from "../../src/messages/Reconciliation.ts"

const startedAt = Date.UTC(2026, 2, 2, 17)
const uuid = "84cca175-9755-4859-b67f-4730d7f58aa3"
const attempt = {
  attemptId: "a1" as AttemptId,
  from: "+12025550100" as PhoneNumber.E164,
  to: "+13035550123" as PhoneNumber.E164,
  body: "Your results are in",
  mediaUrls: [],
  startedAt: DateTime.makeUnsafe(startedAt),
  claimedProviderMessageIds: []
}
const url = (id: string) => `https://clinic.example.com/api/v1/webhooks/telnyx/status?attempt=${id}`

const conclude = (
  records: ReadonlyArray<Reconciliation.DetailRecord>,
  { isComplete = true, afterMillis = 0 }: { readonly isComplete?: boolean; readonly afterMillis?: number } = {}
) => Reconciliation.conclude(attempt, { records, isComplete, askedAtMillis: startedAt + afterMillis })

describe("A look at the detail records", () => {
  it.each([
    ["delivered", "delivered"],
    ["dlr_unconfirmed", "sent"],
    ["dlr_timeout", "sent"],
    ["gw_timeout", "accepted"],
    ["gw_reject", "failed"],
    ["from the future", "accepted"]
  ])("finds the record that has our callback, with %s as %s", (wire, status) => {
    const record = { uuid, status: wire, delivery_status_webhook_url: url("a1") }
    assert.deepStrictEqual(conclude([{ uuid, delivery_status_webhook_url: url("a2") }, record]), {
      _tag: "Found",
      providerMessageId: uuid,
      status
    } as never)
  })

  it.each([
    [{ uuid, status: "delivered", delivery_status_webhook_url: url("a2") }],
    [{ uuid, status: "delivered", delivery_status_webhook_url: null }],
    [{ uuid, status: "delivered" }],
    [{ uuid: "no id", status: "delivered", delivery_status_webhook_url: url("a1") }]
  ])("does not take %j for it", (record) => {
    assert.strictEqual(conclude([record])._tag, "CannotTell")
  })

  it("concludes that there is nothing only after the queue at Telnyx and when all records were read", () => {
    const late = Reconciliation.FIND_AFTER_MILLIS
    assert.strictEqual(conclude([], { afterMillis: late - 1 })._tag, "CannotTell")
    assert.strictEqual(conclude([], { afterMillis: late, isComplete: false })._tag, "CannotTell")
    assert.strictEqual(conclude([], { afterMillis: late })._tag, "Absent")
  })
})
