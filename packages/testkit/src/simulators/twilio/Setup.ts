/**
 * What an operator set up at Twilio, as its API shows it: the account, its numbers, the Messaging Service. Sources:
 * twilio.com/docs/iam/api/account, /docs/phone-numbers/api/incomingphonenumber-resource, /docs/messaging/api/service-resource.
 */
import { createHash } from "node:crypto"
import type { ServerResponse } from "node:http"
import { fail, headers } from "./ApiAnswer.ts"
import { json } from "../core/HttpServer.ts"
import * as Wire from "./Wire.ts"

/** Fields that are different from the usual, as they stand on the wire. */
export type Fields = Readonly<Record<string, unknown>>

export interface SetupOptions {
  readonly accountSid: string
  readonly numbers?: ReadonlyArray<string> | undefined
  readonly messagingServiceSid?: string | undefined
  /** The numbers in the Messaging Service; all of them when not given. */
  readonly serviceNumbers?: ReadonlyArray<string> | undefined
  readonly accountFields?: Fields | undefined
  /** By number. */
  readonly numberFields?: Readonly<Record<string, Fields>> | undefined
  readonly serviceFields?: Fields | undefined
  readonly voiceUrl?: string | undefined
  readonly voiceFallbackUrl?: string | undefined
  readonly callStatusUrl?: string | undefined
}

const DEFAULT_PAGE = 50
const MAX_PAGE = 1000

const sidOf = (prefix: string, number: string): string => prefix + createHash("md5").update(number).digest("hex")

const numberResource = (
  { accountSid, callStatusUrl = "", voiceFallbackUrl = "", voiceUrl = "" }: SetupOptions,
  smsUrl: string,
  number: string,
  fields: Fields
) => ({
  sid: sidOf("PN", number),
  account_sid: accountSid,
  friendly_name: number,
  phone_number: number,
  capabilities: { voice: true, sms: true, mms: true, fax: false },
  sms_url: smsUrl,
  sms_method: "POST",
  sms_fallback_url: "",
  sms_fallback_method: "POST",
  sms_application_sid: "",
  voice_url: voiceUrl,
  voice_method: "POST",
  voice_fallback_url: voiceFallbackUrl,
  voice_fallback_method: "POST",
  voice_application_sid: "",
  status_callback: callStatusUrl,
  status_callback_method: "POST",
  trunk_sid: null,
  address_requirements: "none",
  beta: false,
  origin: "twilio",
  status: "in-use",
  type: "local",
  api_version: "2010-04-01",
  date_created: Wire.date(new Date(0)),
  date_updated: Wire.date(new Date(0)),
  uri: `/2010-04-01/Accounts/${accountSid}/IncomingPhoneNumbers/${sidOf("PN", number)}.json`,
  ...fields
})

const pageOf = (url: URL) => {
  const asked = Number(url.searchParams.get("PageSize") ?? DEFAULT_PAGE)
  const size = Number.isInteger(asked) && asked > 0 ? Math.min(asked, MAX_PAGE) : DEFAULT_PAGE
  return { size, page: Number(url.searchParams.get("Page") ?? 0) || 0 }
}

const pathOf = (url: URL, page: number, size: number): string =>
  `${url.pathname}?${new URLSearchParams({ PageSize: String(size), Page: String(page) })}`

export class Setup {
  private readonly options: SetupOptions
  private readonly smsUrl: () => string

  /** `smsUrl` is where texts are delivered now. */
  constructor(options: SetupOptions, smsUrl: () => string) {
    this.options = options
    this.smsUrl = smsUrl
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
      case `${account}/IncomingPhoneNumbers.json`:
        this.answer(response, this.numbers(url))
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

  private numbers(url: URL) {
    const { numberFields = {}, numbers = [] } = this.options
    const { page, size } = pageOf(url)
    const shown = numbers.slice(page * size, (page + 1) * size)
    return {
      incoming_phone_numbers: shown.map((number) =>
        numberResource(this.options, this.smsUrl(), number, numberFields[number] ?? {})
      ),
      page,
      page_size: size,
      start: page * size,
      end: page * size + Math.max(0, shown.length - 1),
      uri: pathOf(url, page, size),
      first_page_uri: pathOf(url, 0, size),
      previous_page_uri: page > 0 ? pathOf(url, page - 1, size) : null,
      next_page_uri: (page + 1) * size < numbers.length ? pathOf(url, page + 1, size) : null
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

  /** Messaging v1 pages by `meta`, and writes dates and capabilities in its own way. Here all are on one page. */
  private senders(url: URL) {
    const { accountSid, messagingServiceSid, numbers = [], serviceNumbers: members = numbers } = this.options
    const { size } = pageOf(url)
    const own = `https://messaging.twilio.com${pathOf(url, 0, size)}`
    return {
      phone_numbers: members.map((number) => ({
        sid: sidOf("PN", number),
        account_sid: accountSid,
        service_sid: messagingServiceSid,
        phone_number: number,
        country_code: "US",
        capabilities: ["SMS", "MMS", "Voice"],
        date_created: "1970-01-01T00:00:00Z",
        date_updated: "1970-01-01T00:00:00Z",
        url: `https://messaging.twilio.com/v1/Services/${messagingServiceSid}/PhoneNumbers/${sidOf("PN", number)}`
      })),
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
