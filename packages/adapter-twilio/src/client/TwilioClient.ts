/** Loads the official SDK when it is first needed, and points it at Twilio. */
import { ProviderFailure } from "@careline/adapter-kit"
import { Effect, Predicate, Redacted } from "effect"
import type { Twilio } from "twilio"
import type { TwilioSettings } from "./TwilioOptions.ts"

export type Client = Twilio

const SUPPRESSED_LOG = "error"

/** What the SDK's own exception has no place for: how long a 429 asks us to wait. */
class TooManyRequests extends Error {
  readonly status = 429
  readonly code: unknown
  readonly retryAfterMillis: number | null

  constructor(body: unknown, retryAfter: unknown) {
    super("HTTP 429")
    this.code = Predicate.hasProperty(body, "code") ? body.code : undefined
    this.retryAfterMillis = ProviderFailure.retryAfterMillis(retryAfter)
  }
}

const load = async (options: TwilioSettings): Promise<Client> => {
  const { default: twilio } = await import("twilio")
  const { accountSid, apiKey, authTokens, baseUrl, timeoutMillis } = options
  // Retries are ours to decide: a repeated send is a second text.
  const httpClient = new twilio.RequestClient({ timeout: timeoutMillis, autoRetry: false })
  // The SDK's timeout begins anew with each byte; this one bounds the whole call.
  httpClient.axios.interceptors.request.use((request) =>
    Object.assign(request, { signal: AbortSignal.timeout(timeoutMillis) })
  )
  httpClient.axios.interceptors.response.use((response) => {
    if (response.status === 429) throw new TooManyRequests(response.data, response.headers["retry-after"])
    return response
  })
  // The SDK's debug log names numbers.
  const settings = { accountSid, httpClient, logLevel: SUPPRESSED_LOG }
  const client =
    apiKey === null
      ? twilio(accountSid, Redacted.value(authTokens[0]), settings)
      : twilio(apiKey.sid, Redacted.value(apiKey.secret), settings)
  if (baseUrl !== null) {
    const origin = baseUrl.replace(/\/+$/, "")
    client.api.baseUrl = origin
    client.messaging.baseUrl = origin
    // TWILIO_EDGE and TWILIO_REGION, which the SDK reads by itself, would rename the host.
    delete client.edge
    delete client.region
  }
  return client
}

/** The client, the same one each time. */
export const make = (options: TwilioSettings): Effect.Effect<Effect.Effect<Client, ProviderFailure.Failure>> =>
  Effect.cached(Effect.tryPromise({ try: () => load(options), catch: () => ProviderFailure.noClient }))
