/**
 * Twilio's numbers: those for sale, those of the account, and which of them are in the Messaging Service. Sources:
 * twilio.com/docs/phone-numbers/api/availablephonenumberlocal-resource, /docs/phone-numbers/api/incomingphonenumber-resource,
 * /docs/messaging/api/phonenumber-resource.
 */
import { createHash } from "node:crypto"
import type { ServerResponse } from "node:http"
import type { Outcome } from "../core/FaultyAnswer.ts"
import { json, naturalOf } from "../core/HttpServer.ts"
import { type Fields, NumberMarket, type OwnedLine, type Refusal } from "../core/NumberMarket.ts"
import type { ForSale } from "../core/NumberStock.ts"
import { fail, headers, refuse } from "./ApiAnswer.ts"
import * as Paging from "./Paging.ts"
import * as Wire from "./Wire.ts"

export interface NumbersOptions {
  readonly accountSid: string
  readonly numbers?: ReadonlyArray<string> | undefined
  readonly messagingServiceSid?: string | undefined
  /** The numbers in the Messaging Service; all of them when not given. */
  readonly serviceNumbers?: ReadonlyArray<string> | undefined
  /** By number. */
  readonly numberFields?: Readonly<Record<string, Fields>> | undefined
  readonly serviceFields?: Fields | undefined
  readonly voiceUrl?: string | undefined
  readonly voiceFallbackUrl?: string | undefined
  readonly callStatusUrl?: string | undefined
}

export const sidOf = (number: string): string => `PN${createHash("md5").update(number).digest("hex")}`

/** Not on the wire: whether a number is in the Messaging Service. */
const MEMBER = "is_in_service"
const ELSEWHERE = "https://elsewhere.example.com/webhook"

/** What a number's fields are called where they are changed, by what they are called where they are shown. */
const SETTINGS: Readonly<Record<string, string>> = {
  friendly_name: "FriendlyName",
  sms_url: "SmsUrl",
  sms_method: "SmsMethod",
  sms_application_sid: "SmsApplicationSid",
  voice_url: "VoiceUrl",
  voice_method: "VoiceMethod",
  voice_fallback_url: "VoiceFallbackUrl",
  voice_fallback_method: "VoiceFallbackMethod",
  voice_application_sid: "VoiceApplicationSid",
  status_callback: "StatusCallback",
  status_callback_method: "StatusCallbackMethod",
  trunk_sid: "TrunkSid"
}

/** A number that was just bought, and of which nothing was said. */
const NOWHERE: Fields = { sms_url: "", voice_url: "", voice_fallback_url: "", status_callback: "", [MEMBER]: false }

const refusals: Readonly<Record<Refusal, Wire.ApiError>> = {
  not_available: Wire.numberErrors.notAvailable,
  requirements: Wire.numberErrors.addressRequired,
  account: Wire.numberErrors.trialAccount
}

const settingsOf = (form: URLSearchParams): Fields =>
  Object.fromEntries(
    Object.entries(SETTINGS).flatMap(([field, name]) => (form.has(name) ? [[field, form.get(name)]] : []))
  )

const offerOf = ({ country, features, locality, number, region }: ForSale) => ({
  friendly_name: number,
  phone_number: number,
  lata: "722",
  locality,
  rate_center: locality.toUpperCase(),
  latitude: "37.780000",
  longitude: "-122.380000",
  region,
  postal_code: "94103",
  iso_country: country,
  address_requirements: "none",
  beta: false,
  // In this list, and in no other, Twilio writes two of them in capitals.
  capabilities: { voice: features.includes("voice"), SMS: features.includes("sms"), MMS: features.includes("mms") }
})

export class NumbersApi {
  readonly market: NumberMarket
  private readonly options: NumbersOptions
  private readonly smsUrl: () => string

  /** `smsUrl` is where texts are delivered now to numbers of which nothing else is said, and to those of the service. */
  constructor(options: NumbersOptions, smsUrl: () => string) {
    this.options = options
    this.smsUrl = smsUrl
    const { messagingServiceSid, numberFields = {}, numbers = [], serviceFields = {}, serviceNumbers } = options
    const members = Object.fromEntries(
      numbers.map((number) => [
        number,
        { [MEMBER]: serviceNumbers === undefined || serviceNumbers.includes(number), ...numberFields[number] }
      ])
    )
    const isByService = (line: OwnedLine) =>
      messagingServiceSid !== undefined &&
      line.fields[MEMBER] === true &&
      serviceFields["use_inbound_webhook_on_number"] !== true
    const elsewhere = { sms_url: ELSEWHERE }
    this.market = new NumberMarket(
      {
        newId: sidOf,
        faults: {
          ...(messagingServiceSid === undefined
            ? { sms_webhook: elsewhere }
            : { messaging_attachment: { ...elsewhere, [MEMBER]: false } }),
          voice_webhook: { voice_url: ELSEWHERE }
        },
        textsTo: (line) => (isByService(line) ? this.smsUrl() : String(this.resource(line).sms_url)),
        callsTo: (line) => String(this.resource(line).voice_url)
      },
      numbers,
      members
    )
  }

