/**
 * What an operator set up at Telnyx, as its API shows it: the messaging profile, the TeXML application, and the messaging
 * settings of numbers. Sources: developers.telnyx.com/api-reference/profiles, /number-settings and /texml-applications.
 */
import type { ServerResponse } from "node:http"
import { json } from "../core/HttpServer.ts"
import type { Fields, NumberMarket } from "../core/NumberMarket.ts"
import type { VoiceUrls } from "../core/Voice.ts"
import { idOf, SINCE } from "./NumbersApi.ts"
import * as Paging from "./Paging.ts"
import type { Profile } from "./Wire.ts"

export interface SetupOptions extends Profile, VoiceUrls {
  /** The TeXML application, and the account that it is of; made up when not given. */
  readonly connectionId?: string | undefined
  readonly accountSid?: string | undefined
  readonly profileFields?: Fields | undefined
  readonly applicationFields?: Fields | undefined
  /** By number, of its messaging settings. */
  readonly numberFields?: Readonly<Record<string, Fields>> | undefined
}

const twoWay = { domestic_two_way: true, international_inbound: true, international_outbound: true }

export class Setup {
  private readonly options: SetupOptions
  private readonly webhookUrl: () => string
  private readonly market: NumberMarket

  /** `webhookUrl` is where texts are delivered now. */
  constructor(options: SetupOptions, webhookUrl: () => string, market: NumberMarket) {
    this.options = options
    this.webhookUrl = webhookUrl
    this.market = market
  }

  /** Whether the request was for this, and is answered. `path` is without the version. */
  handle(response: ServerResponse, path: string, query: URLSearchParams): boolean {
    const profile = `/messaging_profiles/${this.options.messagingProfileId}`
    if (path === profile) {
      json(response, 200, { data: this.profile() })
      return true
    }
    if (path === `${profile}/phone_numbers`) {
      Paging.answer(response, query, this.numbers())
      return true
    }
    if (path === `/texml_applications/${this.options.connectionId}`) {
      json(response, 200, { data: this.application() })
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

  private application() {
    const { applicationFields, callStatusUrl = "", connectionId, voiceFallbackUrl = "", voiceUrl = "" } = this.options
    return {
      record_type: "texml_application",
      id: connectionId,
      friendly_name: "Simulated",
      active: true,
      anchorsite_override: "Latency",
      dtmf_type: "RFC 2833",
      first_command_timeout: true,
      first_command_timeout_secs: 30,
      voice_url: voiceUrl,
      voice_fallback_url: voiceFallbackUrl,
      voice_method: "post",
      status_callback: callStatusUrl,
      status_callback_method: "post",
      call_cost_in_webhooks: false,
      tags: [],
      inbound: { channel_limit: null, shaken_stir_enabled: false },
      outbound: { channel_limit: null, outbound_voice_profile_id: "1293384261075731499" },
      created_at: SINCE,
      updated_at: SINCE,
      ...applicationFields
    }
  }

  private numbers() {
    const { messagingProfileId, numberFields = {}, organizationId } = this.options
    return this.market.owned.map((number) => ({
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
    }))
  }
}
