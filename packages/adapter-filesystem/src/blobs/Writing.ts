/**
 * Blobs as they are written: to a file of their own that is on the disk and was read again before it takes the name, so
 * that whoever reads meets the old content or the new one, after a crash too.
 */
import type { BlobKey } from "@careline/domain"
import { type BlobInfo, type KeyEncryption, MediaType, type StorageError } from "@careline/ports"
import { Effect, Option } from "effect"
import * as BlobFile from "./BlobFile.ts"
import { during } from "../files/Failure.ts"
import type { FileBlobOptions } from "./FileBlobOptions.ts"
import * as Files from "../files/Files.ts"
import * as Folder from "./Folder.ts"
import * as Reading from "./Reading.ts"
import * as FileEncryption from "./FileEncryption.ts"

const OPERATION = "blobs.put"

/** Gives a blob its file. */
const write = (directory: string, key: BlobKey, header: Uint8Array, stored: Uint8Array) =>
  Folder.put(directory, Folder.placeOf(directory, key), [header, stored], OPERATION)

const encrypted = (keys: KeyEncryption.KeyEncryption | null, key: BlobKey, bytes: Uint8Array) =>
  keys === null
    ? Effect.succeed({ stored: bytes, fileKey: null })
    : FileEncryption.encrypt(keys, BlobFile.contextOf(key), bytes)

export const put = (
  { directory, encryption = null }: Pick<FileBlobOptions, "directory" | "encryption">,
  key: BlobKey,
  content: { readonly bytes: Uint8Array; readonly contentType: string }
): Effect.Effect<BlobInfo, StorageError> =>
  Effect.gen(function* () {
    const { bytes } = content
    const sha256 = BlobFile.sha256Of(bytes)
    const info = { key, contentType: MediaType.of(content.contentType), size: bytes.length, sha256 }
    const { fileKey, stored } = yield* encrypted(encryption, key, bytes)
    yield* write(directory, key, BlobFile.header(info, fileKey), stored)
    return info
  }).pipe(during(OPERATION))

/**
 * Wraps the key of one file anew, or encrypts a file that was not encrypted. What is written is what was read: under one key
 * there is only ever one content. False where nothing was to do, or the file is gone.
 */
export const reencrypt = Effect.fnUntraced(function* (
  directory: string,
  keys: KeyEncryption.KeyEncryption,
  file: string
): Effect.fn.Return<boolean, StorageError> {
  const content = yield* during(OPERATION)(Effect.option(Files.readWhole(file)))
  const described = Option.flatMap(content, (bytes) => BlobFile.describe(null, bytes))
  if (Option.isNone(content) || Option.isNone(described)) return false
  const { fileKey, info, offset } = described.value
  if (fileKey?.keyId === keys.currentKeyId) return false
  const stored = content.value.subarray(offset)
  const context = BlobFile.contextOf(info.key)
  const next =
    fileKey === null
      ? yield* FileEncryption.encrypt(keys, context, stored)
      : { stored, fileKey: yield* FileEncryption.rewrap(keys, context, fileKey) }
  yield* during(OPERATION)(
    Effect.andThen(Files.exists(file), write(directory, info.key, BlobFile.header(info, next.fileKey), next.stored))
  )
  return true
})

/** Removes the blob, durably. */
export const remove = Effect.fnUntraced(function* (directory: string, key: BlobKey) {
  const place = Folder.placeOf(directory, key)
  yield* Effect.andThen(Reading.orAbsent(place, Files.remove(place.file)), Files.syncFolder(place.folder)).pipe(
    during("blobs.remove")
  )
})
