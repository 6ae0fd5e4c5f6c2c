/** Nonces of what is encrypted under one key. One that comes twice tells what both texts have in common. */
import { randomBytes } from "node:crypto"
import { assert, describe, it } from "vitest"
import { KeyEncryption } from "../src/index.ts"

const TIMES = 2_000

describe("What is encrypted under one key", () => {
  const key = randomBytes(KeyEncryption.KEY_BYTES)
  const sealed = Array.from({ length: TIMES }, (_, index) =>
    KeyEncryption.encrypt(key, Buffer.from(`text ${index}`), "place")
  )

  it("never has the same nonce twice, however many were drawn at one go", () => {
    const nonces = sealed.map((one) => one.subarray(0, KeyEncryption.NONCE_BYTES).toString("hex"))
    assert.strictEqual(new Set(nonces).size, TIMES)
  })

  it("opens again, under this key and no other", () => {
    const texts = sealed.map((one) => KeyEncryption.decrypt(key, one, "place").toString())
    assert.deepStrictEqual(
      texts,
      sealed.map((_, index) => `text ${index}`)
    )
    const other = randomBytes(KeyEncryption.KEY_BYTES)
    assert.throws(() => KeyEncryption.decrypt(other, sealed[0]!, "place"))
  })
})
