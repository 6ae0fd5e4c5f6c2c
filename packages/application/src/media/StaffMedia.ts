/** Stores pictures and files that staff upload, and attaches them to messages by their key. */
import { Attachment, type BlobKey, type Tenant } from "@careline/domain"
import { BlobStore, MediaUploads, Optional, Transaction } from "@careline/ports"
import { DateTime, Effect, Option } from "effect"
import { asSystem, byStaff } from "../access/Access.ts"
import { type Actor, assertSees } from "../access/Actor.ts"
import { audit } from "../access/Audit.ts"
import * as BlobKeys from "./BlobKeys.ts"
import { InvalidRequest, TooManyUploads } from "../shared/Errors.ts"
import { Limits } from "../shared/Limits.ts"
import { sniff } from "./MediaType.ts"
import { assertActive } from "../access/TenantRecord.ts"

/** What was kept. `url` stands for it in `mediaUrls` of a message. */
export interface UploadedMedia {
  readonly url: string
  readonly type: Attachment.Attachment["type"]
  readonly mimeType: string
  /** Bytes. */
  readonly size: number
}

const refuse = (message: string) => new InvalidRequest({ field: "mediaUrls", message })

/**
 * Keeps a file, for the tenant's messages. What it is, its bytes say, and not who brings it. One that no message takes within
 * `Limits.uploadKept` is removed; of such a user may have so many. Fails with `TooManyUploads`.
 */
export const uploadMedia = Effect.fn("uploadMedia")(function* (
  actor: Actor,
  tenant: Tenant,
  file: { readonly bytes: Uint8Array; readonly contentType: string | null }
) {
  yield* assertSees(actor, tenant)
  const { mediaBytes, uploadBytesPerUser, uploadsPerUser } = yield* Limits
  const refuseFile = (message: string) => new InvalidRequest({ field: "file", message })
  if (file.bytes.length > mediaBytes) return yield* refuseFile(`may have ${mediaBytes} bytes`)
  const type = yield* sniff(file.bytes, file.contentType)
  if (type === null) return yield* refuseFile("must be a picture, a sound, a film, a PDF, a contact card or plain text")
  const key = yield* BlobKeys.fresh(tenant)
  const { transact } = yield* Transaction
  const uploads = yield* MediaUploads
  const upload = {
    key,
    siteGroupingId: tenant,
    userId: actor.userId,
    size: file.bytes.length,
    at: yield* DateTime.now
  }
  // On record before it is kept: what nobody knows of is removed by nobody. And counted over all of the user's tenants.
  const isWithin = yield* asSystem(
    transact(
      Effect.andThen(assertActive(tenant), uploads.add(upload, { uploads: uploadsPerUser, bytes: uploadBytesPerUser }))
    )
  )
  if (!isWithin) return yield* new TooManyUploads({ uploads: uploadsPerUser, bytes: uploadBytesPerUser })
  const info = yield* (yield* BlobStore).put(key, { bytes: type.bytes, contentType: type.contentType })
  yield* audit(actor, tenant, "media.upload", `media:${key}`, { contentType: type.contentType, size: info.size })
  return {
    url: Attachment.urlOf(key),
    type: type.attachmentType,
    mimeType: type.contentType,
    size: info.size
  } satisfies UploadedMedia
}, byStaff)

const keysOf = (urls: ReadonlyArray<string>): ReadonlyArray<BlobKey> => [
  ...new Set(urls.map(Attachment.keyOf).filter((key) => key !== null))
]

/** Lets uploads wait anew, so that none is removed while a message takes it; those of them that it may not take any more. */
const holdUploads = Effect.fnUntraced(function* (tenant: Tenant, urls: ReadonlyArray<string>) {
  const uploads = yield* Optional.of(MediaUploads)
  const keys = keysOf(urls)
  if (uploads === undefined || keys.length === 0) return new Set<BlobKey>()
  const { transact } = yield* Transaction
  const at = yield* DateTime.now
  return new Set(yield* asSystem(transact(uploads.hold(tenant, keys, at))))
})

/** The message that names them has them: they are removed no more. In its transaction. */
export const takeUploads = Effect.fnUntraced(function* (tenant: Tenant, urls: ReadonlyArray<string>) {
  const uploads = yield* Optional.of(MediaUploads)
  const keys = keysOf(urls)
  if (uploads !== undefined && keys.length > 0) yield* uploads.take(tenant, keys)
})

/** What a message of the tenant's carries: what was kept for the tenant, or what is on the web. */
export const mediaOf = Effect.fnUntraced(function* (tenant: Tenant, urls: ReadonlyArray<string>) {
  const blobs = yield* Optional.of(BlobStore)
  const gone = yield* holdUploads(tenant, urls)
  return yield* Effect.forEach(
    urls,
    Effect.fnUntraced(function* (url) {
      const key = Attachment.keyOf(url)
      if (key === null) return Attachment.onTheWeb(url)
      const isOurs = blobs !== undefined && !gone.has(key) && (yield* BlobKeys.belongsTo(key, tenant))
      const blob = isOurs ? Option.getOrUndefined(yield* blobs.get(key)) : undefined
      if (blob === undefined) return yield* refuse("names nothing that was uploaded")
      const { contentType: mimeType } = blob.info
      return { type: Attachment.typeOf(mimeType), url, mimeType }
    })
  )
})
