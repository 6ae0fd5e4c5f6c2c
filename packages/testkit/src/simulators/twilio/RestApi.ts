/** Twilio's REST API for messages, version 2010-04-01, with its paging and its errors. */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Account } from "./Account.ts"
import type { Faults, SendFault } from "./Faults.ts"
import type { Ledger } from "./Ledger.ts"
import * as Wire from "./Wire.ts"

export interface RestApiOptions {
  readonly accountSid: string
  readonly account: Account
  readonly ledger: Ledger
  readonly faults: Faults
}

const RETRY_AFTER_SECONDS = "1"
const DEFAULT_PAGE = 50
const MAX_PAGE = 1000

export const json = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {}
): void => {
  response.writeHead(status, {
    "content-type": "application/json",
    "twilio-request-id": Wire.newSid("RQ"),
    "twilio-request-duration": "0.010",
    "twilio-concurrent-requests": "1",
    ...headers
  })
  response.end(JSON.stringify(body))
}

export const fail = (response: ServerResponse, error: Wire.ApiError, headers: Record<string, string> = {}): void =>
  json(response, error.status, Wire.errorBody(error), headers)

export class RestApi {
  private readonly options: RestApiOptions

  constructor(options: RestApiOptions) {
    this.options = options
  }

  handle(request: IncomingMessage, response: ServerResponse, url: URL, body: string): void {
    const { accountSid, ledger } = this.options
    const base = `/2010-04-01/Accounts/${accountSid}/Messages`
    if (url.pathname === `${base}.json` && request.method === "POST")
      return this.create(response, new URLSearchParams(body))
    if (url.pathname === `${base}.json` && request.method === "GET") return this.list(response, url)
    const sid = url.pathname.startsWith(`${base}/`) ? url.pathname.slice(base.length + 1).replace(/\.json$/, "") : ""
    const message = ledger.find(sid)
    if (message === undefined || request.method !== "GET") return fail(response, Wire.errors.notFound)
    json(response, 200, Wire.messageResource(accountSid, message))
  }

  private create(response: ServerResponse, form: URLSearchParams): void {
    const { account, accountSid, faults } = this.options
    const fault = faults.take()
    if (fault !== undefined && this.failBefore(response, fault)) return
    const refusal = account.refusal(form)
    if (refusal !== null) return fail(response, refusal)
    const message = account.accept(form)
    switch (fault) {
      case "serverErrorAfter":
        return fail(response, Wire.errors.server)
      case "hangAfter":
        return
      case "resetAfter":
        response.socket?.resetAndDestroy()
        return
      case "garbageAfter":
        response.writeHead(201, { "content-type": "application/json" })
        response.end("<html>not json")
        return
      default:
        json(response, 201, Wire.messageResource(accountSid, message))
    }
  }

  /** Faults that strike before the message is taken. */
  private failBefore(response: ServerResponse, fault: SendFault): boolean {
    switch (fault) {
      case "rateLimited":
        fail(response, Wire.errors.tooMany, { "retry-after": RETRY_AFTER_SECONDS })
        return true
      case "unauthorised":
        fail(response, Wire.errors.authenticate)
        return true
      case "serverError":
        fail(response, Wire.errors.server)
        return true
      case "badGateway":
        response.writeHead(502, { "content-type": "text/html" })
        response.end("<html><body>502 Bad Gateway</body></html>")
        return true
      case "redirect":
        response.writeHead(307, { location: "/elsewhere" })
        response.end()
        return true
      case "hang":
        return true
      default:
        return false
    }
  }

  private list(response: ServerResponse, url: URL): void {
    const { accountSid, ledger } = this.options
    const filter = (name: "to" | "from", value: string | null) => (message: (typeof ledger.messages)[number]) =>
      value === null || message[name] === value
    const size = Math.min(Number(url.searchParams.get("PageSize") ?? DEFAULT_PAGE), MAX_PAGE)
    const page = Number(url.searchParams.get("Page") ?? 0)
    const matching = ledger.messages
      .filter(filter("to", url.searchParams.get("To")))
      .filter(filter("from", url.searchParams.get("From")))
      .toReversed()
    const messages = matching.slice(page * size, (page + 1) * size)
    const uriOf = (number: number, token: string | undefined) => {
      const query = new URLSearchParams(url.searchParams)
      query.set("PageSize", String(size))
      query.set("Page", String(number))
      if (token !== undefined) query.set("PageToken", `PA${token}`)
      return `${url.pathname}?${query}`
    }
    json(response, 200, {
      messages: messages.map((message) => Wire.messageResource(accountSid, message)),
      page,
      page_size: size,
      start: page * size,
      end: page * size + Math.max(0, messages.length - 1),
      uri: uriOf(page, undefined),
      first_page_uri: uriOf(0, undefined),
      previous_page_uri: page > 0 ? uriOf(page - 1, undefined) : null,
      next_page_uri: (page + 1) * size < matching.length ? uriOf(page + 1, messages.at(-1)?.sid) : null
    })
  }
}
