/** Twilio's REST API for messages, calls, numbers and what an operator set up, version 2010-04-01, with its paging and its errors. */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Account } from "./Account.ts"
import { fail, headers } from "./ApiAnswer.ts"
import type { Faults } from "../core/Faults.ts"
import * as FaultyAnswer from "../core/FaultyAnswer.ts"
import { json } from "../core/HttpServer.ts"
import type { Ledger } from "../core/Ledger.ts"
import type { Refusal } from "../core/Scenario.ts"
import type { MediaApi } from "./MediaApi.ts"
import type { NumbersApi } from "./NumbersApi.ts"
import * as Paging from "./Paging.ts"
import type { Setup } from "./Setup.ts"
import type { VoiceApi } from "./VoiceApi.ts"
import * as Wire from "./Wire.ts"

export interface RestApiOptions {
  readonly accountSid: string
  readonly account: Account
  readonly setup: Setup
  readonly voice: VoiceApi
  readonly media: MediaApi
  readonly numbers: NumbersApi
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

/** The same of placing a call, which has codes of its own. */
const callAnswers: FaultyAnswer.ErrorAnswers = {
  ...answers,
  refusal: (response, refusal) => {
    fail(response, refusal === "senderNotAllowed" ? Wire.callErrors.fromNotOurs : refusals[refusal])
    return true
  }
}

export class RestApi {
  private readonly options: RestApiOptions

  constructor(options: RestApiOptions) {
    this.options = options
  }

  async handle(request: IncomingMessage, response: ServerResponse, url: URL, body: string): Promise<void> {
    const { accountSid, faults, ledger, media, numbers, setup, voice } = this.options
    const { method = "GET" } = request
    const base = `/2010-04-01/Accounts/${accountSid}/Messages`
    if (url.pathname === `${base}.json` && method === "POST") return this.create(response, new URLSearchParams(body))
    if (voice.places(method, url.pathname)) return this.place(response, new URLSearchParams(body))
    if (numbers.buys(method, url.pathname)) return this.buy(response, new URLSearchParams(body))
    const fault = faults.takeRead()
    if (fault !== undefined && FaultyAnswer.ofRead(response, fault, answers)) return
    if (numbers.handle(method, response, url, body)) return
    if (voice.handle(method, response, url) || media.handle(method, response, url)) return
    if (method !== "GET") return fail(response, Wire.errors.notFound)
    if (setup.handle(response, url)) return
    if (url.pathname === `${base}.json`) return this.list(response, url)
    const sid = url.pathname.startsWith(`${base}/`) ? url.pathname.slice(base.length + 1).replace(/\.json$/, "") : ""
    const message = ledger.find(sid)
    if (message === undefined) return fail(response, Wire.errors.notFound)
    json(response, 200, Wire.messageResource(accountSid, message), headers())
  }

  private place(response: ServerResponse, form: URLSearchParams): void {
    const { faults, voice } = this.options
    const fault = faults.takeSend()
    if (fault !== undefined && FaultyAnswer.before(response, fault, callAnswers)) return
    const placed = voice.place(form)
    if ("refusal" in placed) return fail(response, placed.refusal)
    if (fault !== undefined && FaultyAnswer.after(response, fault, callAnswers)) return
    placed.answer(response)
  }

  private buy(response: ServerResponse, form: URLSearchParams): void {
    const { faults, numbers } = this.options
    const fault = faults.takeSend()
    if (fault !== undefined && FaultyAnswer.before(response, fault, answers)) return
    const bought = numbers.buy(form)
    if ("refusal" in bought) return fail(response, bought.refusal)
    if (fault !== undefined && FaultyAnswer.after(response, fault, answers)) return
    bought.answer(response)
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
    const sent = Paging.within(query, "DateSent")
    const matching = ledger.messages
      .filter((message) => (to === null || message.to === to) && (from === null || message.from === from))
      .filter(({ sentAt }) => sent(sentAt))
      .toReversed()
    Paging.answer(
      response,
      url,
      "messages",
      matching.map((message) => Wire.messageResource(accountSid, message))
    )
  }
}
