/**
 * What an operator set up at Telnyx, as its API shows it: the messaging profile, and its numbers. Sources:
 * developers.telnyx.com/api-reference/profiles and /number-settings.
 */
import { createHash } from "node:crypto"
import type { ServerResponse } from "node:http"
import { json } from "../core/HttpServer.ts"
import type { Profile } from "./Wire.ts"

/** Fields that are different from the usual, as they stand on the wire. */
export type Fields = Readonly<Record<string, unknown>>

export interface SetupOptions extends Profile {
  readonly numbers?: ReadonlyArray<string> | undefined
  readonly profileFields?: Fields | undefined
  /** By number. */
  readonly numberFields?: Readonly<Record<string, Fields>> | undefined
}

const SINCE = "1970-01-01T00:00:00.000Z"
const DEFAULT_PAGE = 20
const MAX_PAGE = 250

const twoWay = { domestic_two_way: true, international_inbound: true, international_outbound: true }

/** Ids of numbers are numerals, and longer than a number can be exact in JSON. */
const idOf = (number: string): string =>
  BigInt(`0x${createHash("md5").update(number).digest("hex").slice(0, 15)}`).toString()

const naturalOf = (text: string | null, otherwise: number): number =>
  text !== null && /^[1-9]\d{0,5}$/.test(text) ? Number(text) : otherwise

export class Setup {
  private readonly options: SetupOptions
  private readonly webhookUrl: () => string

  /** `webhookUrl` is where texts are delivered now. */
  constructor(options: SetupOptions, webhookUrl: () => string) {
    this.options = options
    this.webhookUrl = webhookUrl
  }

  /** Whether the request was for this, and is answered. `path` is without the version. */
  handle(response: ServerResponse, path: string, query: URLSearchParams): boolean {
    const profile = `/messaging_profiles/${this.options.messagingProfileId}`
    if (path === profile) {
      json(response, 200, { data: this.profile() })
      return true
    }
    if (path === `${profile}/phone_numbers`) {
      json(response, 200, this.numbers(query))
      return true
    }
    return false
  }

  private profile() {
    const { messagingProfileId, organizationId, profileFields } = this.options
    return {
      record_type: "messaging_profile",
      id: messagingProfileId,
      organization_id: organizationId,
      name: "Simulated",
      enabled: true,
      webhook_url: this.webhookUrl(),
      webhook_failover_url: "",
      webhook_api_version: "2",
      whitelisted_destinations: ["US"],
      number_pool_settings: null,
      url_shortener_settings: null,
      v1_secret: "simulated-v1-secret",
      health_webhook_url: null,
      mms_fall_back_to_sms: false,
      mms_transcoding: false,
      mobile_only: false,
      created_at: SINCE,
      updated_at: SINCE,
      ...profileFields
    }
  }

  private numbers(query: URLSearchParams) {
    const { messagingProfileId, numberFields = {}, numbers = [], organizationId } = this.options
    const size = Math.min(naturalOf(query.get("page[size]"), DEFAULT_PAGE), MAX_PAGE)
    const page = naturalOf(query.get("page[number]"), 1)
    return {
      data: numbers.slice((page - 1) * size, page * size).map((number) => ({
        record_type: "messaging_settings",
        id: idOf(number),
        phone_number: number,
        messaging_profile_id: messagingProfileId,
        organization_id: organizationId,
        country_code: "US",
        type: "longcode",
        traffic_type: "A2P",
        messaging_product: "A2P",
        eligible_messaging_products: ["A2P"],
        features: { sms: twoWay, mms: twoWay },
        health: { message_count: 0, inbound_outbound_ratio: 0, success_ratio: 0, spam_ratio: 0 },
        tags: [],
        created_at: SINCE,
        updated_at: SINCE,
        ...numberFields[number]
      })),
      meta: {
        page_number: page,
        page_size: size,
        total_pages: Math.max(1, Math.ceil(numbers.length / size)),
        total_results: numbers.length
      }
    }
  }
}
