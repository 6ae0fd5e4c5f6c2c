/** Options of the adapter: how to reach Vonage, and where Vonage reaches us. */
import { ProviderConfig } from "@careline/adapter-kit"
import type { Redacted } from "effect"

/** As it stands in webhook paths. */
export const PROVIDER = "vonage"

export interface VonageOptions extends ProviderConfig.CallOptions {
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
}

/** The options, with a value for each. */
export interface VonageSettings extends ProviderConfig.Settings<VonageOptions> {}

export const withDefaults = (options: VonageOptions): VonageSettings =>
  ProviderConfig.withDefaults(options, { apiBaseUrl: null, restBaseUrl: null, reportsLookup: false })
