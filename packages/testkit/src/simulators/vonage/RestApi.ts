/** Vonage's REST APIs for messages, calls and files (v1), reports (v2), numbers and what an operator set up, with their problems. */
import { randomUUID } from "node:crypto"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Faults } from "../core/Faults.ts"
import * as FaultyAnswer from "../core/FaultyAnswer.ts"
import { json } from "../core/HttpServer.ts"
import type { Ledger } from "../core/Ledger.ts"
import type { Refusal } from "../core/Scenario.ts"
import * as SimulatedTime from "../core/SimulatedTime.ts"
import { type Account, readRequest } from "./Account.ts"
import type { Credentials } from "./Credentials.ts"
import { MediaFiles } from "./MediaFiles.ts"
import { NumbersApi, refuseNumbers } from "./NumbersApi.ts"
import { isSetup, type Setup } from "./Setup.ts"
import { CALLS, VoiceApi } from "./VoiceApi.ts"
import * as Wire from "./Wire.ts"

export interface RestApiOptions {
  readonly apiKey: string
  readonly account: Account
  readonly setup: Setup
  readonly voice: VoiceApi
  readonly media: MediaFiles
  readonly numbers: NumbersApi
  /** Whether files of texts are given out to the application only. */
  readonly authenticatesMedia: boolean
  readonly credentials: Credentials
  readonly ledger: Ledger
  readonly faults: Faults
}

const RECORDS_PER_PAGE = 1_000
/** "Illegal Number": the recipient has opted out. */
const OPTED_OUT = "1240"

export const fail = (
  response: ServerResponse,
  { status, ...problem }: Wire.Problem,
  headers: Readonly<Record<string, string>> = {}
): void =>
  json(
    response,
    status,
    { ...problem, instance: randomUUID().replaceAll("-", "") },
    {
      // Of all of them only this one is sent as plain JSON.
      "content-type": status === 422 ? "application/json" : "application/problem+json",
      "x-request-id": randomUUID(),
      ...headers
    }
  )

const refusals: Readonly<Record<Exclude<Refusal, "recipientOptedOut">, Wire.Problem>> = {
  rejectedInvalidRecipient: Wire.problems.invalidRecipient,
  senderNotAllowed: Wire.problems.invalidSender,
  unauthorised: Wire.problems.unauthorized
}

const answers: FaultyAnswer.ErrorAnswers = {
  refusal: (response, refusal) => {
    // Vonage takes a text to whoever opted out, and rejects it later.
    if (refusal === "recipientOptedOut") return false
    fail(response, refusals[refusal])
    return true
  },
  rateLimited: (response, seconds) =>
    fail(response, Wire.problems.tooMany, seconds === null ? {} : { "retry-after": String(seconds) }),
  serverError: (response, status) => fail(response, status === 500 ? Wire.problems.server : Wire.problems.unavailable),
  empty: (response) => json(response, 202, {})
}

const voiceAnswers: FaultyAnswer.ErrorAnswers = {
  ...answers,
  refusal: (response, refusal) => {
    const { badRequest, unauthorized } = Wire.voiceProblems
    Wire.failVoice(response, refusal === "unauthorised" ? unauthorized : badRequest)
    return true
  },
  empty: (response) => json(response, 201, {})
}

/** The Numbers API refuses credentials in a form of its own. */
const numberAnswers: FaultyAnswer.ErrorAnswers = {
  ...answers,
  refusal: (response, refusal) => {
    if (refusal !== "unauthorised") return false
    refuseNumbers(response)
    return true
  },
  empty: (response) => json(response, 200, {})
}

/** A comparison that an absent parameter leaves out. */
const matches = (wanted: string | null, found: string): boolean => wanted === null || wanted === found

export class RestApi {
  private readonly options: RestApiOptions

  constructor(options: RestApiOptions) {
    this.options = options
  }

  async handle(request: IncomingMessage, response: ServerResponse, url: URL, body: string): Promise<void> {
    const { credentials, faults } = this.options
    if (url.pathname === "/v1/messages" && request.method === "POST") {
      if (!credentials.isApplication(request)) return fail(response, Wire.problems.unauthorized)
      return FaultyAnswer.ofChange(response, faults, answers, (fault) =>
        this.create(body, fault === "recipientOptedOut" ? OPTED_OUT : null)
      )
    }
    if (url.pathname === "/v2/reports/records" && request.method === "GET") {
      if (!credentials.isAccount(request)) return fail(response, Wire.problems.unauthorized)
      if (FaultyAnswer.ofRead(response, faults, answers)) return
      return this.records(response, url.searchParams)
    }
    if (NumbersApi.handles(url.pathname)) return this.numbers(request, response, url, body)
    if (VoiceApi.handles(url.pathname)) return this.voice(request, response, url, body)
    if (MediaFiles.handles(url.pathname) && request.method === "GET") return this.media(request, response, url)
    if (isSetup(url.pathname) && request.method === "GET") return this.setup(request, response, url)
    fail(response, Wire.problems.notFound)
  }

