/** Telnyx's REST API for messages and for what an operator set up, version 2, with its paging and its errors. */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Faults } from "../core/Faults.ts"
import * as FaultyAnswer from "../core/FaultyAnswer.ts"
import { json, naturalOf } from "../core/HttpServer.ts"
import type { Ledger } from "../core/Ledger.ts"
import type { Refusal } from "../core/Scenario.ts"
import { type Account, readRequest } from "./Account.ts"
import type { Setup } from "./Setup.ts"
import * as Wire from "./Wire.ts"

export interface RestApiOptions {
  readonly profile: Wire.Profile
  readonly account: Account
  readonly setup: Setup
  readonly ledger: Ledger
  readonly faults: Faults
}

const PREFIX = "/v2"
const DEFAULT_PAGE = 20
const MAX_PAGE = 50

export const fail = (
  response: ServerResponse,
  error: Wire.ApiError,
  headers: Readonly<Record<string, string>> = {}
): void => json(response, error.status, Wire.errorBody(error), headers)

const refusals: Readonly<Record<Refusal, Wire.ApiError>> = {
  rejectedInvalidRecipient: Wire.errors.invalidTo,
  recipientOptedOut: Wire.errors.blocked,
  senderNotAllowed: Wire.errors.invalidFrom,
  unauthorised: Wire.errors.authentication
}

const answers: FaultyAnswer.ErrorAnswers = {
  refusal: (response, refusal) => {
    fail(response, refusals[refusal])
    return true
  },
  rateLimited: (response, seconds) =>
    fail(
      response,
      Wire.errors.tooMany,
      seconds === null
        ? {}
        : { "x-ratelimit-limit": "50", "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(seconds) }
    ),
  serverError: (response, status) => fail(response, status === 500 ? Wire.errors.server : Wire.errors.unavailable),
  empty: (response) => json(response, 200, {})
}

export class RestApi {
  private readonly options: RestApiOptions

  constructor(options: RestApiOptions) {
    this.options = options
  }

  async handle(request: IncomingMessage, response: ServerResponse, url: URL, body: string): Promise<void> {
    const { faults, ledger, profile, setup } = this.options
    const path = url.pathname.startsWith(PREFIX) ? url.pathname.slice(PREFIX.length) : ""
    if (path === "/messages" && request.method === "POST") return this.create(response, body)
    if (request.method !== "GET") return fail(response, Wire.errors.notFound)
    const fault = faults.takeRead()
    if (fault !== undefined && FaultyAnswer.ofRead(response, fault, answers)) return
    if (setup.handle(response, path, url.searchParams)) return
    if (path === "/detail_records") return this.detailRecords(response, url.searchParams)
    const message = path.startsWith("/messages/") ? ledger.find(path.slice("/messages/".length)) : undefined
    if (message === undefined) return fail(response, Wire.errors.notFound)
    json(response, 200, { data: Wire.messageResource(profile, message) })
  }

  private async create(response: ServerResponse, body: string): Promise<void> {
    const { account, faults, profile } = this.options
    const fault = faults.takeSend()
    if (fault !== undefined && FaultyAnswer.before(response, fault, answers)) return
    const request = readRequest(body)
    const refusal = request === null ? Wire.errors.badRequest : account.refusal(request)
    if (request === null || refusal !== null) return fail(response, refusal ?? Wire.errors.badRequest)
    const message = await account.accept(request)
    if (fault !== undefined && FaultyAnswer.after(response, fault, answers)) return
    json(response, 200, { data: Wire.messageResource(profile, message, "queued") })
  }

  /** Newest first. What is still queued is in no record. */
  private detailRecords(response: ServerResponse, query: URLSearchParams): void {
    if (query.get("filter[record_type]") !== "messaging") return fail(response, Wire.errors.badRequest)
    const cli = query.get("filter[cli]")
    const cld = query.get("filter[cld]")
    const size = Math.min(naturalOf(query.get("page[size]"), DEFAULT_PAGE) || DEFAULT_PAGE, MAX_PAGE)
    const number = naturalOf(query.get("page[number]"), 1) || 1
    const matching = this.options.ledger.sent
      .filter(({ from, to }) => (cli === null || from === cli) && (cld === null || to === cld))
      .toReversed()
      .flatMap((message) => Wire.detailRecord(message) ?? [])
    json(response, 200, {
      data: matching.slice((number - 1) * size, number * size),
      meta: {
        page_number: number,
        page_size: size,
        total_pages: Math.max(1, Math.ceil(matching.length / size)),
        total_results: matching.length
      }
    })
  }
}
