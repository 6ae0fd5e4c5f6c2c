/** The JWT of a webhook, verified without Vonage's SDK. */
import { TelephonyError } from "@careline/ports"
import { fc, test } from "@fast-check/vitest"
import { assert, describe, it } from "vitest"
import * as Signature from "../../src/webhooks/Signature.ts"
import * as Support from "../support.ts"

const { apiKey, applicationId, claimsOf, signatureSecret, tokenOf } = Support
const keys: Signature.Keys = { apiKey, applicationId, secrets: [signatureSecret] }

const BODY =
  '{"channel":"sms","message_uuid":"aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab","to":"15557650000","from":"15551230000",' +
  '"timestamp":"2026-01-02T03:04:05Z","text":"héllo","sms":{"num_messages":"1","keyword":"HÉLLO"},' +
  '"usage":{"currency":"EUR","price":"0.0057"}}'
const TOKEN =
  "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjE3NjczMjMwNDUsImp0aSI6ImM1YmE4ZjI0LTFhMTQtNGMxMC1iZmRmLTNmYmU4Y2U1M" +
  "TFiNSIsImlzcyI6IlZvbmFnZSIsInBheWxvYWRfaGFzaCI6ImE4MDg4ZmY0YjZlZWJkOTBhMjY1NWUwNmU2NGFhYTg5NDM1YTY0MWMzZjRiMThhNmU" +
  "zN2E5ZjRmZmNmMmY2MTAiLCJhcGlfa2V5IjoiYTFiMmMzZDQiLCJhcHBsaWNhdGlvbl9pZCI6ImFhYWFhYWFhLWJiYmItY2NjYy1kZGRkLTAxMjM0N" +
  "TY3ODlhYiJ9.TxMfuCbbTZQ3RWqVBDC4uRAI-wDaDC4xLQqC_8pyxzg"
const issuedAt = 1_767_323_045_000
const body = new TextEncoder().encode(BODY)

const verify = (token: string | undefined, change: Partial<Signature.Keys> = {}, nowMillis = issuedAt, bytes = body) =>
  Signature.verify({ ...keys, ...change }, token, () => bytes, nowMillis)
const claimed = (change: Readonly<Record<string, unknown>>, secret?: string, header?: unknown) =>
  verify(`Bearer ${tokenOf(claimsOf(body, issuedAt, change), secret, header)}`)

const JAVA = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJTaW5hIiwibmFtZSI6IkphdmFfU0RLIiwiaWF0IjoxNjk4NjgwMzkyfQ."
const PYTHON =
  "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJPbmxpbmUgSldUIEJ1aWxkZXIiLCJpYXQiOjE2OTc2MzQ2ODAsImV4cCI6MzMyNTQ1N" +
  "DA4MjgsImF1ZCI6IiIsInN1YiI6IiJ9.88vJc3I2HhuqEDixHXVhc9R30tA6U_HQHZTC29y6CGM"

describe("The signature of Vonage's token", () => {
  /** From the test suites of Vonage's SDKs for Java and Python, and one of our own. */
  it.each([
    [
      "XsA09z2MhUxYcdbXaUX3aTT7TzGmnCLfkdILf0NIyC9hN9criTEUdlI3OZ5hRjR",
      `${JAVA}4qJpi46NSYURiLI1xoLIfGRygA8IUI2QSG9P2Kus1Oo`,
      true
    ],
    [
      "XsA09z2MhUxYcdbXaUX3aTT7TzGmnCLfkdILf0NIyC9hN9criTEUdlI3OZ5hRjR",
      `${JAVA}XsaXHXqxe2kfIbPy-JH2J6hfbHnEv8jdWsOhEuvzU98`,
      false
    ],
    ["qwertyuiopasdfghjklzxcvbnm123456", PYTHON, true],
    ["asdf", PYTHON, false],
    [signatureSecret, TOKEN, true]
  ])("with the secret %s of the vectors (%#)", (secret, token, isRight) => {
    assert.strictEqual(Signature.isSigned([secret], token), isRight)
    assert.strictEqual(Signature.isSigned(["another", secret], token), isRight)
  })

  it.each(["", ".", "..", "a.b", "a.b.c", `${TOKEN}.x`, `${TOKEN}A`, TOKEN.slice(0, -1), "x".repeat(10_000)])(
    "is none in what is no token (%#)",
    (token) => assert.isFalse(Signature.isSigned([signatureSecret], token))
  )

  test.prop([fc.string(), fc.string({ minLength: 1 })])("is only that of its secret", (subject, secret) => {
    const token = tokenOf({ subject }, secret)
    assert.isTrue(Signature.isSigned([secret], token))
    assert.isFalse(Signature.isSigned([`${secret}x`], token))
  })
})

