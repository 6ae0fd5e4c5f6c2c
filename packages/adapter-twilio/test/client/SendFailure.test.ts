/** What a failed call means, from the errors that the SDK throws. */
import { SendOutcome } from "@careline/domain"
import { ProviderFailure } from "@careline/adapter-kit"
import { fc, test } from "@fast-check/vitest"
import { createRequire } from "node:module"
import { inspect as show } from "node:util"
import { assert, describe, it } from "vitest"
import * as ErrorCode from "../../src/client/ErrorCode.ts"
import * as SendFailure from "../../src/client/SendFailure.ts"

type Thrown = new (response: { readonly statusCode: number; readonly body: unknown }) => Error
const require = createRequire(import.meta.url)
const { default: RestException } = require("twilio/lib/base/RestException.js") as { readonly default: Thrown }
const { default: TwilioServiceException } = require("twilio/lib/base/TwilioServiceException.js") as {
  readonly default: Thrown
}

const after = (error: unknown) => ProviderFailure.toOutcome(SendFailure.inspect(error), ErrorCode.toReason)
const refused = (statusCode: number, body: unknown) => after(new RestException({ statusCode, body }))
const broken = (code: string, cause?: object) =>
  after(Object.assign(new Error("canary +13035550123", { cause }), { code }))

describe("A send that failed", () => {
  it.each([400, 401, 403, 404])("with %i and a code of Twilio was refused", (status) => {
    const outcome = refused(status, { code: 21610, message: "canary +13035550123", status })
    assert.deepInclude(outcome, { _tag: "Rejected", code: "21610" })
  })

  it("with 401 was refused for our credentials, whatever the code", () => {
    assert.deepInclude(refused(401, { code: 20005 }), { _tag: "Rejected", reason: "unauthorised" })
  })

  it("with an error in the newer form of Twilio (RFC 9457) is told by the same code", () => {
    const body = { type: "about:blank", title: "canary", status: 400, code: 21614 }
    assert.deepStrictEqual(after(new TwilioServiceException({ statusCode: 400, body })), {
      _tag: "Rejected",
      reason: "not_text_capable",
      code: "21614"
    })
  })

  it.each([400, 401, 403, 404])("with %i from somebody who is not Twilio tells nothing", (status) => {
    assert.deepStrictEqual(refused(status, "<html>"), { _tag: "Unknown", detail: `HTTP ${status}` })
  })

  it("with 429 was not processed", () => {
    assert.deepStrictEqual(refused(429, { code: 20429 }), { _tag: "Throttled", retryAfterMillis: null })
    assert.deepStrictEqual(refused(429, "<html>"), { _tag: "Throttled", retryAfterMillis: null })
  })

  it.each([200, 302, 307, 500, 502, 503])("with %i may have been processed, whatever the body", (status) => {
    for (const body of [{ code: 20500 }, "<html>", null]) assert.strictEqual(refused(status, body)._tag, "Unknown")
  })

  it.each(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "CERT_HAS_EXPIRED", "ERR_TLS_CERT_ALTNAME_INVALID"])(
    "with %s never left",
    (code) => assert.deepStrictEqual(broken(code), { _tag: "NotSent", detail: code })
  )

  it.each(["ECONNRESET", "EPIPE", "ECONNABORTED", "ERR_CANCELED", "ETIMEDOUT", "ERR_BAD_RESPONSE", "EPROTO"])(
    "with %s may have arrived",
    (code) => assert.deepStrictEqual(broken(code), { _tag: "Unknown", detail: code })
  )

  it.each(["EHOSTUNREACH", "ENETUNREACH"])("with %s never left only if it failed to connect", (code) => {
    assert.strictEqual(broken(code, { syscall: "connect" })._tag, "NotSent")
    assert.strictEqual(broken(code, { syscall: "read" })._tag, "Unknown")
    assert.strictEqual(broken(code)._tag, "Unknown")
  })

  it.each([[undefined], [null], ["canary"], [{}], [new SyntaxError("canary")], [{ code: "canary words" }]])(
    "in a way that nobody foresaw (%#) may have arrived",
    (error) => assert.deepStrictEqual(after(error), { _tag: "Unknown", detail: "no readable answer" })
  )

  it("cannot have left when the SDK could not be loaded", () => {
    assert.isTrue(SendOutcome.isSafeToRetry(ProviderFailure.toOutcome(ProviderFailure.noClient, ErrorCode.toReason)))
  })

  test.prop([
    fc.record(
      {
        status: fc.oneof(fc.integer({ min: 100, max: 599 }), fc.anything()),
        code: fc.anything(),
        cause: fc.anything(),
        retryAfterMillis: fc.anything(),
        message: fc.constant("canary"),
        config: fc.constant({ headers: { Authorization: "canary" }, data: "Body=canary" })
      },
      { requiredKeys: ["message", "config"] }
    )
  ])(
    "is an outcome that holds nothing of the error, and is safe to repeat only when it cannot have arrived",
    (error) => {
      const outcome = after(error)
      assert.notInclude(show(outcome, { depth: 9, showHidden: true }), "canary")
      if (outcome._tag === "NotSent") assert.isFalse(typeof error.status === "number")
      if (outcome._tag === "Throttled") assert.strictEqual(error.status, 429)
      assert.notInclude(show(ProviderFailure.toReason(SendFailure.inspect(error)), { depth: 9 }), "canary")
    }
  )
})

describe("Retry-After", () => {
  it.each([
    ["0", 0],
    ["7", 7000],
    ["120", 120_000],
    ["Fri, 24 May 2019 17:44:46 GMT", null],
    ["-1", null],
    ["1.5", null],
    ["9".repeat(12), null],
    [undefined, null],
    [["7"], null]
  ])("%j is %s ms", (header, millis) => assert.strictEqual(ProviderFailure.retryAfterMillis(header), millis))
})
