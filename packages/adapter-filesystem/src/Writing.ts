/**
 * Blobs as they are written: to a file of their own that is on the disk and was read again before it takes the name, so
 * that whoever reads meets the old content or the new one, after a crash too.
 */
import type { BlobKey } from "@careline/domain"
import { type BlobInfo, MediaType, type StorageError } from "@careline/ports"
import { Effect } from "effect"
import * as BlobFile from "./BlobFile.ts"
import { damaged, during } from "./Failure.ts"
import * as Files from "./Files.ts"
import * as Folder from "./Folder.ts"
import * as Reading from "./Reading.ts"

const OPERATION = "blobs.put"

/** The file holds the header and the bytes that the header speaks of, and no more. */
const holds = (path: string, header: Uint8Array, { sha256, size }: BlobInfo) =>
  Effect.scoped(
    Effect.gen(function* () {
      const handle = yield* Files.opened(path, "r")
      const written = yield* Files.read(handle, 0, header.length + size + 1)
      const isHeader = Buffer.from(header).equals(written.subarray(0, header.length))
      return isHeader && BlobFile.sha256Of(written.subarray(header.length)) === sha256
    })
  )

export const put = (
  directory: string,
  key: BlobKey,
  content: { readonly bytes: Uint8Array; readonly contentType: string }
): Effect.Effect<BlobInfo, StorageError> =>
  Effect.suspend(() => {
    const { bytes } = content
    const sha256 = BlobFile.sha256Of(bytes)
    const info = { key, contentType: MediaType.of(content.contentType), size: bytes.length, sha256 }
    const header = BlobFile.header(info)
    const { file, folder } = Folder.placeOf(directory, key)
    return Effect.acquireUseRelease(
      Effect.sync(() => Folder.unfinished(directory)),
      (path) =>
        Effect.gen(function* () {
          yield* Files.writeDurably(path, [header, bytes])
          if (!(yield* holds(path, header, info))) return yield* Effect.fail(damaged(OPERATION))
          yield* Files.move(path, file)
          yield* Files.syncFolder(folder)
          return info
        }),
      Files.discard
    ).pipe(during(OPERATION))
  })

/** Removes the blob, durably. */
export const remove = Effect.fnUntraced(function* (directory: string, key: BlobKey) {
  const place = Folder.placeOf(directory, key)
  yield* Effect.andThen(Reading.orAbsent(place, Files.remove(place.file)), Files.syncFolder(place.folder)).pipe(
    during("blobs.remove")
  )
})