  private async voice(request: IncomingMessage, response: ServerResponse, url: URL, body: string): Promise<void> {
    const { credentials, faults, voice } = this.options
    const { notFound, unauthorized } = Wire.voiceProblems
    if (!credentials.isApplication(request)) return Wire.failVoice(response, unauthorized)
    if (request.method === "POST" && url.pathname === CALLS) {
      return FaultyAnswer.ofChange(response, faults, voiceAnswers, () => voice.place(body))
    }
    if (request.method !== "GET") return Wire.failVoice(response, notFound)
    if (FaultyAnswer.ofRead(response, faults, voiceAnswers)) return
    voice.show(response, url)
  }

  private media(request: IncomingMessage, response: ServerResponse, url: URL): void {
    const { authenticatesMedia, credentials, faults, media } = this.options
    if (authenticatesMedia && !credentials.isApplication(request)) {
      return Wire.failVoice(response, Wire.voiceProblems.unauthorized)
    }
    if (FaultyAnswer.ofRead(response, faults, voiceAnswers)) return
    media.show(response, url.pathname)
  }

  private setup(request: IncomingMessage, response: ServerResponse, url: URL): void {
    const { credentials, faults, setup } = this.options
    if (!credentials.isAccount(request)) return fail(response, Wire.problems.unauthorized)
    if (FaultyAnswer.ofRead(response, faults, answers)) return
    const found = setup.application(url.pathname)
    if (found === null) return fail(response, Wire.problems.notFound)
    json(response, 200, found)
  }

  private async numbers(request: IncomingMessage, response: ServerResponse, url: URL, body: string): Promise<void> {
    const { credentials, faults, numbers } = this.options
    const { method = "GET" } = request
    if (!credentials.isAccount(request)) return refuseNumbers(response)
    if (method === "POST" && NumbersApi.buys(url.pathname)) {
      return FaultyAnswer.ofChange(response, faults, numberAnswers, () => numbers.buy(new URLSearchParams(body)))
    }
    if (FaultyAnswer.ofRead(response, faults, numberAnswers)) return
    numbers.handle(method, response, url, body)
  }

  private async create(body: string, rejectedWith: string | null): Promise<FaultyAnswer.Outcome> {
    const { account } = this.options
    const request = readRequest(body)
    const refusal = request === null ? Wire.problems.invalidJson : account.refusal(request)
    if (request === null || refusal !== null) {
      return { refusal: (response) => fail(response, refusal ?? Wire.problems.invalidJson) }
    }
    const message = await account.accept(request, rejectedWith)
    return {
      answer: (response) => json(response, 202, { message_uuid: message.id }, { "x-request-id": randomUUID() })
    }
  }

  private records(response: ServerResponse, query: URLSearchParams): void {
    const { apiKey, ledger } = this.options
    if (query.get("account_id") !== apiKey || query.get("product") !== "MESSAGES" || query.get("direction") === null) {
      return fail(response, Wire.problems.invalidParameters)
    }
    const ids = query.get("id")?.split(",") ?? null
    const start = query.get("date_start")
    const end = query.get("date_end")
    const isWithin = (at: string) => (start === null || at >= start) && (end === null || at < end)
    const all = ledger.messages
      .map((message) => Wire.record(apiKey, message))
      .filter((record) => record.direction === query.get("direction"))
      .filter((record) =>
        ids === null
          ? matches(query.get("to"), record.to) && isWithin(record.date_received)
          : ids.includes(record.message_id)
      )
    const offset = Number(query.get("cursor") ?? 0)
    const records = all.slice(offset, offset + RECORDS_PER_PAGE)
    const next = offset + records.length
    json(response, 200, {
      request_id: randomUUID(),
      request_status: next < all.length ? "TRUNCATED" : "SUCCESS",
      received_at: Wire.date(SimulatedTime.now()),
      items_count: records.length,
      product: "MESSAGES",
      records,
      ...(next < all.length ? { cursor: String(next), iv: "simulated" } : {}),
      ...(ids === null ? {} : { ids_not_found: ids.filter((id) => ledger.find(id) === undefined).join(",") })
    })
  }
}
