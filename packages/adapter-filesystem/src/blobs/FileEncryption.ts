/**
 * Encrypts files with AES-256-GCM, each under a key of its own, which stands wrapped in the file's first line. Both are bound
 * to what the file is, its `context`: one that takes another one's place is not decrypted.
 */
import { KeyEncryption, type StorageError } from "@careline/ports"
import { Effect, Schema } from "effect"
import { randomBytes } from "node:crypto"
import { damaged } from "../files/Failure.ts"

/** What of a file's key is beside the bytes, in its first line. */
export const FileKey = Schema.Struct({ keyId: Schema.String, wrapped: Schema.String })
export type FileKey = KeyEncryption.WrappedKey

/** More bytes than those that were given. */
export const OVERHEAD_BYTES = KeyEncryption.NONCE_BYTES + KeyEncryption.TAG_BYTES

/** The bytes as they are written, and the wrapped key that decrypts them. */
export const encrypt = Effect.fnUntraced(function* (
  keys: KeyEncryption.KeyEncryption,
  context: string,
  bytes: Uint8Array
): Effect.fn.Return<{ readonly stored: Uint8Array; readonly fileKey: FileKey }, StorageError> {
  const dataKey = randomBytes(KeyEncryption.KEY_BYTES)
  const fileKey = yield* keys.wrap(dataKey, context)
  return { stored: KeyEncryption.encrypt(dataKey, bytes, context), fileKey }
})

export const decrypt = Effect.fnUntraced(function* (
  keys: KeyEncryption.KeyEncryption,
  context: string,
  fileKey: FileKey,
  stored: Uint8Array
): Effect.fn.Return<Uint8Array, StorageError> {
  const dataKey = yield* keys.unwrap(fileKey, context)
  return yield* Effect.try({
    try: () => KeyEncryption.decrypt(dataKey, stored, context),
    catch: () => damaged("file.decrypt")
  })
})

/** The same file's key, wrapped by the key that wraps now. */
export const rewrap = (keys: KeyEncryption.KeyEncryption, context: string, fileKey: FileKey) =>
  Effect.flatMap(keys.unwrap(fileKey, context), (dataKey) => keys.wrap(dataKey, context))