  /** The numbers in the Messaging Service. */
  get members(): ReadonlyArray<string> {
    return this.market.lines.filter(({ fields }) => fields[MEMBER] !== false).map(({ number }) => number)
  }

  /** Whether this is a purchase, which is refused and lost in its own ways. */
  buys(method: string, path: string): boolean {
    return method === "POST" && path === `${this.path()}/IncomingPhoneNumbers.json`
  }

  buy(form: URLSearchParams): Outcome {
    const number = form.get("PhoneNumber")
    if (number === null) return refuse(Wire.errors.badRequest)
    const refusal = this.market.refusalOf(number)
    if (refusal !== null) return refuse(refusals[refusal])
    const line = this.market.buy(number, form.get("FriendlyName"), { ...NOWHERE, ...settingsOf(form) })
    return { answer: (response) => json(response, 201, this.resource(line), headers()) }
  }

  /** Whether the request was for this, and is answered. */
  handle(method: string, response: ServerResponse, url: URL, body: string): boolean {
    const available = `${this.path()}/AvailablePhoneNumbers/`
    if (url.pathname.startsWith(available) && method === "GET") {
      this.search(response, url, url.pathname.slice(available.length))
      return true
    }
    if (url.pathname === `${this.path()}/IncomingPhoneNumbers.json` && method === "GET") {
      this.list(response, url)
      return true
    }
    const one = `${this.path()}/IncomingPhoneNumbers/`
    if (url.pathname.startsWith(one)) {
      this.one(method, response, url.pathname.slice(one.length).replace(/\.json$/, ""), body)
      return true
    }
    const { messagingServiceSid } = this.options
    if (method === "POST" && url.pathname === `/v1/Services/${messagingServiceSid}/PhoneNumbers`) {
      this.attach(response, new URLSearchParams(body).get("PhoneNumberSid") ?? "")
      return true
    }
    return false
  }

  private path(): string {
    return `/2010-04-01/Accounts/${this.options.accountSid}`
  }

  private search(response: ServerResponse, url: URL, kind: string): void {
    if (!/^[A-Z]{2}\/(Local|Mobile|TollFree)\.json$/.test(kind)) return fail(response, Wire.errors.notFound)
    const query = url.searchParams
    const contains = query.get("Contains")
    if (contains !== null && contains.length < 2) return fail(response, Wire.errors.badRequest)
    const areaCode = query.get("AreaCode")
    const found =
      kind === "US/Local.json"
        ? this.market.search({
            startsWith: areaCode === null ? null : `+1${areaCode}`,
            contains,
            locality: query.get("InLocality"),
            features: ["Sms", "Mms", "Voice"].filter((feature) => query.get(`${feature}Enabled`) === "true")
          })
        : []
    const size = naturalOf(query.get("PageSize"), 50)
    const offers = found.slice(0, this.market.pageOf(size)).map(offerOf)
    json(response, 200, { available_phone_numbers: offers, uri: url.pathname }, headers())
  }

  private list(response: ServerResponse, url: URL): void {
    // The filter also finds parts of numbers.
    const wanted = url.searchParams.get("PhoneNumber")
    const matching = this.market.lines
      .filter(({ number }) => number.includes(wanted ?? ""))
      .map((line) => this.resource(line))
    Paging.answer(response, url, "incoming_phone_numbers", matching, (asked) => this.market.pageOf(asked))
  }

  private one(method: string, response: ServerResponse, sid: string, body: string): void {
    const line = this.market.findById(sid)
    if (line === undefined) return fail(response, Wire.errors.notFound)
    if (method === "DELETE") {
      if (this.market.isLocked(line.number)) return fail(response, Wire.errors.badRequest)
      this.market.giveBack(line.number)
      response.writeHead(204, headers()).end()
      return
    }
    if (method === "POST") this.market.change(line.number, settingsOf(new URLSearchParams(body)))
    json(response, 200, this.resource(this.market.findById(sid) ?? line), headers())
  }

  private attach(response: ServerResponse, sid: string): void {
    const { accountSid, messagingServiceSid } = this.options
    const line = this.market.findById(sid)
    if (line === undefined) return fail(response, Wire.errors.notFound)
    if (line.fields[MEMBER] !== false) return fail(response, Wire.numberErrors.alreadyInService)
    this.market.change(line.number, { [MEMBER]: true })
    json(response, 201, Wire.senderResource(accountSid, messagingServiceSid, line.number, sid), headers())
  }

  private resource(line: OwnedLine) {
    const { accountSid, callStatusUrl = "", voiceFallbackUrl = "", voiceUrl = "" } = this.options
    const { features, fields, id, number } = line
    const { [MEMBER]: _, ...shown } = fields
    return {
      sid: id,
      account_sid: accountSid,
      friendly_name: number,
      phone_number: number,
      capabilities: {
        voice: features.includes("voice"),
        sms: features.includes("sms"),
        mms: features.includes("mms"),
        fax: false
      },
      sms_url: this.smsUrl() as unknown,
      sms_method: "POST",
      sms_fallback_url: "",
      sms_fallback_method: "POST",
      sms_application_sid: "",
      voice_url: voiceUrl as unknown,
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
      uri: `${this.path()}/IncomingPhoneNumbers/${id}.json`,
      ...shown
    }
  }
}
