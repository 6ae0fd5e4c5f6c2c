/**
 * Links to files, good for ten minutes without credentials: S3's presigned URLs, by their query (AWS Signature Version 4).
 * A request that has other credentials beside the signature is refused, as S3 does.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto"
import type { IncomingMessage, ServerResponse } from "node:http"
import * as SimulatedTime from "../core/SimulatedTime.ts"

/** In seconds. */
export const VALID_SECONDS = 600

const PREFIX = "/telephony-recorder-simulated/"

export class SignedLinks {
  private readonly secret = randomBytes(32)
  private readonly origin: () => string
  private readonly bytesOf: (id: string) => Uint8Array | undefined

  /** `bytesOf` is what is kept under an id. */
  constructor(origin: () => string, bytesOf: (id: string) => Uint8Array | undefined) {
    this.origin = origin
    this.bytesOf = bytesOf
  }

  /** A link from `at` on. */
  to(id: string, at: Date): string {
    const since = Math.floor(at.getTime() / 1_000)
    const query = new URLSearchParams({
      "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
      "X-Amz-Date": String(since),
      "X-Amz-Expires": String(VALID_SECONDS),
      "X-Amz-Signature": this.sign(id, since)
    })
    return `${this.origin()}${PREFIX}${id}.wav?${query}`
  }

  /** Whether the request was for a file, and is answered. */
  handle(request: IncomingMessage, response: ServerResponse, url: URL): boolean {
    if (!url.pathname.startsWith(PREFIX)) return false
    const id = url.pathname.slice(PREFIX.length).replace(/\.wav$/, "")
    const status = this.statusOf(request, id, url.searchParams)
    const bytes = status === 200 ? this.bytesOf(id) : undefined
    if (bytes === undefined) {
      response.writeHead(status === 200 ? 404 : status).end()
    } else {
      response.writeHead(200, { "content-type": "audio/wav", "content-length": bytes.length })
      response.end(bytes)
    }
    return true
  }

  private statusOf(request: IncomingMessage, id: string, query: URLSearchParams): number {
    if (request.method !== "GET") return 405
    if (request.headers.authorization !== undefined) return 400
    const since = Number(query.get("X-Amz-Date"))
    const given = Buffer.from(query.get("X-Amz-Signature") ?? "")
    const wanted = Buffer.from(this.sign(id, since))
    const isSigned = given.length === wanted.length && timingSafeEqual(given, wanted)
    return isSigned && SimulatedTime.now().getTime() / 1_000 <= since + VALID_SECONDS ? 200 : 403
  }

  private sign(id: string, since: number): string {
    return createHmac("sha256", this.secret).update(`${id} ${since}`).digest("hex")
  }
}