describe("A webhook of Vonage", () => {
  it("is taken with its own token", () => {
    assert.isNull(verify(`Bearer ${TOKEN}`))
    assert.isNull(verify(`bearer  ${TOKEN}`))
    assert.isNull(verify(`Bearer ${TOKEN}`, { secrets: ["new", signatureSecret] }))
  })

  it.each([undefined, "", "Basic YTpi", "Bearer", "Bearer ", TOKEN])(
    "that is not signed (%#) may be Vonage's own slip",
    (authorization) => assert.instanceOf(verify(authorization), TelephonyError.Unverifiable)
  )

  it("that is signed with another secret cannot be verified, and nobody learns whether it names our account", () => {
    const ours = verify(`Bearer ${TOKEN}`, { secrets: ["another"] })
    assert.instanceOf(ours, TelephonyError.Unverifiable)
    for (const other of [{ api_key: "ffffffff" }, { api_key: undefined }, { application_id: "another" }, { iss: "" }]) {
      assert.deepStrictEqual(claimed(other, "another"), ours)
    }
    assert.deepStrictEqual(claimed({}, "another", { alg: "none" }), ours)
    assert.deepStrictEqual(verify("Bearer a.b.c"), ours)
  })

  it("is read only once its token is known to be signed", () => {
    const read = () => assert.fail("nothing is read for a stranger")
    assert.isNotNull(Signature.verify({ ...keys, secrets: ["another"] }, `Bearer ${TOKEN}`, read, issuedAt))
    assert.isNotNull(Signature.verify(keys, undefined, read, issuedAt))
  })

  it.each([{ alg: "none" }, { alg: "RS256" }, { alg: "hs256" }, { alg: "HS512" }, {}, null, "HS256"])(
    "with the header %j is forged, even when it names us",
    (header) => assert.instanceOf(claimed({}, signatureSecret, header), TelephonyError.InvalidSignature)
  )

  it.each([
    [{ iss: "Nexmo" }],
    [{ iss: undefined }],
    [{ payload_hash: undefined }],
    [{ payload_hash: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" }],
    [{ payload_hash: "A8088FF4B6EEBD90A2655E06E64AAA89435A641C3F4B18A6E37A9F4FFCF2F610" }],
    [{ api_key: "ffffffff" }],
    [{ api_key: null }],
    [{ application_id: "ffffffff-bbbb-cccc-dddd-0123456789ab" }],
    [{ iat: undefined }],
    [{ iat: "1767323045" }]
  ])("with the claim %o is forged", (change) => assert.instanceOf(claimed(change), TelephonyError.InvalidSignature))

  it("may leave out the account and the application", () => {
    assert.isNull(claimed({ api_key: undefined, application_id: undefined }))
  })

  it("is over the bytes as they came, to the last blank", () => {
    for (const other of [`${BODY} `, BODY.replace("héllo", "hello"), BODY.replaceAll(",", ", "), ""]) {
      const fault = verify(`Bearer ${TOKEN}`, {}, issuedAt, new TextEncoder().encode(other))
      assert.instanceOf(fault, TelephonyError.InvalidSignature)
    }
  })

  it.each([
    [-Signature.MAX_AHEAD_MILLIS, true],
    [-Signature.MAX_AHEAD_MILLIS - 1, false],
    [25 * 3_600_000, true],
    [Signature.MAX_AGE_MILLIS, true],
    [Signature.MAX_AGE_MILLIS + 1, false]
  ])("of an age of %i ms is in time: %s", (ageMillis, isInTime) => {
    const fault = verify(`Bearer ${TOKEN}`, {}, issuedAt + ageMillis)
    assert.strictEqual(fault === null, isInTime)
  })

  test.prop([fc.string({ unit: "grapheme" })])("is verified or refused, whatever its header", (authorization) => {
    assert.isNotNull(verify(authorization))
    assert.isNotNull(verify(`Bearer ${authorization}`))
  })
})
