/**
 * `telnyx-signature-ed25519` over `telnyx-timestamp`, a bar, and the body as it came. Source:
 * developers.telnyx.com/docs/messaging/messages/receiving-webhooks#webhook-signing. The URL is not signed, and Telnyx's SDK
 * is not needed for it.
 */
import { createPublicKey, type KeyObject, verify as verifySignature } from "node:crypto"

/** How far the signed time may be from ours, either way, in seconds. Telnyx's own libraries allow as much. */
export const TOLERANCE_SECONDS = 300

const KEY_BYTES = 32
const SIGNATURE_BYTES = 64
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/
/** SubjectPublicKeyInfo of an Ed25519 key, without the key (RFC 8410, 4). */
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex")

export const isPublicKey = (text: string): boolean =>
  BASE64.test(text) && Buffer.from(text, "base64").length === KEY_BYTES

/** The key as Node's verification wants it. */
export const toKey = (text: string): KeyObject =>
  createPublicKey({ key: Buffer.concat([SPKI_PREFIX, Buffer.from(text, "base64")]), format: "der", type: "spki" })

export interface SignedRequest {
  readonly signature: string | undefined
  readonly timestamp: string | undefined
  readonly body: Uint8Array
}

/** Whether one of the keys signed this body, not long before or after `nowMillis`. Never throws. */
export const verify = (keys: ReadonlyArray<KeyObject>, request: SignedRequest, nowMillis: number): boolean => {
  const { body, signature = "", timestamp = "" } = request
  if (!BASE64.test(signature) || !/^\d{1,12}$/.test(timestamp)) return false
  if (Math.abs(Math.floor(nowMillis / 1000) - Number(timestamp)) > TOLERANCE_SECONDS) return false
  const given = Buffer.from(signature, "base64")
  if (given.length !== SIGNATURE_BYTES) return false
  const signed = Buffer.concat([Buffer.from(`${timestamp}|`), body])
  return keys.some((key) => verifySignature(null, signed, key, given))
}
