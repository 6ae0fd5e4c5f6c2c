/** `message.sent` and `message.finalized`. */
import { TelephonyError } from "@careline/ports"
import { fc, test } from "@fast-check/vitest"
import { assert, describe, it } from "vitest"
import * as StatusReport from "../../src/webhooks/StatusReport.ts"

const id = "84cca175-9755-4859-b67f-4730d7f58aa3"
const report = (status: string, change: Readonly<Record<string, unknown>> = {}) =>
  StatusReport.decode({
    id,
    to: [{ phone_number: "+13125550001", status, carrier: "T-Mobile USA", line_type: "Wireless" }],
    errors: [],
    webhook_url: "https://clinic.example.com/api/v1/webhooks/telnyx/status?attempt=a1",
    ...change
  })

describe("A report on a text", () => {
  it.each([
    ["scheduled", "accepted"],
    ["queued", "accepted"],
    ["sending", "accepted"],
    ["sent", "sent"],
    ["delivered", "delivered"],
    ["delivery_unconfirmed", "sent"],
    ["delivery_failed", "undelivered"],
    ["sending_failed", "failed"],
    ["expired", "failed"],
    ["cancelled", "failed"]
  ])("with %s means %s", (wire, status) => {
    assert.deepInclude(report(wire), { providerMessageId: id, attemptId: "a1", status } as never)
  })

  it("with a status that nobody knows says nothing", () => assert.isNull(report("pondered")))

  it.each([
    ["40001", "Not routable", "not_text_capable"],
    ["40012", "Invalid destination", "invalid_recipient"],
    ["40003", "Blocked as spam", "content_rejected"],
    ["40010", "Not 10DLC registered", "sender_not_allowed"],
    ["40300", "Blocked due to STOP message", "recipient_opted_out"],
    // The same code, after the text was taken, means something else.
    ["40300", "Destination unreachable", "other"],
    ["40008", "Undeliverable", "other"],
    ["99999", "From the future", "other"]
  ])("with %s (%s) failed for %s", (code, title, failureReason) => {
    assert.deepInclude(report("delivery_failed", { errors: [{ code, title }] }), {
      failureReason,
      errorCode: code
    } as never)
  })

  it("of a text that is on its way has no failure, even with an error beside", () => {
    const errors = [{ code: "40008", title: "Undeliverable" }]
    assert.deepInclude(report("sent", { errors }), { failureReason: null } as never)
  })

  it.each([undefined, null, "", "https://clinic.example.com/other", "https://clinic.example.com/?attempt="])(
    "that was sent to %s has no attempt",
    (url) => {
      assert.deepInclude(report("sent", url === undefined ? { webhook_url: null } : { webhook_url: url }), {
        attemptId: null
      })
    }
  )

  it.each([{ id: "1" }, { to: [] }, { to: [{}] }, { errors: [{}] }])("with %j cannot be read", (change) => {
    assert.instanceOf(report("sent", change), TelephonyError.MalformedWebhook)
  })

  test.prop([fc.anything()])("is read or refused, whatever it is", (payload) => {
    const event = StatusReport.decode(payload)
    assert.isTrue(
      event === null || event instanceof TelephonyError.MalformedWebhook || event._tag === "DeliveryReported"
    )
  })
})
