/**
 * Keys that wrap other keys, kept outside of the database: by a key management service, a vault, or the environment. What
 * they wrap are the data keys, which lie wrapped beside what they encrypt.
 */
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomFillSync } from "node:crypto"
import { Effect, Redacted } from "effect"
import { StorageError, StoreFault } from "../storage/shared/StorageError.ts"

/** A data key as the database has it. */
export interface WrappedKey {
  /** Which key wrapped it. */
  readonly keyId: string
  /** Opaque but to that key. */
  readonly wrapped: string
}

/** Wraps and unwraps data keys. `context` names what the data key is for, and has to be the same both times. */
export interface KeyEncryption {
  /** The key that wraps from now on. What another one wrapped is wrapped anew by it. */
  readonly currentKeyId: string
  /** The data key as it may be kept. */
  readonly wrap: (dataKey: Uint8Array, context: string) => Effect.Effect<WrappedKey, StorageError>
  /** Fails when the key is not known here, or what it wrapped was altered. */
  readonly unwrap: (key: WrappedKey, context: string) => Effect.Effect<Uint8Array, StorageError>
}

/** AES-256 takes keys of 32 bytes. */
export const KEY_BYTES = 32
/** Of AES-GCM: NIST SP 800-38D, 8.2. */
export const NONCE_BYTES = 12
export const TAG_BYTES = 16
export const CIPHER = "aes-256-gcm"

const fault = (message: string) => new StorageError({ operation: "keys.unwrap", reason: new StoreFault({ message }) })

/** A key of this process, under a name that is never given to another one. */
export interface NamedKey {
  readonly id: string
  readonly key: Redacted.Redacted<Uint8Array>
}

const keyObjects = new WeakMap<Uint8Array, KeyObject>()

/** Node imports a key that comes as bytes with every use, which takes longer than the cipher. */
const keyObjectOf = (key: Uint8Array): KeyObject => {
  const known = keyObjects.get(key)
  if (known !== undefined) return known
  const made = createSecretKey(key)
  keyObjects.set(key, made)
  return made
}

/** Random bytes that are drawn at one go. Each nonce is taken once. */
const drawn = Buffer.alloc(NONCE_BYTES * 256)
let taken = drawn.length

const randomNonce = (): Uint8Array => {
  if (taken === drawn.length) {
    randomFillSync(drawn)
    taken = 0
  }
  return Buffer.from(drawn.subarray(taken, (taken += NONCE_BYTES)))
}

/**
 * The bytes, encrypted for whoever has the key and knows what they are for: nonce, ciphertext and
 * tag. A nonce that is given must never come with other bytes under this key.
 */
export const encrypt = (
  key: Uint8Array,
  bytes: Uint8Array,
  associated: string,
  nonce: Uint8Array = randomNonce()
): Buffer => {
  const cipher = createCipheriv(CIPHER, keyObjectOf(key), nonce)
  cipher.setAAD(Buffer.from(associated))
  return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
}

/** Throws when the bytes were altered, or are for something else. */
export const decrypt = (key: Uint8Array, encrypted: Uint8Array, associated: string): Buffer => {
  const decipher = createDecipheriv(CIPHER, keyObjectOf(key), encrypted.subarray(0, NONCE_BYTES))
  decipher.setAAD(Buffer.from(associated))
  decipher.setAuthTag(encrypted.subarray(-TAG_BYTES))
  return Buffer.concat([decipher.update(encrypted.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
}

/** Keys that this process holds: the first one wraps, all of them unwrap, so that keys can be changed while hosts run. */
export const make = (keys: readonly [NamedKey, ...Array<NamedKey>]): KeyEncryption => {
  const known = new Map(keys.map(({ id, key }) => [id, key]))
  const [current] = keys
  return {
    currentKeyId: current.id,
    wrap: (dataKey, context) =>
      Effect.sync(() => {
        const wrapped = encrypt(Redacted.value(current.key), dataKey, `${current.id} ${context}`)
        return { keyId: current.id, wrapped: wrapped.toString("base64url") }
      }),
    unwrap: ({ keyId, wrapped }, context) =>
      Effect.suspend(() => {
        const key = known.get(keyId)
        if (key === undefined)
          return Effect.fail(
            fault(
              `the key ${keyId} that wrapped data keys is not known here: configure it beside the current one (DATA_ENCRYPTION_KEYS, or DATA_DIR/data-key)`
            )
          )
        return Effect.try({
          try: () => decrypt(Redacted.value(key), Buffer.from(wrapped, "base64url"), `${keyId} ${context}`),
          catch: () => fault(`a data key was altered, or the key ${keyId} is another one than the one that wrapped it`)
        })
      })
  }
}
