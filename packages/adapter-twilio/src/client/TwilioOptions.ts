/** How to reach Twilio, and where Twilio reaches us. */
import type { Redacted } from "effect"

/** As it stands in webhook paths. */
export const PROVIDER = "twilio"

export interface TwilioOptions {
  /** `AC…` */
  readonly accountSid: string
  /** The first one calls the API; all of them verify webhooks, so that a token can be rotated. */
  readonly authTokens: readonly [Redacted.Redacted, ...Array<Redacted.Redacted>]
  /** Calls the API in the place of the auth token. Webhooks are always signed with the auth token. */
  readonly apiKey?: { readonly sid: string; readonly secret: Redacted.Redacted } | null | undefined
  /** `MG…`: the Messaging Service that carries the A2P campaign. The sender stays the thread's number. */
  readonly messagingServiceSid?: string | null | undefined
  /** In the place of `https://api.twilio.com`: a simulator or a proxy. */
  readonly baseUrl?: string | null | undefined
  /** Where Twilio reaches this host, as it stands in the webhook URLs at Twilio. */
  readonly publicUrl: string
  /** How long one call may take, in milliseconds; `DEFAULT_TIMEOUT_MILLIS` when not given. */
  readonly timeoutMillis?: number | undefined
}

export const DEFAULT_TIMEOUT_MILLIS = 15_000

/** The options, with a value for each. */
export type TwilioSettings = { readonly [Option in keyof TwilioOptions]-?: Exclude<TwilioOptions[Option], undefined> }

/** The options with their defaults. */
export const withDefaults = (options: TwilioOptions): TwilioSettings => ({
  ...options,
  apiKey: options.apiKey ?? null,
  messagingServiceSid: options.messagingServiceSid ?? null,
  baseUrl: options.baseUrl ?? null,
  timeoutMillis: options.timeoutMillis ?? DEFAULT_TIMEOUT_MILLIS
})
