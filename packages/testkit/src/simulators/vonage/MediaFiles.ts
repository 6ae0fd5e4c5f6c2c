/** What comes with texts, as Vonage keeps it for 48 hours: developer.vonage.com/messages/concepts/secure-inbound-media. */
import { randomUUID } from "node:crypto"
import type { ServerResponse } from "node:http"
import * as Wire from "./Wire.ts"

interface File {
  readonly bytes: Uint8Array
  readonly contentType: string
}

const MEDIA = "/v3/media/"

export class MediaFiles {
  private readonly files = new Map<string, File>()
  private readonly apiUrl: () => string

  constructor(apiUrl: () => string) {
    this.apiUrl = apiUrl
  }

  /** Keeps a file, and returns its URL, which nobody can guess. */
  host(file: File): string {
    const path = `${MEDIA}${randomUUID()}`
    this.files.set(path, file)
    return this.apiUrl() + path
  }

  /** Whether a path is one of these. */
  static handles(path: string): boolean {
    return path.startsWith(MEDIA)
  }

  show(response: ServerResponse, path: string): void {
    const file = this.files.get(path)
    if (file === undefined) return Wire.failVoice(response, Wire.voiceProblems.notFound)
    response.writeHead(200, { "content-type": file.contentType, "content-length": file.bytes.length })
    response.end(file.bytes)
  }
}
