/** What an HTTP error says of a text. */
import { assert, describe, it } from "@effect/vitest"
import * as SendFailure from "../src/SendFailure.ts"

const outcome = (status: number, body: unknown, retryAfter: string | null = null) =>
  SendFailure.ofAnswer({ status, retryAfter, body: typeof body === "string" ? body : JSON.stringify(body) })

const invalid = (fieldName: string) => ({
  type: "request-validation",
  description: "Your request could not be accepted",
  fieldErrors: [{ fieldName, description: "'+13035550123' must be replaced" }]
})

describe("SendFailure", () => {
  it("names the reason by the field that Bandwidth complains about", () => {
    const code = "request-validation"
    assert.deepStrictEqual(outcome(400, invalid("to")), { _tag: "Rejected", reason: "invalid_recipient", code })
    assert.deepStrictEqual(outcome(400, invalid("to[0]")), { _tag: "Rejected", reason: "invalid_recipient", code })
    assert.deepStrictEqual(outcome(400, invalid("from")), { _tag: "Rejected", reason: "sender_not_allowed", code })
    assert.deepStrictEqual(outcome(400, invalid("text")), { _tag: "Rejected", reason: "other", code })
  })

  it("says that the credentials are refused", () => {
    for (const [status, type] of [
      [401, "unauthorized"],
      [403, "forbidden"]
    ] as const) {
      const expected = { _tag: "Rejected", reason: "unauthorised", code: type } as const
      assert.deepStrictEqual(outcome(status, { type, description: "Access Denied" }), expected)
    }
  })

  it("waits as long as it is asked to", () => {
    const full = { type: "max-message-queue-size-exceeded", description: "The SMS queue is full" }
    assert.deepStrictEqual(outcome(429, full, "30"), { _tag: "Throttled", retryAfterMillis: 30_000 })
    assert.deepStrictEqual(outcome(429, full), { _tag: "Throttled", retryAfterMillis: null })
  })

  it("knows nothing after an error that is not the API's own", () => {
    for (const body of ["", "<html>", { status: 404, error: "Not Found" }, { type: "+13035550123" }]) {
      assert.deepStrictEqual(outcome(404, body), { _tag: "Unknown", detail: "HTTP 404" })
    }
    assert.strictEqual(outcome(500, { type: "internal-server-error" })._tag, "Unknown")
  })
})
