/** Options of the adapter: how to reach Twilio, and where Twilio reaches us. */
import { ProviderConfig } from "@careline/adapter-kit"
import type { Redacted } from "effect"

/** As it stands in webhook paths. */
export const PROVIDER = "twilio"

export interface TwilioOptions extends ProviderConfig.CallOptions {
  /** `AC…` */
  readonly accountSid: string
  /** The first one calls the API; all of them verify webhooks, so that a token can be rotated. */
  readonly authTokens: ProviderConfig.Secrets
  /** Calls the API in the place of the auth token. Webhooks are always signed with the auth token. */
  readonly apiKey?: { readonly sid: string; readonly secret: Redacted.Redacted } | null | undefined
  /** `MG…`: the Messaging Service that carries the A2P campaign. The sender stays the thread's number. */
  readonly messagingServiceSid?: string | null | undefined
  /** `TK…`: the Elastic SIP trunk of a voice agent, which numbers for `voice` are attached to. `null`: none are bought. */
  readonly trunkSid?: string | null | undefined
  /** In the place of `https://api.twilio.com`: a simulator or a proxy. */
  readonly baseUrl?: string | null | undefined
  /** Where Twilio reaches this host, as it stands in the webhook URLs at Twilio. */
  readonly publicUrl: string
}

/** The options, with a value for each. */
export interface TwilioSettings extends ProviderConfig.Settings<TwilioOptions> {}

export const withDefaults = (options: TwilioOptions): TwilioSettings =>
  ProviderConfig.withDefaults(options, { apiKey: null, messagingServiceSid: null, trunkSid: null, baseUrl: null })
