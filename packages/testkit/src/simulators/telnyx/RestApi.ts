/** Telnyx's REST API for messages, calls, numbers and what an operator set up, version 2, with its paging and its errors. */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Faults } from "../core/Faults.ts"
import * as FaultyAnswer from "../core/FaultyAnswer.ts"
import { json } from "../core/HttpServer.ts"
import type { Ledger } from "../core/Ledger.ts"
import type { Refusal } from "../core/Scenario.ts"
import * as SimulatedTime from "../core/SimulatedTime.ts"
import { type Account, readRequest } from "./Account.ts"
import type { MediaStore } from "./MediaStore.ts"
import type { NumbersApi } from "./NumbersApi.ts"
import * as Paging from "./Paging.ts"
import type { Setup } from "./Setup.ts"
import type { VoiceApi } from "./VoiceApi.ts"
import * as Wire from "./Wire.ts"

export interface RestApiOptions {
  readonly profile: Wire.Profile
  readonly account: Account
  readonly setup: Setup
  readonly voice: VoiceApi
  readonly media: MediaStore
  readonly numbers: NumbersApi
  readonly ledger: Ledger
  readonly faults: Faults
}

const PREFIX = "/v2"
/** Of detail records. */
const MAX_RECORDS = 50
/** developers.telnyx.com/api-reference/detail-records, "date_range". */
const DATE_RANGE = /^(last_(?<days>\d{1,3})_days|today|yesterday|tomorrow|(last|this|next)_(week|month))$/
const DAY_MILLIS = 24 * 60 * 60 * 1000

const { fail } = Wire

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

/** The same of placing a call, which has codes of its own. */
const callAnswers: FaultyAnswer.ErrorAnswers = {
  ...answers,
  refusal: (response, refusal) => {
    if (refusal === "unauthorised") fail(response, refusals[refusal])
    else fail(response, refusal === "senderNotAllowed" ? Wire.callErrors.notAllowed : Wire.callErrors.notE164)
    return true
  }
}

export class RestApi {
  private readonly options: RestApiOptions

  constructor(options: RestApiOptions) {
    this.options = options
  }

  async handle(request: IncomingMessage, response: ServerResponse, url: URL, body: string): Promise<void> {
    const { faults, ledger, media, numbers, profile, setup, voice } = this.options
    const { method = "GET" } = request
    const path = url.pathname.startsWith(PREFIX) ? url.pathname.slice(PREFIX.length) : ""
    const { ofChange } = FaultyAnswer
    if (path === "/messages" && method === "POST") return ofChange(response, faults, answers, () => this.create(body))
    if (voice.places(method, path)) return ofChange(response, faults, callAnswers, () => voice.place(body))
    if (numbers.orders(method, path)) return ofChange(response, faults, answers, () => numbers.order(body))
    if (FaultyAnswer.ofRead(response, faults, answers)) return
    if (numbers.handle(method, response, path, url.searchParams, body)) return
    if (voice.handle(method, response, path, url.searchParams) || media.handle(method, response, url)) return
    if (method !== "GET") return fail(response, Wire.errors.notFound)
    if (setup.handle(response, path, url.searchParams)) return
    if (path === "/detail_records") return this.detailRecords(response, url.searchParams)
    const message = path.startsWith("/messages/") ? ledger.find(path.slice("/messages/".length)) : undefined
    if (message === undefined) return fail(response, Wire.errors.notFound)
    json(response, 200, {
      data: Wire.messageResource(profile, message, message.status, (file) => media.typeOf(file))
    })
  }

  private async create(body: string): Promise<FaultyAnswer.Outcome> {
    const { account, profile } = this.options
    const request = readRequest(body)
    if (request === null) return Wire.refuse(Wire.errors.badRequest)
    const refusal = account.refusal(request)
    if (refusal !== null) return Wire.refuse(refusal)
    const message = await account.accept(request)
    return {
      answer: (response) => json(response, 200, { data: Wire.messageResource(profile, message, "queued") })
    }
  }

  /** Newest first. What is still queued is in no record. */
  private detailRecords(response: ServerResponse, query: URLSearchParams): void {
    if (query.get("filter[record_type]") !== "messaging") return fail(response, Wire.errors.badRequest)
    const range = DATE_RANGE.exec(query.get("filter[date_range]") ?? "today")
    if (range === null) return fail(response, Wire.errors.badRequest)
    const since = SimulatedTime.now().getTime() - Number(range.groups?.days ?? 1) * DAY_MILLIS
    const is = (name: string, value: string): boolean => (query.get(`filter[${name}]`) ?? value) === value
    const matching = this.options.ledger.messages
      .filter(({ direction }) => direction !== "reply" && is("direction", direction))
      .filter(({ createdAt, from, to }) => createdAt.getTime() >= since && is("cli", from) && is("cld", to))
      .toReversed()
      .flatMap((message) => Wire.detailRecord(message) ?? [])
    Paging.answer(response, query, matching, MAX_RECORDS)
  }
}
