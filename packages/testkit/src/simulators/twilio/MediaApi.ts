/** What came with texts, as Twilio keeps it: twilio.com/docs/messaging/api/media-resource. Bytes come from a content network. */
import type { ServerResponse } from "node:http"
import type { Ledger } from "../core/Ledger.ts"
import * as SimulatedTime from "../core/SimulatedTime.ts"
import { fail, headers } from "./ApiAnswer.ts"
import * as Paging from "./Paging.ts"
import * as Wire from "./Wire.ts"

interface File {
  readonly bytes: Uint8Array
  readonly contentType: string
}

const CONTENT = "/content/"

export class MediaApi {
  private readonly files = new Map<string, File>()
  private readonly base: string
  private readonly accountSid: string
  private readonly ledger: Ledger
  private readonly apiUrl: () => string

  constructor(accountSid: string, ledger: Ledger, apiUrl: () => string) {
    this.accountSid = accountSid
    this.base = `/2010-04-01/Accounts/${accountSid}/Messages/`
    this.ledger = ledger
    this.apiUrl = apiUrl
  }

  /** Keeps a file, and returns its URL. */
  host(file: File): string {
    const path = `${this.base}${Wire.newSid("MM")}/Media/${Wire.newSid("ME")}`
    this.files.set(path, file)
    return this.apiUrl() + path
  }

  /** What the signed addresses of the content network hold: they are asked for without credentials. */
  handleContent(response: ServerResponse, { pathname }: URL): boolean {
    if (!pathname.startsWith(CONTENT)) return false
    const file = this.files.get(`/${pathname.slice(CONTENT.length)}`)
    if (file === undefined) {
      response.writeHead(404).end()
    } else {
      response.writeHead(200, { "content-type": file.contentType, "content-length": file.bytes.length })
      response.end(file.bytes)
    }
    return true
  }

  /** Whether the request was for this, and is answered. */
  handle(method: string, response: ServerResponse, url: URL): boolean {
    const path = url.pathname.startsWith(this.base) ? url.pathname : ""
    const [, sid] = /\/Messages\/([A-Z]{2}[0-9a-f]{32})\/Media\.json$/.exec(path) ?? []
    if (sid !== undefined && method === "GET") return this.list(response, url, sid)
    if (!/\/Media\/ME[0-9a-f]{32}(\.json)?$/.test(path)) return false
    if (method === "GET" && !path.endsWith(".json")) return this.redirect(response, path)
    if (method !== "DELETE") return false
    if (this.files.delete(path.replace(/\.json$/, ""))) response.writeHead(204, headers()).end()
    else fail(response, Wire.errors.notFound)
    return true
  }

  private redirect(response: ServerResponse, path: string): true {
    if (!this.files.has(path)) {
      fail(response, Wire.errors.notFound)
      return true
    }
    const location = `${this.apiUrl()}${CONTENT}${path.slice(1)}?Expires=4102444800&Signature=simulated`
    response.writeHead(307, { ...headers(), location }).end()
    return true
  }

  private list(response: ServerResponse, url: URL, messageSid: string): true {
    const { accountSid } = this
    const media = (this.ledger.find(messageSid)?.mediaUrls ?? []).flatMap((address) => {
      const path = URL.canParse(address) ? new URL(address).pathname : ""
      const file = this.files.get(path)
      if (file === undefined) return []
      return [
        {
          sid: path.slice(-34),
          account_sid: accountSid,
          parent_sid: messageSid,
          content_type: file.contentType,
          date_created: Wire.date(SimulatedTime.now()),
          date_updated: Wire.date(SimulatedTime.now()),
          uri: `${path}.json`
        }
      ]
    })
    Paging.answer(response, url, "media_list", media)
    return true
  }
}
