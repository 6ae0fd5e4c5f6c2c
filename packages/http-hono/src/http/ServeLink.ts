/** Answers requests for links that the host made itself, such as those to recordings and pictures. */
import type { Effect } from "effect"

/** A request for a link. */
export interface LinkRequest {
  readonly method: string
  /** Path and query exactly as received: `/blobs/recordings/1?expires=…`. */
  readonly target: string
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
}

/** What is answered. */
export interface LinkAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | null
}

export interface ServeLink {
  /** The path below which all links are. */
  readonly path: string
  readonly answer: (request: LinkRequest) => Effect.Effect<LinkAnswer>
}
