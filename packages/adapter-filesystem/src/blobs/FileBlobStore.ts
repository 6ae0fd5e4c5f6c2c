/** The BlobStore port in a directory, and the links to it. */
import { type BlobAnswer, type BlobRequest, BlobStore, MAX_LINK_MILLIS, type StorageError } from "@careline/ports"
import { Clock, type Config, Context, Effect, Layer, Option } from "effect"
import { during } from "../files/Failure.ts"
import { config } from "./FileBlobConfig.ts"
import type { FileBlobOptions } from "./FileBlobOptions.ts"
import * as Folder from "./Folder.ts"
import * as Links from "./Links.ts"
import * as Reading from "./Reading.ts"
import * as Reencryption from "./Reencryption.ts"
import * as Serve from "./Serve.ts"
import * as Writing from "./Writing.ts"

/** Where links lead: a host mounts it at the path of the options, on an origin of its own. */
export class BlobLinks extends Context.Service<
  BlobLinks,
  {
    /** Answers any request: 200, 206 or 304 for a link, 403 for one that is forged or expired, and problem details. */
    readonly serve: (request: BlobRequest) => Effect.Effect<BlobAnswer>
    /**
     * Wraps the key of every file anew that another key than the current one wrapped, and encrypts files that are not in the
     * open. Safe beside whoever reads and writes. Returns how many files it changed: 0 without encryption.
     */
    readonly reencrypt: Effect.Effect<number, StorageError>
  }
>()("careline/adapter-filesystem/BlobLinks") {}

/** The store, and what serves its links. */
export type FileBlobs = BlobStore["Service"] & BlobLinks["Service"]

/** Makes the directory where it is not there, and clears away what a crash left unfinished. */
export const make = Effect.fnUntraced(function* (options: FileBlobOptions): Effect.fn.Return<FileBlobs, StorageError> {
  const { directory, encryption = null } = options
  yield* during("blobs.open")(Folder.prepare(directory))
  return {
    put: (key, content) => Writing.put(options, key, content),
    get: Effect.fnUntraced(function* (key) {
      const found = yield* Reading.open(options, key)
      if (Option.isNone(found)) return Option.none()
      const { info, read } = found.value
      return Option.some({ info, bytes: yield* read(0, info.size) })
    }, Effect.scoped),
    remove: (key) => Writing.remove(directory, key),
    link: (key, { contentType, expiresInMillis, fileName }) =>
      Effect.map(Clock.currentTimeMillis, (now) =>
        Links.make(options, key, Math.floor(now + Math.min(expiresInMillis, MAX_LINK_MILLIS)), {
          fileName,
          contentType
        })
      ),
    serve: Serve.make(options, (key) => Reading.open(options, key)),
    reencrypt: encryption === null ? Effect.succeed(0) : Reencryption.all(directory, encryption)
  }
})

const toContext = (blobs: FileBlobs): Context.Context<BlobStore | BlobLinks> =>
  Context.make(BlobStore, BlobStore.of(blobs)).pipe(Context.add(BlobLinks, BlobLinks.of(blobs)))

export const layer = (options: FileBlobOptions): Layer.Layer<BlobStore | BlobLinks, StorageError> =>
  Layer.effectContext(Effect.map(make(options), toContext))

/** Configured by the environment: see `config`. */
export const layerConfig: Layer.Layer<BlobStore | BlobLinks, StorageError | Config.ConfigError> = Layer.effectContext(
  Effect.map(Effect.flatMap(config, make), toContext)
)
