/** Answers requests for links that the host made itself, such as those to recordings and pictures. */
import type { BlobAnswer, BlobRequest } from "@careline/ports"
import type { Effect } from "effect"

export interface ServeLink {
  /** The path below which all links are. */
  readonly path: string
  readonly answer: (request: BlobRequest) => Effect.Effect<BlobAnswer>
}
