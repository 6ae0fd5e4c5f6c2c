/**
 * Where a host keeps recordings and pictures: on S3 when a bucket is named, else in its data directory, with links that it
 * serves itself.
 */
import { join } from "node:path"
import { DEFAULT_PATH, FileBlobStore, LongSecrets } from "@careline/adapter-filesystem"
import { S3BlobStore } from "@careline/adapter-s3"
import { ProviderConfig } from "@careline/adapter-kit"
import { BlobStore, type KeyEncryption, type StorageError } from "@careline/ports"
import { type Config, Context, Effect, Layer, Redacted, Schema, type Scope } from "effect"
import { keptSecret, type SecretDamaged } from "../config/KeptSecret.ts"
import type { ServeLink } from "@careline/http-hono"

const SECRET_FILE = "link-secret"

export interface MediaStore {
  readonly blobs: BlobStore["Service"]
  /** `null` where links lead elsewhere. */
  readonly links: ServeLink | null
}

export interface MediaStoreOptions {
  readonly dataDirectory: string
  readonly publicUrl: string
  /** What encrypts files here. On S3 the bucket does (`S3_SSE`). */
  readonly encryption: KeyEncryption.KeyEncryption | null
}

/** What signs links, the same after a restart: `BLOB_SIGNING_SECRET`, else one that is made once and kept. */
const signingSecrets = Effect.fnUntraced(function* (directory: string) {
  const named = yield* ProviderConfig.optional("BLOB_SIGNING_SECRET", LongSecrets)
  if (named !== null) return yield* ProviderConfig.secrets("BLOB_SIGNING_SECRET")
  return [Redacted.make(yield* keptSecret(join(directory, SECRET_FILE)))] as const
})

const inDirectory = Effect.fnUntraced(function* ({ dataDirectory, encryption, publicUrl }: MediaStoreOptions) {
  const directory = (yield* ProviderConfig.optional("BLOB_DIRECTORY", Schema.String)) ?? join(dataDirectory, "media")
  const origin = yield* ProviderConfig.optional("BLOB_PUBLIC_URL", ProviderConfig.HttpUrl)
  const blobs = yield* FileBlobStore.make({
    directory: join(directory, "files"),
    publicUrl: origin ?? publicUrl,
    path: DEFAULT_PATH,
    signingSecrets: yield* signingSecrets(directory),
    encryption
  })
  yield* blobs.reencrypt.pipe(
    Effect.catch(({ reason }) => Effect.logWarning("Not all files could be encrypted", reason.message)),
    Effect.forkScoped
  )
  return { blobs, links: { path: DEFAULT_PATH, answer: blobs.serve } } satisfies MediaStore
})

export const open = Effect.fnUntraced(function* (
  options: MediaStoreOptions
): Effect.fn.Return<MediaStore, StorageError | Config.ConfigError | SecretDamaged, Scope.Scope> {
  const bucket = yield* ProviderConfig.optional("S3_BUCKET", Schema.String)
  if (bucket === null) return yield* inDirectory(options)
  return { blobs: Context.get(yield* Layer.build(S3BlobStore.layerConfig), BlobStore), links: null }
})
