/** Recordings and pictures in memory. Links are followed by `MemoryBlobs`, without HTTP: nobody serves them. */
import type { BlobKey } from "@careline/domain"
import { ContentDisposition } from "@careline/adapter-kit"
import { type Blob, BlobStore, MAX_LINK_MILLIS, MediaType } from "@careline/ports"
import { Clock, Context, Effect, Layer, Option } from "effect"
import { createHash, randomUUID } from "node:crypto"

interface Link {
  readonly key: BlobKey
  readonly expiresAt: number
  readonly headers: Readonly<Record<string, string>>
}

export class MemoryBlobs extends Context.Service<
  MemoryBlobs,
  {
    /** What somebody with the link gets: 403 for a link that was not made here or has expired, 404 for one to nothing. */
    readonly follow: (url: string) => Effect.Effect<Response>
  }
>()("careline/testkit/memory/MemoryBlobs") {}

export const layer: Layer.Layer<BlobStore | MemoryBlobs> = Layer.effectContext(
  Effect.sync(() => {
    const blobs = new Map<BlobKey, Blob>()
    const links = new Map<string, Link>()
    return Context.make(
      BlobStore,
      BlobStore.of({
        put: (key, content) =>
          Effect.sync(() => {
            const bytes = content.bytes.slice()
            const sha256 = createHash("sha256").update(bytes).digest("hex")
            const info = { key, contentType: MediaType.of(content.contentType), size: bytes.length, sha256 }
            blobs.set(key, { info, bytes })
            return info
          }),
        get: (key) =>
          Effect.sync(() =>
            Option.map(Option.fromUndefinedOr(blobs.get(key)), ({ bytes, info }) => ({ info, bytes: bytes.slice() }))
          ),
        remove: (key) => Effect.sync(() => void blobs.delete(key)),
        link: (key, { contentType, expiresInMillis, fileName }) =>
          Effect.map(Clock.currentTimeMillis, (now) => {
            const url = `https://memory.invalid/${key}?made=${randomUUID()}`
            links.set(url, {
              key,
              expiresAt: now + Math.min(expiresInMillis, MAX_LINK_MILLIS),
              headers: {
                "content-type": MediaType.of(contentType),
                "content-disposition": ContentDisposition.of(fileName, contentType),
                "cache-control": "no-store",
                "x-content-type-options": "nosniff"
              }
            })
            return url
          })
      })
    ).pipe(
      Context.add(
        MemoryBlobs,
        MemoryBlobs.of({
          follow: (url) =>
            Effect.map(Clock.currentTimeMillis, (now) => {
              const link = links.get(url)
              if (link === undefined || now >= link.expiresAt) return new Response(null, { status: 403 })
              const blob = blobs.get(link.key)
              if (blob === undefined) return new Response(null, { status: 404 })
              const headers = { ...link.headers, "content-length": String(blob.info.size) }
              return new Response(blob.bytes.slice(), { headers })
            })
        })
      )
    )
  })
)
