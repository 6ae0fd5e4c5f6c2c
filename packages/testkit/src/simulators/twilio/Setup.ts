/**
 * What an operator set up at Twilio, as its API shows it: the account, and the Messaging Service. Sources:
 * twilio.com/docs/iam/api/account, /docs/messaging/api/service-resource.
 */
import type { ServerResponse } from "node:http"
import { fail, headers } from "./ApiAnswer.ts"
import { json } from "../core/HttpServer.ts"
import type { Fields } from "../core/NumberMarket.ts"
import { type NumbersApi, sidOf } from "./NumbersApi.ts"
import * as Paging from "./Paging.ts"
import * as Wire from "./Wire.ts"

export interface SetupOptions {
  readonly accountSid: string
  readonly messagingServiceSid?: string | undefined
  readonly accountFields?: Fields | undefined
  readonly serviceFields?: Fields | undefined
}

const pathOf = (url: URL, page: number, size: number): string =>
  `${url.pathname}?${new URLSearchParams({ PageSize: String(size), Page: String(page) })}`

export class Setup {
  private readonly options: SetupOptions
  private readonly smsUrl: () => string
  private readonly numbers: NumbersApi

  /** `smsUrl` is where texts are delivered now. */
  constructor(options: SetupOptions, smsUrl: () => string, numbers: NumbersApi) {
    this.options = options
    this.smsUrl = smsUrl
    this.numbers = numbers
  }

  /** Whether the request was for this, and is answered. */
  handle(response: ServerResponse, url: URL): boolean {
    const { accountSid, messagingServiceSid } = this.options
    const account = `/2010-04-01/Accounts/${accountSid}`
    const service = `/v1/Services/${messagingServiceSid}`
    switch (url.pathname) {
      case `${account}.json`:
        this.answer(response, this.account(`${account}.json`))
        return true
      case service:
        this.answer(response, this.service())
        return true
      case `${service}/PhoneNumbers`:
        this.answer(response, this.senders(url))
        return true
      default:
        if (!url.pathname.startsWith("/v1/Services/")) return false
        fail(response, Wire.errors.notFound)
        return true
    }
  }

  private answer(response: ServerResponse, body: object): void {
    json(response, 200, body, headers())
  }

  private account(uri: string) {
    const { accountFields, accountSid } = this.options
    return {
      sid: accountSid,
      owner_account_sid: accountSid,
      friendly_name: "Simulated",
      status: "active",
      type: "Full",
      // Twilio shows it to whoever has it.
      auth_token: "simulated-auth-token",
      date_created: Wire.date(new Date(0)),
      date_updated: Wire.date(new Date(0)),
      subresource_uris: {},
      uri,
      ...accountFields
    }
  }

  private service() {
    const { accountSid, messagingServiceSid, serviceFields } = this.options
    return {
      sid: messagingServiceSid,
      account_sid: accountSid,
      friendly_name: "Simulated",
      inbound_request_url: this.smsUrl(),
      inbound_method: "POST",
      fallback_url: null,
      fallback_method: null,
      status_callback: null,
      sticky_sender: true,
      smart_encoding: false,
      area_code_geomatch: false,
      validity_period: 36_000,
      use_inbound_webhook_on_number: false,
      usecase: "undeclared",
      us_app_to_person_registered: true,
      date_created: "1970-01-01T00:00:00Z",
      date_updated: "1970-01-01T00:00:00Z",
      url: `https://messaging.twilio.com/v1/Services/${messagingServiceSid}`,
      links: {},
      ...serviceFields
    }
  }

  /** Messaging v1 pages by `meta`. Here all are on one page. */
  private senders(url: URL) {
    const { accountSid, messagingServiceSid } = this.options
    const size = Paging.sizeOf(url.searchParams)
    const own = `https://messaging.twilio.com${pathOf(url, 0, size)}`
    return {
      phone_numbers: this.numbers.members.map((number) =>
        Wire.senderResource(accountSid, messagingServiceSid, number, sidOf(number))
      ),
      meta: {
        key: "phone_numbers",
        page: 0,
        page_size: size,
        url: own,
        first_page_url: own,
        previous_page_url: null,
        next_page_url: null
      }
    }
  }
}
