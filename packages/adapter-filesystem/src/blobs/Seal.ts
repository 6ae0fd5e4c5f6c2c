/**
 * Bytes as they lie in their files when a directory is sealed: AES-256-GCM under a key of each file's own, which stands
 * wrapped in the file's first line. Both are bound to what the file is, its `context`: one that takes another one's place does
 * not open.
 */
import { KeyEncryption, type StorageError } from "@careline/ports"
import { Effect, Schema } from "effect"
import { randomBytes } from "node:crypto"
import { damaged } from "../files/Failure.ts"

/** What of a file's key is beside the bytes, in its first line. */
export const Seal = Schema.Struct({ keyId: Schema.String, wrapped: Schema.String })
export type Seal = KeyEncryption.WrappedKey

/** More bytes than those that were given. */
export const OVERHEAD_BYTES = KeyEncryption.NONCE_BYTES + KeyEncryption.TAG_BYTES

/** The bytes as they are written, and what opens them again. */
export const close = Effect.fnUntraced(function* (
  keys: KeyEncryption.KeyEncryption,
  context: string,
  bytes: Uint8Array
): Effect.fn.Return<{ readonly stored: Uint8Array; readonly seal: Seal }, StorageError> {
  const dataKey = randomBytes(KeyEncryption.KEY_BYTES)
  const seal = yield* keys.wrap(dataKey, context)
  return { stored: KeyEncryption.encrypt(dataKey, bytes, context), seal }
})

export const open = Effect.fnUntraced(function* (
  keys: KeyEncryption.KeyEncryption,
  context: string,
  seal: Seal,
  stored: Uint8Array
): Effect.fn.Return<Uint8Array, StorageError> {
  const dataKey = yield* keys.unwrap(seal, context)
  return yield* Effect.try({
    try: () => KeyEncryption.decrypt(dataKey, stored, context),
    catch: () => damaged("seal.open")
  })
})

/** The same file's key, wrapped by the key that wraps now. */
export const renew = (keys: KeyEncryption.KeyEncryption, context: string, seal: Seal) =>
  Effect.flatMap(keys.unwrap(seal, context), (dataKey) => keys.wrap(dataKey, context))
