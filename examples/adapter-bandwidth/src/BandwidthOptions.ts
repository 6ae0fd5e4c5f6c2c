/** What the adapter needs to know of a Bandwidth account. */
import type { ProviderConfig } from "@careline/adapter-kit"
import type { Redacted } from "effect"

/** As it stands in webhook paths. */
export const PROVIDER = "bandwidth"

/** Production of the Messaging API v2, https://dev.bandwidth.com/docs/messaging. */
export const BASE_URL = "https://messaging.bandwidth.com/api/v2"

export const DEFAULT_TIMEOUT_MILLIS = 10_000

export interface BandwidthOptions {
  readonly accountId: string
  /** The messaging application that texts are sent under, and whose callback URLs point at this host. */
  readonly applicationId: string
  readonly username: string
  readonly password: Redacted.Redacted
  /**
   * `user:password` of the application's callbacks (`CallbackCreds`). Two while they are changed: Bandwidth may still come
   * with the old ones for 24 hours.
   */
  readonly callbackCredentials: ProviderConfig.Secrets
  readonly baseUrl?: string | undefined
  /** For a whole request, with the body of its answer. In milliseconds. */
  readonly timeoutMillis?: number | undefined
}
