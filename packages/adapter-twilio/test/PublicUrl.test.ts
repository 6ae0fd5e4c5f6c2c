/** The URLs that Twilio signs and calls. */
import { fc, test } from "@fast-check/vitest"
import { assert, describe, it } from "vitest"
import * as PublicUrl from "../src/PublicUrl.ts"

describe("The public URL", () => {
  it.each(["https://clinic.example.com", "https://clinic.example.com/", "https://clinic.example.com//"])(
    "%s is followed by the request's own target",
    (publicUrl) => {
      assert.strictEqual(PublicUrl.ofTarget(publicUrl, "/api/x?a=b"), "https://clinic.example.com/api/x?a=b")
    }
  )

  it("keeps its path and its port", () => {
    assert.strictEqual(
      PublicUrl.statusCallback("https://clinic.example.com:8443/line/", "a1"),
      "https://clinic.example.com:8443/line/api/v1/webhooks/twilio/status?attempt=a1"
    )
  })

  it.each([
    ["/status", ""],
    ["/status?attempt=a+b", "a b"],
    ["/status?attempt=a#attempt=b", "a"]
  ])("reads the query of %s", (target, attempt) => {
    assert.strictEqual(PublicUrl.queryOf(target).get("attempt") ?? "", attempt)
  })

  test.prop([fc.string({ minLength: 1, unit: "grapheme" })])("brings every attempt back", (attempt) => {
    const callback = PublicUrl.statusCallback("https://clinic.example.com", attempt)
    assert.strictEqual(PublicUrl.queryOf(callback).get("attempt"), attempt)
    assert.isTrue(URL.canParse(callback))
  })
})
