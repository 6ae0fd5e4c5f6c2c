/** What Bandwidth's reports mean. */
import { assert, describe, it } from "@effect/vitest"
import * as Status from "../src/Status.ts"

const failed = (errorCode: string | null) => Status.ofReport("message-failed", "", errorCode)

describe("Status", () => {
  it("says delivered only of a receipt, and not of what the carrier took", () => {
    assert.strictEqual(Status.ofReport("message-sent", "ok", null), "sent")
    assert.strictEqual(Status.ofReport("message-delivered", "ok", null), "delivered")
    assert.strictEqual(Status.ofReport("message-delivered", "Message delivered to carrier.", null), "sent")
    assert.strictEqual(Status.ofReport("message-sending", "Message is sending to carrier", null), "accepted")
  })

  it("tells a refusal by Bandwidth from one by the carrier", () => {
    for (const code of ["4001", "4303", "4470", "5100", "5999", null])
      assert.strictEqual(failed(code), "failed", `${code}`)
    for (const code of ["4700", "4775", "5600", "5650", "9999"]) assert.strictEqual(failed(code), "undelivered", code)
  })

  it("does not call a text lost because no receipt or acknowledgement came", () => {
    assert.strictEqual(failed("9902"), "sent")
    assert.strictEqual(failed("5630"), "accepted")
  })
})
