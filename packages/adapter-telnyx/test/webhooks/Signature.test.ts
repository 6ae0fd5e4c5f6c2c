/** Whom the adapter believes: as Telnyx's own library does, which is asked beside. */
import { newTelnyxKey, signTelnyxWebhook, telnyxKeyOfSeed } from "@careline/testkit/simulators"
import { fc, test } from "@fast-check/vitest"
import { TelnyxWebhook } from "telnyx/lib/webhooks"
import { assert, describe, it } from "vitest"
import * as Signature from "../../src/webhooks/Signature.ts"

const key = telnyxKeyOfSeed(Buffer.from(Array.from({ length: 32 }, (_, index) => index)))
const other = newTelnyxKey()
const encode = (text: string) => new TextEncoder().encode(text)
const nowSeconds = () => Math.floor(Date.now() / 1000)

const verify = (headers: Readonly<Record<string, string>>, body: string, now: number, keys = [key.publicKey]) =>
  Signature.verify(
    keys.map(Signature.toKey),
    { signature: headers["telnyx-signature-ed25519"], timestamp: headers["telnyx-timestamp"], body: encode(body) },
    now * 1000
  )

describe("The public key", () => {
  it("is that of the seed 00 01 … 1f", () => {
    assert.strictEqual(key.publicKey, "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=")
  })

  it.each(["", "short", "not base64!", Buffer.alloc(31).toString("base64"), Buffer.alloc(33).toString("base64")])(
    "is not %j",
    (text) => assert.isFalse(Signature.isPublicKey(text))
  )
})

describe("A signature of Telnyx", () => {
  test.prop([fc.string({ unit: "grapheme" })])("is believed, here and by Telnyx's library", async (body) => {
    const now = nowSeconds()
    const headers = signTelnyxWebhook(key, body, now)
    assert.isTrue(verify(headers, body, now))
    await new TelnyxWebhook(key.publicKey).verify(body, { ...headers })
  })

  test.prop([fc.string(), fc.string()])(
    "is not believed for another body, nor by Telnyx's library",
    async (body, more) => {
      const now = nowSeconds()
      const headers = signTelnyxWebhook(key, body, now)
      assert.isFalse(verify(headers, `${body}${more} `, now))
      const theirs = new TelnyxWebhook(key.publicKey).verify(`${body}${more} `, { ...headers })
      assert.strictEqual(
        await theirs.then(
          () => "believed",
          () => "refused"
        ),
        "refused"
      )
    }
  )

  it("is believed for five minutes before and after, and no longer", () => {
    const now = 1_767_225_600
    for (const [age, isBelieved] of [
      [0, true],
      [300, true],
      [-300, true],
      [301, false],
      [-301, false]
    ] as const) {
      assert.strictEqual(verify(signTelnyxWebhook(key, "{}", now - age), "{}", now), isBelieved, String(age))
    }
  })

  it("is over the time as well", () => {
    const headers = { ...signTelnyxWebhook(key, "{}", 1_767_225_600), "telnyx-timestamp": "1767225601" }
    assert.isFalse(verify(headers, "{}", 1_767_225_600))
  })

  it("is that of any of our keys, and of no other", () => {
    const headers = signTelnyxWebhook(other, "{}", 1_767_225_600)
    assert.isFalse(verify(headers, "{}", 1_767_225_600))
    assert.isTrue(verify(headers, "{}", 1_767_225_600, [key.publicKey, other.publicKey]))
  })

  test.prop([fc.string(), fc.string(), fc.string()])(
    "is not whatever else stands there",
    (signature, timestamp, body) => {
      assert.isFalse(
        verify({ "telnyx-signature-ed25519": signature, "telnyx-timestamp": timestamp }, body, 1_767_225_600)
      )
    }
  )
})
