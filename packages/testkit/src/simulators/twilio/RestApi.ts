/** Twilio's REST API for messages, calls, numbers and what an operator set up, version 2010-04-01, with its paging and its errors. */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Account } from "./Account.ts"
import { fail, headers, refuse } from "./ApiAnswer.ts"
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
    const form = new URLSearchParams(body)
    const { ofChange } = FaultyAnswer
    if (url.pathname === `${base}.json` && method === "POST") {
      return ofChange(response, faults, answers, () => this.create(form))
    }
    if (voice.places(method, url.pathname)) return ofChange(response, faults, callAnswers, () => voice.place(form))
    if (numbers.buys(method, url.pathname)) return ofChange(response, faults, answers, () => numbers.buy(form))
    if (FaultyAnswer.ofRead(response, faults, answers)) return
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

  private async create(form: URLSearchParams): Promise<FaultyAnswer.Outcome> {
    const { account, accountSid } = this.options
    const refusal = account.refusal(form)
    if (refusal !== null) return refuse(refusal)
    const message = await account.accept(form)
    return { answer: (response) => json(response, 201, Wire.messageResource(accountSid, message), headers()) }
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
