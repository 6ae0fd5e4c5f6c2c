/**
 * Values as they are encrypted: AES-256-GCM under a data key, with a random nonce, bound to the place where they stand. A value
 * that is moved to another tenant, table, column or row does not open.
 *
 * What rows are looked up by, such as a contact's number, is encrypted with a nonce that is a keyed digest of the value: equal
 * values then look equal, which makes it an index that only the key's holder can read (a synthetic nonce, the idea of RFC
 * 5297). It is bound to no row, because rows are joined by it.
 */
import { createHmac, timingSafeEqual } from "node:crypto"
import { KeyEncryption } from "@careline/ports"

/** Where a value stands. */
export interface Place {
  readonly tenant: string
  readonly table: string
  readonly column: string
  readonly row: string
}

/** What encrypted values begin with, and those that rows are looked up by. */
export const PREFIX = "sealed1"

const associated = ({ column, row, table, tenant }: Place, keyId: string): string =>
  JSON.stringify([tenant, table, column, row, keyId])

/** A data key, and the id that it lies under. */
export interface DataKey {
  readonly id: string
  readonly key: Uint8Array
}

export const encrypt = ({ id, key }: DataKey, place: Place, text: string): string =>
  `${PREFIX}.${id}.${KeyEncryption.encrypt(key, Buffer.from(text), associated(place, id)).toString("base64url")}`

/** The id of the data key that a value is encrypted under; `null` for what is not encrypted. */
export const keyIdOf = (encrypted: string): string | null => {
  const [prefix, keyId, ...rest] = encrypted.split(".")
  return prefix === PREFIX && keyId !== undefined && rest.length === 1 ? keyId : null
}

/** Throws when the value was altered, moved or encrypted under another key. */
export const decrypt = ({ id, key }: DataKey, place: Place, encrypted: string): string =>
  KeyEncryption.decrypt(
    key,
    Buffer.from(encrypted.slice(PREFIX.length + id.length + 2), "base64url"),
    associated(place, id)
  ).toString()

/** The keys of what is looked up by: one digests, the other encrypts. */
export interface IndexKeys {
  readonly digest: Uint8Array
  readonly encryption: Uint8Array
}

export const INDEX_PREFIX = "index1"

/** A digest that tells equals and nothing else. */
export const digest = ({ digest: key }: IndexKeys, kind: string, text: string): Buffer =>
  createHmac("sha256", key).update(`${kind}\u0000${text}`).digest()

const nonceOf = (keys: IndexKeys, text: string): Buffer =>
  digest(keys, "value", text).subarray(0, KeyEncryption.NONCE_BYTES)

/** The same for the same text, and told from any other only by who has the keys. */
export const index = (keys: IndexKeys, text: string): string => {
  const encrypted = KeyEncryption.encrypt(keys.encryption, Buffer.from(text), INDEX_PREFIX, nonceOf(keys, text))
  return `${INDEX_PREFIX}.${encrypted.toString("base64url")}`
}

/** The text that was indexed. Throws when it was altered. */
export const indexed = (keys: IndexKeys, encrypted: string): string => {
  if (!encrypted.startsWith(`${INDEX_PREFIX}.`)) throw new Error("not an indexed value")
  const bytes = Buffer.from(encrypted.slice(INDEX_PREFIX.length + 1), "base64url")
  const text = KeyEncryption.decrypt(keys.encryption, bytes, INDEX_PREFIX).toString()
  if (!timingSafeEqual(bytes.subarray(0, KeyEncryption.NONCE_BYTES), nonceOf(keys, text))) {
    throw new Error("not an indexed value")
  }
  return text
}
