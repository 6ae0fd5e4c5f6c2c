/** Blobs as they are read: opened once, so that what is put meanwhile mixes nothing. */
import type { BlobKey } from "@careline/domain"
import type { BlobInfo, KeyEncryption, StorageError } from "@careline/ports"
import { Effect, Option, type Scope } from "effect"
import type { FileHandle } from "node:fs/promises"
import * as BlobFile from "./BlobFile.ts"
import { damaged, during } from "../files/Failure.ts"
import type { FileBlobOptions } from "./FileBlobOptions.ts"
import * as Files from "../files/Files.ts"
import * as Folder from "./Folder.ts"
import * as FileEncryption from "./FileEncryption.ts"

/** A blob that is open: what it is, and any part of its bytes. */
export interface OpenBlob {
  readonly info: BlobInfo
  /** From the first byte up to the one that is no longer part of it. The whole is checked, a part has no digest. */
  readonly read: (start: number, end: number) => Effect.Effect<Uint8Array, StorageError>
}

const OPERATION = "blobs.get"

/** A file that is not there is only absent where its folder is: otherwise the directory is not mounted. */
export const orAbsent = <A, R>(
  { folder }: Folder.Place,
  use: Effect.Effect<A, Files.FileFailure, R>
): Effect.Effect<Option.Option<A>, Files.FileFailure, R> =>
  Effect.catchIf(
    Effect.asSome(use),
    ({ code }) => code === "ENOENT",
    () => Effect.as(Files.exists(folder), Option.none())
  )

const reader =
  (handle: FileHandle, { info, offset }: BlobFile.Described): OpenBlob["read"] =>
  (start, end) =>
    Files.read(handle, offset + start, end - start).pipe(
      during(OPERATION),
      Effect.filterOrFail(
        (bytes) =>
          bytes.length === end - start && (bytes.length < info.size || BlobFile.sha256Of(bytes) === info.sha256),
        () => damaged(OPERATION)
      )
    )

/** No part of an encrypted file can be had without the whole. */
const encryptedReader = (
  handle: FileHandle,
  { info, offset }: BlobFile.Described,
  fileKey: FileEncryption.FileKey,
  keys: KeyEncryption.KeyEncryption | null
): OpenBlob["read"] =>
  Effect.fnUntraced(function* (start, end) {
    if (keys === null) return yield* Effect.fail(damaged(OPERATION))
    const stored = yield* during(OPERATION)(Files.read(handle, offset, info.size + FileEncryption.OVERHEAD_BYTES))
    const bytes = yield* FileEncryption.decrypt(keys, BlobFile.contextOf(info.key), fileKey, stored)
    return BlobFile.sha256Of(bytes) === info.sha256
      ? bytes.subarray(start, end)
      : yield* Effect.fail(damaged(OPERATION))
  })

/** The blob under a key, for as long as the scope lasts. */
export const open = Effect.fnUntraced(function* (
  { directory, encryption = null }: Pick<FileBlobOptions, "directory" | "encryption">,
  key: BlobKey
): Effect.fn.Return<Option.Option<OpenBlob>, StorageError, Scope.Scope> {
  const place = Folder.placeOf(directory, key)
  const opened = yield* during(OPERATION)(orAbsent(place, Files.opened(place.file, "r")))
  if (Option.isNone(opened)) return Option.none()
  const beginning = yield* during(OPERATION)(Files.read(opened.value, 0, BlobFile.MAX_HEADER_BYTES))
  const described = BlobFile.describe(key, beginning)
  if (Option.isNone(described)) return yield* Effect.fail(damaged(OPERATION))
  const { fileKey, info } = described.value
  const read =
    fileKey === null
      ? reader(opened.value, described.value)
      : encryptedReader(opened.value, described.value, fileKey, encryption)
  return Option.some({ info, read })
})
