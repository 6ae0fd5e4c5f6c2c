/** Twilio's REST API for messages and for what an operator set up, version 2010-04-01, with its paging and its errors. */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Account } from "./Account.ts"
import { fail, headers } from "./ApiAnswer.ts"
import type { Faults } from "../core/Faults.ts"
import * as FaultyAnswer from "../core/FaultyAnswer.ts"
import { json, naturalOf } from "../core/HttpServer.ts"
import type { Ledger, SimulatedMessage } from "../core/Ledger.ts"
import type { Refusal } from "../core/Scenario.ts"
import type { Setup } from "./Setup.ts"
import * as Wire from "./Wire.ts"

export interface RestApiOptions {
  readonly accountSid: string
  readonly account: Account
  readonly setup: Setup
  readonly ledger: Ledger
  readonly faults: Faults
}

const refusals: Readonly<Record<Refusal, Wire.ApiError>> = {
  rejectedInvalidRecipient: Wire.errors.toInvalid,
  recipientOptedOut: Wire.errors.unsubscribed,
  senderNotAllowed: Wire.errors.fromInvalid,
  unauthorised: Wire.errors.authenticate
}

const answers: FaultyAnswer.ErrorAnswers = {
  refusal: (response, refusal) => {
    fail(response, refusals[refusal])
    return true
  },
  rateLimited: (response, seconds) =>
    fail(response, Wire.errors.tooMany, seconds === null ? {} : { "retry-after": String(seconds) }),
  serverError: (response, status) => fail(response, status === 500 ? Wire.errors.server : Wire.errors.unavailable),
  empty: (response) => json(response, 201, {}, headers())
}

const DEFAULT_PAGE = 50
const MAX_PAGE = 1000

const DAY_MILLIS = 24 * 60 * 60 * 1000

/** `DateSent`, `DateSent>` and `DateSent<`, as GMT; the last two include what they name. */
const sentFilter = (query: URLSearchParams): ((message: SimulatedMessage) => boolean) => {
  const instant = (name: string): number | null => {
    const given = query.get(name)
    const at = given === null ? Number.NaN : Date.parse(given)
    return Number.isNaN(at) ? null : at
  }
  const day = instant("DateSent")
  const earliest = day ?? instant("DateSent>")
  const latest = day === null ? instant("DateSent<") : day + DAY_MILLIS - 1
  if (earliest === null && latest === null) return () => true
  return ({ sentAt }) => {
    if (sentAt === null) return false
    const seconds = Math.floor(sentAt.getTime() / 1000) * 1000
    return (earliest === null || seconds >= earliest) && (latest === null || seconds <= latest)
  }
}

export class RestApi {
  private readonly options: RestApiOptions

  constructor(options: RestApiOptions) {
    this.options = options
  }

  async handle(request: IncomingMessage, response: ServerResponse, url: URL, body: string): Promise<void> {
    const { accountSid, faults, ledger, setup } = this.options
    const base = `/2010-04-01/Accounts/${accountSid}/Messages`
    if (url.pathname === `${base}.json` && request.method === "POST") {
      return this.create(response, new URLSearchParams(body))
    }
    if (request.method !== "GET") return fail(response, Wire.errors.notFound)
    const fault = faults.takeRead()
    if (fault !== undefined && FaultyAnswer.ofRead(response, fault, answers)) return
    if (setup.handle(response, url)) return
    if (url.pathname === `${base}.json`) return this.list(response, url)
    const sid = url.pathname.startsWith(`${base}/`) ? url.pathname.slice(base.length + 1).replace(/\.json$/, "") : ""
    const message = ledger.find(sid)
    if (message === undefined) return fail(response, Wire.errors.notFound)
    json(response, 200, Wire.messageResource(accountSid, message), headers())
  }

  private async create(response: ServerResponse, form: URLSearchParams): Promise<void> {
    const { account, accountSid, faults } = this.options
    const fault = faults.takeSend()
    if (fault !== undefined && FaultyAnswer.before(response, fault, answers)) return
    const refusal = account.refusal(form)
    if (refusal !== null) return fail(response, refusal)
    const message = await account.accept(form)
    if (fault !== undefined && FaultyAnswer.after(response, fault, answers)) return
    json(response, 201, Wire.messageResource(accountSid, message), headers())
  }

  /** Newest first. A message that has not left has no date, so a filter on it hides the message. */
  private list(response: ServerResponse, url: URL): void {
    const { accountSid, ledger } = this.options
    const query = url.searchParams
    const to = query.get("To")
    const from = query.get("From")
    const sent = sentFilter(query)
    const size = Math.min(naturalOf(query.get("PageSize"), DEFAULT_PAGE) || DEFAULT_PAGE, MAX_PAGE)
    const page = naturalOf(query.get("Page"), 0)
    const matching = ledger.messages
      .filter((message) => (to === null || message.to === to) && (from === null || message.from === from))
      .filter(sent)
      .toReversed()
    const messages = matching.slice(page * size, (page + 1) * size)
    const uriOf = (number: number, token: string | undefined) => {
      const other = new URLSearchParams(query)
      other.set("PageSize", String(size))
      other.set("Page", String(number))
      if (token !== undefined) other.set("PageToken", `PA${token}`)
      return `${url.pathname}?${other}`
    }
    json(
      response,
      200,
      {
        messages: messages.map((message) => Wire.messageResource(accountSid, message)),
        page,
        page_size: size,
        start: page * size,
        end: page * size + Math.max(0, messages.length - 1),
        uri: uriOf(page, undefined),
        first_page_uri: uriOf(0, undefined),
        previous_page_uri: page > 0 ? uriOf(page - 1, undefined) : null,
        next_page_uri: (page + 1) * size < matching.length ? uriOf(page + 1, messages.at(-1)?.id) : null
      },
      headers()
    )
  }
}
