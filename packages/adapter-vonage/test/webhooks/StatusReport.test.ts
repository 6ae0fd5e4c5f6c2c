/** The JSON of a status webhook, read. */
import { DeliveryStatus } from "@careline/domain"
import { TelephonyError } from "@careline/ports"
import { fc, test } from "@fast-check/vitest"
import { assert, describe, it } from "vitest"
import * as ErrorCode from "../../src/client/ErrorCode.ts"
import * as Problem from "../../src/client/Problem.ts"
import * as Status from "../../src/messages/Status.ts"
import * as StatusReport from "../../src/webhooks/StatusReport.ts"
import { problem } from "../support.ts"

const message_uuid = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"
const base = { message_uuid, channel: "sms", to: "13035550123", from: "12025550100", timestamp: "2025-02-03T12:14:25Z" }
const decode = (payload: Readonly<Record<string, unknown>>, query = "") =>
  StatusReport.decode({ ...base, ...payload }, new URLSearchParams(query))

describe("A status webhook", () => {
  it("names the message, the attempt and the status", () => {
    assert.deepStrictEqual(decode({ status: "submitted", client_ref: "a-1" }, "attempt=a-2"), {
      _tag: "DeliveryReported",
      providerMessageId: message_uuid,
      attemptId: "a-1",
      status: "sent",
      failureReason: null,
      errorCode: null
    } as never)
  })

  it("takes the attempt from its own URL when it does not echo it", () => {
    for (const client_ref of [undefined, "", null, 7, "x".repeat(129)]) {
      assert.propertyVal(decode({ status: "delivered", client_ref }, "attempt=a-2"), "attemptId", "a-2")
    }
    assert.propertyVal(decode({ status: "delivered" }), "attemptId", null)
  })

  it("says why a message did not arrive, by a title that is text or number", () => {
    for (const error of [problem("messages#1240"), { title: "1240" }, { title: 1240, type: "" }]) {
      assert.deepInclude(decode({ status: "rejected", error }), {
        status: "failed",
        failureReason: "recipient_opted_out",
        errorCode: "1240"
      })
    }
    assert.deepInclude(decode({ status: "undeliverable" }), {
      status: "undelivered",
      failureReason: "other",
      errorCode: null
    })
    assert.deepInclude(decode({ status: "rejected", error: "junk" }), { status: "undelivered", errorCode: null })
  })

  it.each(["1490", "1330"])("with %s is no proof of non-delivery", (code) => {
    for (const status of ["rejected", "undeliverable"]) {
      assert.deepInclude(decode({ status, error: problem(`messages#${code}`, code) }), {
        status: "sent",
        failureReason: null,
        errorCode: code
      })
    }
  })

  it.each(["buffered", "teleported", "", "constructor", "Delivered"])("with status %j tells nothing", (status) => {
    assert.isNull(decode({ status }))
  })

  it("of another channel tells nothing, and without a status is malformed", () => {
    assert.isNull(decode({ channel: "whatsapp", status: "delivered" }))
    assert.isNotNull(decode({ channel: "mms", status: "delivered" }))
    assert.instanceOf(decode({}), TelephonyError.MalformedWebhook)
    assert.instanceOf(decode({ status: 1 }), TelephonyError.MalformedWebhook)
  })
})

describe("Any JSON in a status webhook", () => {
  test.prop([fc.record({ status: fc.anything(), client_ref: fc.anything(), error: fc.anything() })])(
    "is a report, nothing or malformed, and never throws",
    (payload) => {
      const result = decode(payload)
      assert.isTrue(result === null || result instanceof TelephonyError.MalformedWebhook || result._tag !== undefined)
    }
  )
})

describe("A status of Vonage", () => {
  it.each([
    ["submitted", null, "sent"],
    ["delivered", null, "delivered"],
    ["read", null, "read"],
    ["undeliverable", "1000", "undelivered"],
    ["rejected", null, "undelivered"],
    ["rejected", "1000", "failed"],
    ["rejected", "1060", "failed"],
    ["rejected", "1070", "failed"],
    ["rejected", "1080", "failed"],
    ["rejected", "1120", "failed"],
    ["rejected", "1170", "failed"],
    ["rejected", "1180", "undelivered"],
    ["rejected", "1190", "undelivered"],
    ["rejected", "1210", "undelivered"],
    ["rejected", "1240", "failed"],
    ["rejected", "1310", "undelivered"],
    ["rejected", "1331", "undelivered"],
    ["rejected", "1360", "undelivered"],
    ["rejected", "1380", "failed"],
    ["rejected", "1420", "failed"],
    ["rejected", "1460", "failed"],
    ["rejected", "1476", "failed"],
    ["rejected", "14760", "undelivered"]
  ])("%s with %s is %s", (theirs, code, ours) => assert.strictEqual(Status.toKnown(theirs, code)?.status, ours))

  it("never falls back along the way", () => {
    const ranks = ["submitted", "delivered", "read"].map((one) =>
      DeliveryStatus.rank(Status.toKnown(one, null)!.status)
    )
    assert.deepStrictEqual(
      ranks,
      ranks.toSorted((left, right) => left - right)
    )
  })
})

describe("An error code of Vonage", () => {
  it.each([
    ["unathorized", "unauthorised"],
    ["unprovisioned", "unauthorised"],
    ["low-balance", "account_suspended"],
    ["1040", "content_rejected"],
    ["1120", "sender_not_allowed"],
    ["1170", "invalid_recipient"],
    ["1190", "invalid_recipient"],
    ["1210", "content_rejected"],
    ["1240", "recipient_opted_out"],
    ["1250", "invalid_recipient"],
    ["1260", "invalid_recipient"],
    ["1280", "content_rejected"],
    ["1282", "content_rejected"],
    ["1420", "sender_not_allowed"],
    ["1430", "invalid_recipient"],
    ["1470", "content_rejected"],
    ["1476", "content_rejected"],
    ["1000", "other"],
    ["1360", "other"],
    ["9999", "other"],
    ["constructor", "other"],
    [null, "other"]
  ])("%s is %s", (code, reason) => assert.strictEqual(ErrorCode.toReason(code), reason))

  it.each([
    [problem("messages#1120"), "1120"],
    [problem("#unathorized", "You did not provide correct credentials."), "unathorized"],
    [{ type: "https://developer.vonage.com/api-errors#low-balance" }, "low-balance"],
    [{ type: "https://developer.vonage.com/api-errors", title: 1000 }, "1000"],
    [{ title: "1000" }, "1000"],
    [{ title: "Not Found" }, null],
    [{ type: "https://example.com/#15551230000 is <not> yours" }, null],
    [{}, null],
    [null, null],
    ["messages#1120", null],
    [{ type: 7, title: {} }, null],
    [{ type: { toString: false }, title: { toString: false } }, null]
  ])("is read from %o", (given, code) => assert.strictEqual(Problem.toCode(given), code))
})
