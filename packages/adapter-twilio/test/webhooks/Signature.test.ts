/** Twilio's signature: published vectors, the SDK's own validator, and the adapter, all over the same bytes. */
import { signTwilioWebhook } from "@careline/testkit/simulators"
import { fc, test } from "@fast-check/vitest"
import { createRequire } from "node:module"
import { assert, describe, it } from "vitest"
import * as Signature from "../../src/webhooks/Signature.ts"

const { validateRequest } = createRequire(import.meta.url)("twilio") as {
  readonly validateRequest: (token: string, signature: string, url: string, params: Record<string, unknown>) => boolean
}

const TOKEN = "12345"
const URL_ = "https://mycompany.com/myapp.php?foo=1&bar=2"
const CALL = {
  CallSid: "CA1234567890ABCDE",
  Caller: "+14158675309",
  Digits: "1234",
  From: "+14158675309",
  To: "+18005551212"
}

const form = (parameters: Readonly<Record<string, string | ReadonlyArray<string>>>) =>
  new URLSearchParams(
    Object.entries(parameters).flatMap(([name, value]) =>
      [value].flat().map((one): [string, string] => [name, one as string])
    )
  )

const BODY_SHA = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
const EMPTY_BODY_SHA = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

/**
 * From the test suites of Twilio's SDKs for Node, Python and Go, from twilio.com/docs/usage/security, and two of our own
 * that the SDK confirms. The URL is the one that is configured; what was signed may be another form of it.
 */
const vectors: ReadonlyArray<readonly [string, string, Record<string, string | ReadonlyArray<string>>]> = [
  ["RSOYDt4T1cUTdK1PDd93/VVr8B8=", URL_, CALL],
  ["Zmvh+3yNM1Phv2jhDCwEM3q5ebU=", "http://mycompany.com:1234/myapp.php?foo=1&bar=2", CALL],
  ["kvajT1Ptam85bY51eRf/AJRuM3w=", URL_, CALL],
  ["kvajT1Ptam85bY51eRf/AJRuM3w=", "https://mycompany.com:443/myapp.php?foo=1&bar=2", CALL],
  ["RSOYDt4T1cUTdK1PDd93/VVr8B8=", "https://mycompany.com:8443/myapp.php?foo=1&bar=2", CALL],
  ["0ZXoZLH/DfblKGATFgpif+LLRf4=", "http://mycompany.com/myapp.php?foo=1&bar=2", CALL],
  ["CukzLTc1tT5dXEDIHm/tKBanW10=", "https://user:pass@mycompany.com/myapp.php?foo=1&bar=2", CALL],
  ["2YRLlVAflCqxaNicjMpJcSTgzSs=", "https://user@mycompany.com/myapp.php?foo=1&bar=2", CALL],
  ["ZQFR1PTIZXF2MXB8ZnKCvnnA+rI=", "https://user:pass@mycompany.com/myapp.php?foo=1&bar=2", CALL],
  ["ZQFR1PTIZXF2MXB8ZnKCvnnA+rI=", "https://user:pass@mycompany.com:443/myapp.php?foo=1&bar=2", CALL],
  ["TfZzewPq8wqrGlMfyAud8+/IvJ0=", `${URL_}&Body=It%27s+amazing`, CALL],
  ["TfZzewPq8wqrGlMfyAud8+/IvJ0=", `${URL_}&Body=It's+amazing`, CALL],
  ["dsq4Ehbj6cs+KdTkpF5sSSplOWw=", `${URL_}&Body=It's+amazing`, CALL],
  ["83O6e2vORAoJHUNzJjDWN1jz+BA=", URL_, { "MessagingBinding.Address": ["+1415xxxxxxx", "+1325xxxxxxx"] }],
  ["83O6e2vORAoJHUNzJjDWN1jz+BA=", URL_, { "MessagingBinding.Address": ["+1325xxxxxxx", "+1415xxxxxxx"] }],
  ["IK+Dwps556ElfBT0I3Rgjkr1wJU=", URL_, { Sid: "CA123", SidAccount: "AC123", Digits: ["5678", "1234", "1234"] }],
  ["vOEb5UThFn24KEfnOFLQY2AE5FY=", URL_, { ...CALL, Reason: "Participant", ReasonConferenceEnded: "test" }],
  [
    "n2xBNyzSW7rfYStDtOFiFMv7qNo=",
    "http://mycompany.com/myapp.php?foo=1&bar=2",
    { ...CALL, Reason: "Participant", ReasonConferenceEnded: "test" }
  ],
  ["NBdBDr/T/lgjI+tlgpXjKZQZs/k=", URL_, { property: "value", boolean: "true" }],
  ["a9nBmqA0ju/hNViExpshrM61xv4=", `${URL_}&bodySHA256=${BODY_SHA}`, {}],
  ["y77kIzt2vzLz71DgmJGsen2scGs=", `https://mycompany.com/myapp.php?bodySHA256=${BODY_SHA}`, {}],
  ["Ldidvp12m26NI7eqEvxnEpkd9Hc=", `${URL_}&bodySHA256=${EMPTY_BODY_SHA}`, {}],
  ["rw/jVviOgicj2+kHZULvebnA4ag=", `${URL_}&bodySHA256=${EMPTY_BODY_SHA}`, {}],
  [
    "L/OH5YylLD5NRKLltdqwSvS0BnU=",
    "https://example.com/myapp.php?foo=1&bar=2",
    { ...CALL, Caller: "+14158675310", From: "+14158675310" }
  ],
  [
    "oK8CHY+S8nRt+s+k1YMNTE5NrVw=",
    "https://clinic.example.com/webhooks/twilio/sms?t=abc",
    { Body: "Olá 👍 + & = %", From: "+15550001111", To: "+15550002222", NumMedia: "0" }
  ]
]

