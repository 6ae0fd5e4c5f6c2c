/** What came with texts, as Telnyx keeps it: behind the account's key. */
import { randomUUID } from "node:crypto"
import type { ServerResponse } from "node:http"

interface File {
  readonly bytes: Uint8Array
  readonly contentType: string
}

const PREFIX = "/media/"

export class MediaStore {
  private readonly files = new Map<string, File>()
  private readonly origin: () => string

  constructor(origin: () => string) {
    this.origin = origin
  }

  /** Keeps a file, and returns its URL. */
  host(file: File): string {
    const path = PREFIX + randomUUID()
    this.files.set(path, file)
    return this.origin() + path
  }

  /** The type of what is kept at a URL; `null` for what is elsewhere. */
  typeOf(url: string): string | null {
    return (URL.canParse(url) ? this.files.get(new URL(url).pathname)?.contentType : null) ?? null
  }

  /** Whether the request was for a file, and is answered. */
  handle(method: string, response: ServerResponse, { pathname }: URL): boolean {
    if (method !== "GET" || !pathname.startsWith(PREFIX)) return false
    const file = this.files.get(pathname)
    if (file === undefined) {
      response.writeHead(404).end()
    } else {
      response.writeHead(200, { "content-type": file.contentType, "content-length": file.bytes.length })
      response.end(file.bytes)
    }
    return true
  }
}
