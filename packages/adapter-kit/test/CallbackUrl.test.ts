/** Where providers call back. */
import { fc, test } from "@fast-check/vitest"
import { assert, describe, it } from "vitest"
import * as CallbackUrl from "../src/CallbackUrl.ts"

describe("A callback URL", () => {
  it.each(["https://clinic.example.com", "https://clinic.example.com/", "https://clinic.example.com//"])(
    "begins with %s, without the slashes at its end",
    (publicUrl) => {
      assert.strictEqual(
        CallbackUrl.ofKind(publicUrl, "twilio", "sms"),
        "https://clinic.example.com/api/v1/webhooks/twilio/sms"
      )
    }
  )

  it("keeps the path and the port of the public URL", () => {
    assert.strictEqual(
      CallbackUrl.ofAttempt("https://clinic.example.com:8443/line/", "twilio", "a1"),
      "https://clinic.example.com:8443/line/api/v1/webhooks/twilio/status?attempt=a1"
    )
  })

  it.each([
    ["/status", ""],
    ["/status?attempt=a+b", "a b"],
    ["/status?attempt=a#attempt=b", "a"]
  ])("reads the query of %s", (target, attempt) => {
    assert.strictEqual(CallbackUrl.queryOf(target).get("attempt") ?? "", attempt)
  })

  test.prop([fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" })])("brings every attempt back", (attempt) => {
    const callback = CallbackUrl.ofAttempt("https://clinic.example.com", "twilio", attempt)
    assert.strictEqual(CallbackUrl.attemptOf(CallbackUrl.queryOf(callback)), attempt)
    assert.isTrue(URL.canParse(callback))
  })

  it.each([undefined, null, 7, "", "a".repeat(129)])("takes %s for no attempt", (echoed) => {
    assert.isNull(CallbackUrl.toAttemptId(echoed))
  })
})
