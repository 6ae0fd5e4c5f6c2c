/** How Telnyx signs its webhooks, written from its documentation, apart from any adapter: Ed25519 over `timestamp|body`. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign as signBytes } from "node:crypto"

/** PKCS#8 of an Ed25519 key, without the seed (RFC 8410, 7). */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex")
const KEY_BYTES = 32

export interface SigningKey {
  readonly privateKey: KeyObject
  /** As the portal shows it: base64 of the raw 32 bytes. */
  readonly publicKey: string
}

const rawPublicKey = (key: KeyObject): string =>
  createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-KEY_BYTES).toString("base64")

/** The key pair of a seed of 32 bytes. */
export const ofSeed = (seed: Uint8Array): SigningKey => {
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: "der", type: "pkcs8" })
  return { privateKey, publicKey: rawPublicKey(privateKey) }
}

export const newKey = (): SigningKey => {
  const { privateKey } = generateKeyPairSync("ed25519")
  return { privateKey, publicKey: rawPublicKey(privateKey) }
}

/** The headers that sign a body at a time, in seconds since 1970. */
export const sign = (key: SigningKey, body: string, timestamp: number): Readonly<Record<string, string>> => ({
  "telnyx-timestamp": String(timestamp),
  "telnyx-signature-ed25519": signBytes(null, Buffer.from(`${timestamp}|${body}`), key.privateKey).toString("base64")
})
