/**
 * Where a host keeps recordings and pictures: on S3 when a bucket is named, else in its data directory, with links that it
 * serves itself.
 */
import { randomBytes } from "node:crypto"
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import {
  type BlobAnswer,
  type BlobRequest,
  DEFAULT_PATH,
  FileBlobStore,
  LongSecrets
} from "@careline/adapter-filesystem"
import { S3BlobStore } from "@careline/adapter-s3"
import { BlobStore, ProviderConfig, type StorageError } from "@careline/ports"
import { type Config, Context, Effect, Layer, Redacted, Schema, type Scope } from "effect"

const SECRET_BYTES = 32
const SECRET_FILE = "link-secret"

/** Answers requests for links that the host made. */
export interface ServeLink {
  readonly path: string
  readonly answer: (request: BlobRequest) => Effect.Effect<BlobAnswer>
}

export interface MediaStore {
  readonly blobs: BlobStore["Service"]
  /** `null` where links lead elsewhere. */
  readonly links: ServeLink | null
}

/** What signs links, the same after a restart: `BLOB_SIGNING_SECRET`, else one that is made once and kept. */
const signingSecrets = Effect.fnUntraced(function* (directory: string) {
  const named = yield* ProviderConfig.optional("BLOB_SIGNING_SECRET", LongSecrets)
  if (named !== null) return yield* ProviderConfig.secrets("BLOB_SIGNING_SECRET")
  const path = join(directory, SECRET_FILE)
  const kept = yield* Effect.promise(async () => {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const made = randomBytes(SECRET_BYTES).toString("hex")
    const draft = `${path}.${made.slice(0, 8)}`
    await writeFile(draft, made, { mode: 0o600 })
    // Of two hosts that start at once on one directory, the one that comes second takes what the first one made, whole.
    await link(draft, path).catch(() => undefined)
    await rm(draft)
    return readFile(path, "utf8")
  })
  return [Redacted.make(kept)] as const
})

const inDirectory = Effect.fnUntraced(function* (dataDirectory: string, publicUrl: string) {
  const directory = (yield* ProviderConfig.optional("BLOB_DIRECTORY", Schema.String)) ?? join(dataDirectory, "media")
  const origin = yield* ProviderConfig.optional("BLOB_PUBLIC_URL", ProviderConfig.HttpUrl)
  const blobs = yield* FileBlobStore.make({
    directory: join(directory, "files"),
    publicUrl: origin ?? publicUrl,
    path: DEFAULT_PATH,
    signingSecrets: yield* signingSecrets(directory)
  })
  return { blobs, links: { path: DEFAULT_PATH, answer: blobs.serve } } satisfies MediaStore
})

export const open = Effect.fnUntraced(function* (options: {
  readonly dataDirectory: string
  readonly publicUrl: string
}): Effect.fn.Return<MediaStore, StorageError | Config.ConfigError, Scope.Scope> {
  const bucket = yield* ProviderConfig.optional("S3_BUCKET", Schema.String)
  if (bucket === null) return yield* inDirectory(options.dataDirectory, options.publicUrl)
  return { blobs: Context.get(yield* Layer.build(S3BlobStore.layerConfig), BlobStore), links: null }
})
