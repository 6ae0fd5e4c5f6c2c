/** The form of a status callback, read. */
import { DeliveryStatus } from "@careline/domain"
import { TelephonyError } from "@careline/ports"
import { assert, describe, it } from "vitest"
import * as ErrorCode from "../../src/client/ErrorCode.ts"
import * as Status from "../../src/messages/Status.ts"
import * as StatusCallback from "../../src/webhooks/StatusCallback.ts"

const sid = `SM${"4d".repeat(16)}`
const decode = (form: Readonly<Record<string, string>>, query = "") =>
  StatusCallback.decode(new URLSearchParams({ MessageSid: sid, ...form }), new URLSearchParams(query))

describe("A status callback", () => {
  it("names the message, the attempt and the status", () => {
    assert.deepStrictEqual(decode({ MessageStatus: "sent", RawDlrDoneDate: "2603020930" }, "attempt=a-1"), {
      _tag: "DeliveryReported",
      providerMessageId: sid,
      attemptId: "a-1",
      status: "sent",
      failureReason: null,
      errorCode: null
    } as never)
  })

  it("says why a message did not arrive, and not why one did", () => {
    assert.deepInclude(decode({ MessageStatus: "undelivered", ErrorCode: "30005" }), {
      failureReason: "invalid_recipient",
      errorCode: "30005"
    })
    assert.deepInclude(decode({ MessageStatus: "failed" }), { failureReason: "other", errorCode: null })
    assert.deepInclude(decode({ MessageStatus: "delivered", ErrorCode: "" }), { failureReason: null, errorCode: null })
  })

  it.each(["a:b.c/d e", "17", "é👍", "x".repeat(128)])(
    "brings back the attempt %j, whatever its host made it",
    (id) => {
      const query = new URLSearchParams({ attempt: id }).toString()
      assert.propertyVal(decode({ MessageStatus: "sent" }, query), "attemptId", id)
    }
  )

  it.each(["", "attempt=", `attempt=${"x".repeat(129)}`])("without an attempt (%#) still reports", (query) => {
    assert.deepInclude(decode({ MessageStatus: "sent" }, query), { attemptId: null, status: "sent" })
  })

  it.each(["received", "receiving", "teleported", "", "constructor"])("with status %j tells nothing", (status) => {
    assert.isNull(decode({ MessageStatus: status }))
  })

  it("without a message's id is malformed", () => {
    assert.instanceOf(decode({ MessageSid: "SM1", MessageStatus: "sent" }), TelephonyError.MalformedWebhook)
  })
})

describe("A status of Twilio", () => {
  it.each([
    ["accepted", "accepted"],
    ["scheduled", "accepted"],
    ["queued", "accepted"],
    ["sending", "accepted"],
    ["sent", "sent"],
    ["delivered", "delivered"],
    ["read", "read"],
    ["undelivered", "undelivered"],
    ["failed", "failed"],
    ["canceled", "failed"]
  ])("%s is %s", (theirs, ours) => assert.strictEqual(Status.toDeliveryStatus(theirs), ours))

  it("never falls back along the way that Twilio's documentation gives", () => {
    const way = ["accepted", "queued", "sending", "sent", "delivered", "read"]
    const ranks = way.map((status) => DeliveryStatus.rank(Status.toDeliveryStatus(status)!))
    assert.deepStrictEqual(
      ranks,
      ranks.toSorted((left, right) => left - right)
    )
  })
})

describe("An error code of Twilio", () => {
  it.each([
    ["20003", "unauthorised"],
    ["21211", "invalid_recipient"],
    ["21408", "region_not_allowed"],
    ["21606", "sender_not_allowed"],
    ["21608", "sender_not_allowed"],
    ["21610", "recipient_opted_out"],
    ["21614", "not_text_capable"],
    ["21617", "content_rejected"],
    ["30002", "account_suspended"],
    ["30005", "invalid_recipient"],
    ["30006", "not_text_capable"],
    ["30007", "content_rejected"],
    ["30034", "sender_not_allowed"],
    ["21659", "sender_not_allowed"],
    ["21660", "sender_not_allowed"],
    ["30032", "sender_not_allowed"],
    ["30018", "sender_not_allowed"],
    ["30024", "sender_not_allowed"],
    ["21618", "content_rejected"],
    ["20005", "account_suspended"],
    ["10001", "account_suspended"],
    ["90010", "account_suspended"],
    ["30003", "other"],
    ["99999", "other"],
    ["constructor", "other"],
    [null, "other"]
  ])("%s is %s", (code, reason) => assert.strictEqual(ErrorCode.toReason(code), reason))
})
