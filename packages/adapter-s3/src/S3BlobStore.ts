/** The BlobStore port on S3, and on whatever speaks its protocol. */
import type { BlobKey } from "@careline/domain"
import { ContentDisposition } from "@careline/adapter-kit"
import {
  type Blob,
  type BlobInfo,
  BlobStore,
  MAX_LINK_MILLIS,
  MediaType,
  StorageError,
  StoreFault
} from "@careline/ports"
import { Clock, type Config, Effect, Layer, Option } from "effect"
import { createHash } from "node:crypto"
import { config } from "./S3BlobConfig.ts"
import type { Encryption, S3BlobOptions } from "./S3BlobOptions.ts"
import type { S3Failure } from "./S3Failure.ts"
import * as S3Sdk from "./S3Sdk.ts"

/** The digest of the bytes, kept beside them: S3's own checksum is not known to every server. */
const DIGEST = "sha256"

const encrypted = (encryption: Encryption) => {
  if (encryption === "none") return {}
  if (encryption === "AES256") return { ServerSideEncryption: encryption }
  return { ServerSideEncryption: "aws:kms" as const, SSEKMSKeyId: encryption.kmsKeyId }
}

const infoOf = (key: BlobKey, bytes: Uint8Array, contentType: string): BlobInfo => ({
  key,
  contentType: MediaType.of(contentType),
  size: bytes.length,
  sha256: createHash("sha256").update(bytes).digest("hex")
})

const during =
  (operation: string) =>
  <A>(effect: Effect.Effect<A, S3Failure | StorageError>): Effect.Effect<A, StorageError> =>
    Effect.mapError(effect, (error) => (error._tag === "S3Failure" ? error.toError(operation) : error))

const damaged = (operation: string): StorageError =>
  new StorageError({ operation, reason: new StoreFault({ message: "the content is not the one that was kept" }) })

interface Found extends Blob {
  /** As it was written with the bytes, none where somebody else put them there. */
  readonly digest: string | undefined
}

/** The SDK is loaded by the first use, not here. */
export const make = Effect.fnUntraced(function* (options: S3BlobOptions): Effect.fn.Return<BlobStore["Service"]> {
  const { bucket, encryption, keyPrefix } = options
  const call = yield* S3Sdk.make(options)
  const at = (key: BlobKey) => ({ Bucket: bucket, Key: keyPrefix + key })

  const find = (key: BlobKey): Effect.Effect<Option.Option<Found>, S3Failure> =>
    call(async ({ client, GetObjectCommand }, limits) => {
      const { Body, ContentType, Metadata } = await client.send(new GetObjectCommand(at(key)), limits)
      const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array()
      return { bytes, info: infoOf(key, bytes, ContentType ?? ""), digest: Metadata?.[DIGEST] }
    }).pipe(
      Effect.asSome,
      Effect.catchIf(
        ({ isAbsent }) => isAbsent,
        () => Effect.succeedNone
      )
    )

  /** Whether the key holds these bytes, or has by now been given others that are whole. */
  const holds = (key: BlobKey, sha256: string): Effect.Effect<boolean, S3Failure> =>
    Effect.map(
      find(key),
      Option.exists(({ digest, info }) => info.sha256 === sha256 || info.sha256 === digest)
    )

  const put = Effect.fnUntraced(function* (
    key: BlobKey,
    { bytes, contentType }: { readonly bytes: Uint8Array; readonly contentType: string }
  ) {
    const info = infoOf(key, bytes, contentType)
    const checksum = Buffer.from(info.sha256, "hex").toString("base64")
    const answer = yield* call(({ client, PutObjectCommand }, limits) =>
      client.send(
        new PutObjectCommand({
          ...at(key),
          ...encrypted(encryption),
          Body: bytes,
          ContentLength: bytes.length,
          ContentType: info.contentType,
          ChecksumSHA256: checksum,
          Metadata: { [DIGEST]: info.sha256 }
        }),
        limits
      )
    )
    // A server that repeats the checksum has compared it. With one that does not, nobody has.
    const isKept = answer.ChecksumSHA256 === checksum || (yield* holds(key, info.sha256))
    return isKept ? info : yield* Effect.fail(damaged("blobs.put"))
  })

  return {
    put: (key, content) => during("blobs.put")(put(key, content)),
    get: (key) =>
      Effect.flatMap(during("blobs.get")(find(key)), (found) =>
        Option.exists(found, ({ digest, info }) => digest !== undefined && digest !== info.sha256)
          ? Effect.fail(damaged("blobs.get"))
          : Effect.succeed(Option.map(found, ({ bytes, info }) => ({ bytes, info })))
      ),
    remove: (key) =>
      during("blobs.remove")(
        Effect.asVoid(
          call(({ client, DeleteObjectCommand }, limits) => client.send(new DeleteObjectCommand(at(key)), limits))
        )
      ),
    link: Effect.fnUntraced(function* (key, { contentType, expiresInMillis, fileName }) {
      const signingDate = new Date(yield* Clock.currentTimeMillis)
      // Counted in whole seconds, of which there has to be one.
      const expiresIn = Math.max(1, Math.ceil(Math.min(expiresInMillis, MAX_LINK_MILLIS) / 1000))
      const request = {
        ...at(key),
        ResponseCacheControl: "no-store",
        ResponseContentDisposition: ContentDisposition.of(fileName, contentType),
        ResponseContentType: MediaType.of(contentType)
      }
      return yield* during("blobs.link")(
        call(({ client, GetObjectCommand, getSignedUrl }) =>
          getSignedUrl(client, new GetObjectCommand(request), { expiresIn, signingDate })
        )
      )
    })
  }
})

export const layer = (options: S3BlobOptions): Layer.Layer<BlobStore> => Layer.effect(BlobStore, make(options))

/** Configured by the environment: see `config`. */
export const layerConfig: Layer.Layer<BlobStore, Config.ConfigError> = Layer.effect(
  BlobStore,
  Effect.flatMap(config, make)
)
