/** Why a text was refused. */
import { assert, describe, it } from "@effect/vitest"
import * as ErrorCode from "../src/ErrorCode.ts"

describe("ErrorCode", () => {
  it.each([
    ["4720", "invalid_recipient"],
    ["4775", "recipient_opted_out"],
    ["4700", "not_text_capable"],
    ["4403", "sender_not_allowed"],
    ["4795", "sender_not_allowed"],
    ["4770", "content_rejected"],
    ["4432", "region_not_allowed"],
    ["forbidden", "unauthorised"],
    ["4750", "other"],
    ["code-of-the-future", "other"],
    [null, "other"]
  ] as const)("takes %s for %s", (code, reason) => {
    assert.strictEqual(ErrorCode.toReason(code), reason)
  })
})
