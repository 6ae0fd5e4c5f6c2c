/** What a blob store's author tells the suite, and what the suite's tests ask of it. */
import { BlobStore, type StorageError } from "@careline/ports"
import { Context, Effect, Layer, type Scope } from "effect"

/** What a store may be unable to do. What it leaves out is skipped, with the reason. */
export interface Subject {
  /** How the suite is titled. */
  readonly name: string
  /** Whether a link answers with a part of the bytes when it is asked to, as players do (RFC 9110, 14). */
  readonly ranges: "single" | "none"
  /** Whether a link's answer forbids to guess another type. An object store sends no header of ours. */
  readonly sniffing: "forbidden" | "left_to_browser"
  /** Whether there is a store like this one that cannot be reached. */
  readonly outage: "shown" | "not_shown"
}

/** A store on this machine, or elsewhere, and what the world can do to it. */
export interface BlobStoreParts {
  readonly blobs: BlobStore["Service"]
  /** The same store while it is away; `null` where `outage` is `not_shown`. */
  readonly away: BlobStore["Service"] | null
  /** Asks for a link as a browser does, over real HTTP where the store has it. */
  readonly follow: (url: string, headers?: Readonly<Record<string, string>>) => Promise<Response>
  /**
   * A link as it is when time has passed since it was made, in milliseconds: by a clock that the store goes by and that is
   * moved after it, or by one that was behind while the link was made.
   */
  readonly aged: (link: Effect.Effect<string, StorageError>, byMillis: number) => Effect.Effect<string, StorageError>
}

export class BlobStoreUnderTest extends Context.Service<BlobStoreUnderTest, BlobStoreParts>()(
  "careline/testkit/contract/BlobStoreUnderTest"
) {}

/** What `suite` runs on: built for each test. What is costly, such as a server, may be shared. */
export const layer = <R>(
  make: Effect.Effect<BlobStoreParts, unknown, R>
): Layer.Layer<BlobStore | BlobStoreUnderTest, unknown, Exclude<R, Scope.Scope>> =>
  Layer.effectContext(
    Effect.map(make, (parts) => Context.make(BlobStoreUnderTest, parts).pipe(Context.add(BlobStore, parts.blobs)))
  )
