/** What a failed call means, from the errors that the SDK throws. */
import { SendOutcome } from "@careline/domain"
import { ProviderFailure } from "@careline/adapter-kit"
import { fc, test } from "@fast-check/vitest"
import { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError } from "telnyx"
import { assert, describe, it } from "vitest"
import * as ErrorCode from "../../src/client/ErrorCode.ts"
import * as SendFailure from "../../src/client/SendFailure.ts"

const after = (error: unknown) => ProviderFailure.toOutcome(SendFailure.inspect(error), ErrorCode.toReason)
const refused = (status: number, body: object | undefined, headers: Record<string, string> = {}) =>
  after(APIError.generate(status, body, "canary +13035550123", new Headers(headers)))
const coded = (code: string) => ({ errors: [{ code, title: "canary" }] })

describe("A send that failed", () => {
  it.each([
    [400, "40310", "invalid_recipient"],
    [400, "40305", "sender_not_allowed"],
    // The status of this one is in no document.
    [400, "40300", "recipient_opted_out"],
    [403, "40300", "recipient_opted_out"],
    [422, "40300", "recipient_opted_out"],
    [422, "40322", "content_rejected"],
    [402, "20100", "account_suspended"],
    [403, "10010", "unauthorised"],
    [403, "20001", "unauthorised"],
    [403, "20017", "unauthorised"],
    [403, "20012", "account_suspended"],
    [400, "40312", "account_refused"],
    [400, "40314", "account_refused"],
    [400, "40306", "sender_not_allowed"],
    [401, "10009", "unauthorised"],
    [400, "99999", "other"]
  ] as const)("with %i and %s was refused for %s", (status, code, reason) => {
    assert.deepStrictEqual(refused(status, coded(code)), { _tag: "Rejected", reason, code })
  })

  it.each([400, 401, 403, 404, 422])("with %i from somebody who is not Telnyx tells nothing", (status) => {
    assert.deepStrictEqual(refused(status, undefined), { _tag: "Unknown", detail: `HTTP ${status}` })
    assert.deepStrictEqual(refused(status, { errors: [] }), { _tag: "Unknown", detail: `HTTP ${status}` })
  })

  it.each([408, 409, 500, 502, 503, 307])("with %i may have been processed, whatever the body", (status) => {
    assert.strictEqual(refused(status, coded("10007"))._tag, "Unknown")
  })

  it.each([
    [{}, null],
    [{ "retry-after": "7" }, 7_000],
    [{ "x-ratelimit-reset": "3" }, 3_000],
    [{ "retry-after": "7", "x-ratelimit-reset": "3" }, 7_000],
    // One page of the documentation shows a date there.
    [{ "x-ratelimit-reset": "999999" }, null],
    [{ "x-ratelimit-reset": "soon" }, null]
  ] as const)("with 429 and %j waits %s ms", (headers, retryAfterMillis) => {
    assert.deepStrictEqual(refused(429, coded("10011"), headers), { _tag: "Throttled", retryAfterMillis })
  })

  it("because the queue is full waits, whatever the status", () => {
    assert.strictEqual(refused(400, coded("40318"))._tag, "Throttled")
  })

  it("never left when nobody could be reached", () => {
    const cause = Object.assign(new TypeError("fetch failed"), {
      cause: Object.assign(new Error("canary"), { code: "ECONNREFUSED" })
    })
    const error = new APIConnectionError({ message: "canary", cause })
    assert.deepStrictEqual(after(error), { _tag: "NotSent", detail: "ECONNREFUSED" })
  })

  it.each([
    new APIConnectionTimeoutError(),
    new APIUserAbortError(),
    new DOMException("canary", "AbortError"),
    new APIConnectionError({ message: "canary", cause: Object.assign(new Error("x"), { code: "ECONNRESET" }) }),
    new SyntaxError("canary")
  ])("may have arrived after %s", (error) => {
    assert.isFalse(SendOutcome.isSafeToRetry(after(error)))
    assert.notInclude(JSON.stringify(after(error)), "canary")
  })

  test.prop([fc.anything()])("is never safe to repeat for a reason that nobody foresaw", (error) => {
    fc.pre(typeof error !== "object" || error === null || !("status" in error || "code" in error || "cause" in error))
    assert.strictEqual(after(error)._tag, "Unknown")
  })
})