describe("The Twilio signature", () => {
  it.each(vectors)("accepts the vector %s for %s, as the SDK does", (signature, url, parameters) => {
    assert.isTrue(Signature.verify([TOKEN], signature, url, form(parameters)))
    assert.isTrue(validateRequest(TOKEN, signature, url, parameters))
  })

  it("refuses the vector with one digit, one parameter, the path or the token changed", () => {
    const [signature, url] = vectors[0]!
    assert.isFalse(Signature.verify([TOKEN], signature, url, form({ ...CALL, Digits: "1235" })))
    assert.isFalse(Signature.verify([TOKEN], signature, url, form({ ...CALL, Extra: "" })))
    assert.isFalse(Signature.verify([TOKEN], signature, url.replace("foo=1", "foo=2"), form(CALL)))
    assert.isFalse(Signature.verify(["12346"], signature, url, form(CALL)))
  })

  it("refuses the vector whose parameters were sorted without regard to case", () => {
    const parameters = { ...CALL, Reason: "Participant", ReasonConferenceEnded: "test" }
    const url = "http://mycompany.com/myapp.php?foo=1&bar=2"
    assert.isFalse(Signature.verify([TOKEN], "95+Bu0JVPi0r/SsESZCVf0dWAjw=", url, form(parameters)))
  })

  it("is over the port that is configured, when it is not the scheme's own", () => {
    const signature = signTwilioWebhook(TOKEN, "https://mycompany.com:8443/myapp.php", Object.entries(CALL))
    assert.isTrue(Signature.verify([TOKEN], signature, "https://mycompany.com:8443/myapp.php", form(CALL)))
    assert.isFalse(Signature.verify([TOKEN], signature, "https://mycompany.com/myapp.php", form(CALL)))
    assert.isFalse(Signature.verify([TOKEN], signature, "https://mycompany.com:8444/myapp.php", form(CALL)))
  })

  it("is not over the fragment, nor over user info", () => {
    const signature = signTwilioWebhook(TOKEN, `${URL_}#rc=5&rp=all`, Object.entries(CALL))
    assert.strictEqual(signature, vectors[0]![0])
    assert.isTrue(Signature.verify([TOKEN], signature, `${URL_}#rc=5&rp=all`, form(CALL)))
    assert.isTrue(Signature.verify([TOKEN], signature, URL_.replace("//", "//user:pass@"), form(CALL)))
  })

  it("refuses what is no signature", () => {
    for (const signature of [undefined, "", "x", "!!!!", "RSOYDt4T1cUTdK1PDd93/VVr8B8", "A".repeat(200)]) {
      const isVector = signature === "RSOYDt4T1cUTdK1PDd93/VVr8B8"
      assert.strictEqual(Signature.verify([TOKEN], signature, URL_, form(CALL)), isVector)
    }
    for (const url of ["/relative", "", "https://", "ftp://mycompany.com/", "https://[::1", "https://%zz/"]) {
      assert.isFalse(Signature.verify([TOKEN], "RSOYDt4T1cUTdK1PDd93/VVr8B8=", url, form(CALL)))
    }
  })

  it("accepts the old token and the new one while a token is rotated", () => {
    const signature = signTwilioWebhook("old", URL_, Object.entries(CALL))
    assert.isTrue(Signature.verify(["new", "old"], signature, URL_, form(CALL)))
    assert.isFalse(Signature.verify(["new"], signature, URL_, form(CALL)))
  })

  it("reads each parameter once, however many there are and of whatever names", () => {
    for (const name of [(at: number) => `p${at}`, () => "p"]) {
      let reads = 0
      const parameters = {
        *[Symbol.iterator]() {
          for (let at = 0; at < 16_000; at++) {
            reads++
            yield [name(at), String(at)] as const
          }
        }
      }
      assert.isFalse(Signature.verify([TOKEN], "RSOYDt4T1cUTdK1PDd93/VVr8B8=", URL_, parameters))
      assert.strictEqual(reads, 16_000)
    }
  })

  it("reads nothing for what is no signature", () => {
    const parameters = { [Symbol.iterator]: () => assert.fail("nothing is read") }
    assert.isFalse(Signature.verify([TOKEN], "x", URL_, parameters))
  })

  const parameter = fc.tuple(fc.string({ minLength: 1, unit: "grapheme" }), fc.string({ unit: "grapheme" }))

  test.prop([
    fc.array(parameter, { maxLength: 20 }),
    fc.webUrl({ withQueryParameters: true }),
    fc.string({ minLength: 1 })
  ])(
    "of the simulator satisfies the adapter and the SDK's validator, whatever the parameters",
    (parameters, url, token) => {
      const signature = signTwilioWebhook(token, url, parameters)
      assert.isTrue(Signature.verify([token], signature, url, new URLSearchParams(parameters)))
      const grouped = Object.create(null) as Record<string, Array<string>>
      for (const [name, value] of parameters) (grouped[name] ??= []).push(value)
      assert.isTrue(validateRequest(token, signature, url, grouped))
      assert.isFalse(Signature.verify([`${token}x`], signature, url, new URLSearchParams(parameters)))
    }
  )
})
