/**
 * Where recordings and pictures are kept: bytes under a key, and links to them that expire.
 *
 * A key is made by Careline from what identifies the original, so that keeping the same thing twice keeps it once. Content is
 * given whole: whoever fetches it holds it to `Limits.mediaBytes` before.
 */
import { BlobKey } from "@careline/domain"
import { Context, type Effect, type Option, Schema } from "effect"
import type { StorageError } from "../shared/StorageError.ts"

/** What is kept, beside its bytes. */
export const BlobInfo = Schema.Struct({
  key: BlobKey,
  /** Media type as `MediaType.of` has it, without parameters: `audio/wav`. */
  contentType: Schema.String,
  /** Bytes. */
  size: Schema.Int,
  /** SHA-256 of the bytes, in lower-case hexadecimal. */
  sha256: Schema.String
})
export type BlobInfo = typeof BlobInfo.Type

/** What is kept, with its bytes. */
export interface Blob {
  readonly info: BlobInfo
  readonly bytes: Uint8Array
}

/** The longest that a link lasts, in milliseconds: 7 days, which is as long as S3 signs for. */
export const MAX_LINK_MILLIS = 7 * 24 * 60 * 60 * 1000

/** A request for a link, as a host has it. */
export interface BlobRequest {
  readonly method: string
  /** Path and query exactly as received: `/blobs/recordings/1?expires=…`. */
  readonly target: string
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
}

/** What whoever follows a link is answered. */
export interface BlobAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | null
}

/** Recordings and pictures, for whoever has a link to them. */
export class BlobStore extends Context.Service<
  BlobStore,
  {
    /**
     * Keeps the bytes, and returns once they are durable and were found to be the same as those given. What was there
     * under the key is replaced, never mixed.
     */
    readonly put: (
      key: BlobKey,
      content: { readonly bytes: Uint8Array; readonly contentType: string }
    ) => Effect.Effect<BlobInfo, StorageError>
    /** The bytes; none under a key that was never kept, or is removed. */
    readonly get: (key: BlobKey) => Effect.Effect<Option.Option<Blob>, StorageError>
    /** Removes the bytes. To remove what is not there is no error. */
    readonly remove: (key: BlobKey) => Effect.Effect<void, StorageError>
    /**
     * A URL that anybody may read the bytes with until it expires, after `MAX_LINK_MILLIS` at the latest. They come as the
     * link's content type, by the rules of `MediaType` and `ContentDisposition`: never `inline` is what a browser would
     * run, and are told to be kept by nobody (`Cache-Control: no-store`). Whether the key holds anything is not asked: a link to nothing is answered 404, and one that was altered or
     * has expired 4xx. The file name stands in the URL, which proxies log: it names nobody.
     */
    readonly link: (
      key: BlobKey,
      options: { readonly expiresInMillis: number; readonly fileName: string; readonly contentType: string }
    ) => Effect.Effect<string, StorageError>
  }
>()("careline/ports/BlobStore") {}
