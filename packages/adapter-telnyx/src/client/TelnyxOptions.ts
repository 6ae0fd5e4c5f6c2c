/** How to reach Telnyx, and where Telnyx reaches us. */
import type { Redacted } from "effect"

/** As it stands in webhook paths. */
export const PROVIDER = "telnyx"

/** The options, with a value for each. */
export interface TelnyxSettings {
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
  readonly connectionId: string | null
  /**
   * The account's id, as it stands in TeXML's webhooks (`AccountSid`). With it, calls can be asked for and listed; `null`
   * for a line that learns of calls by webhooks alone.
   */
  readonly accountSid: string | null
  /** In the place of `https://api.telnyx.com/v2`: a simulator or a proxy, version and all. */
  readonly baseUrl: string | null
  /** Where Telnyx reaches this host. */
  readonly publicUrl: string
  /** How long one call may take, in milliseconds. */
  readonly timeoutMillis: number
}

export const DEFAULT_TIMEOUT_MILLIS = 15_000

type Defaulted = "connectionId" | "accountSid" | "baseUrl" | "timeoutMillis"

/** What an account needs to be named, and what may be left out. */
export type TelnyxOptions = Omit<TelnyxSettings, Defaulted> & {
  readonly [Option in Defaulted]?: TelnyxSettings[Option] | undefined
}

/** The options with their defaults. */
export const withDefaults = (options: TelnyxOptions): TelnyxSettings => ({
  ...options,
  connectionId: options.connectionId ?? null,
  accountSid: options.accountSid ?? null,
  baseUrl: options.baseUrl ?? null,
  timeoutMillis: options.timeoutMillis ?? DEFAULT_TIMEOUT_MILLIS
})
