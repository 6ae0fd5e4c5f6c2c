/** Options of the adapter: how to reach Telnyx, and where Telnyx reaches us. */
import { ProviderConfig } from "@careline/adapter-kit"
import type { Redacted } from "effect"

/** As it stands in webhook paths. */
export const PROVIDER = "telnyx"

export interface TelnyxOptions extends ProviderConfig.CallOptions {
  /** `KEY…`, of the API v2. */
  readonly apiKey: Redacted.Redacted
  /** Base64 of 32 bytes, from the portal's "Keys & Credentials". Any of them verifies, so that the key can be rotated. */
  readonly publicKeys: readonly [string, ...Array<string>]
  /**
   * The messaging profile whose webhooks come here. Telnyx blocks an opted-out recipient for the whole profile, so each
   * tenant or programme needs one of its own (support.telnyx.com, "Advanced opt-in and opt-out").
   */
  readonly messagingProfileId: string
  /** The TeXML application that the numbers are connected to. `null` for a line without calls. */
  readonly connectionId?: string | null | undefined
  /** The SIP connection of a voice agent, which numbers for `voice` are connected to. `null`: none are bought. */
  readonly trunkConnectionId?: string | null | undefined
  /**
   * The account's id, as it stands in TeXML's webhooks (`AccountSid`). With it, calls can be asked for and listed; `null`
   * for a line that learns of calls by webhooks alone.
   */
  readonly accountSid?: string | null | undefined
  /** In the place of `https://api.telnyx.com/v2`: a simulator or a proxy, version and all. */
  readonly baseUrl?: string | null | undefined
  /** Where Telnyx reaches this host. */
  readonly publicUrl: string
}

/** The options, with a value for each. */
export interface TelnyxSettings extends ProviderConfig.Settings<TelnyxOptions> {}

export const withDefaults = (options: TelnyxOptions): TelnyxSettings =>
  ProviderConfig.withDefaults(options, { connectionId: null, trunkConnectionId: null, accountSid: null, baseUrl: null })
