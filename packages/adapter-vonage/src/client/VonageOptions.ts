/** How to reach Vonage, and where Vonage reaches us. */
import type { ProviderConfig } from "@careline/adapter-kit"
import type { Redacted } from "effect"

/** As it stands in webhook paths. */
export const PROVIDER = "vonage"

export interface VonageOptions {
  /** The account. Reports are asked for with it and its secret. */
  readonly apiKey: string
  readonly apiSecret: Redacted.Redacted
  /** A UUID in lower case: the application that our numbers are linked to. Messages are sent in its name, with its private key. */
  readonly applicationId: string
  /** An RSA key of at least 2048 bits, as the text of a PEM file. */
  readonly privateKey: Redacted.Redacted
  /** Of the account, for webhooks: all of them verify, so that one can be rotated. */
  readonly signatureSecrets: ProviderConfig.Secrets
  /** In the place of `https://api.nexmo.com`: a region, a simulator or a proxy. */
  readonly apiBaseUrl?: string | null | undefined
  /** In the place of `https://rest.nexmo.com`. */
  readonly restBaseUrl?: string | null | undefined
  /** Whether lost answers are looked up in Reports, a product that Vonage charges for. */
  readonly reportsLookup?: boolean | undefined
  /** Where Vonage reaches this host, as it stands in the webhook URLs at Vonage. */
  readonly publicUrl: string
  /** How long one call may take, in milliseconds; `DEFAULT_TIMEOUT_MILLIS` when not given. */
  readonly timeoutMillis?: number | undefined
}

export const DEFAULT_TIMEOUT_MILLIS = 15_000

/** The options, with a value for each. */
export type VonageSettings = { readonly [Option in keyof VonageOptions]-?: Exclude<VonageOptions[Option], undefined> }

/** The options with their defaults. */
export const withDefaults = (options: VonageOptions): VonageSettings => ({
  ...options,
  apiBaseUrl: options.apiBaseUrl ?? null,
  restBaseUrl: options.restBaseUrl ?? null,
  reportsLookup: options.reportsLookup ?? false,
  timeoutMillis: options.timeoutMillis ?? DEFAULT_TIMEOUT_MILLIS
})
