/** Loads the official SDK when it is first needed, and points it at Telnyx. */
import { ProviderFailure } from "@careline/adapter-kit"
import { Effect, Redacted } from "effect"
import type { Telnyx } from "telnyx"
import type { TelnyxSettings } from "./TelnyxOptions.ts"

export type Client = Telnyx

const BASE_URL = "https://api.telnyx.com/v2"

const load = async ({ apiKey, baseUrl, timeoutMillis }: TelnyxSettings): Promise<Client> => {
  const { Telnyx } = await import("telnyx")
  return new Telnyx({
    apiKey: Redacted.value(apiKey),
    // The SDK reads these from the environment by itself, and with them asks another host for a token.
    clientID: null,
    clientSecret: null,
    publicKey: null,
    baseURL: baseUrl?.replace(/\/+$/, "") ?? BASE_URL,
    timeout: timeoutMillis,
    // Retries are ours to decide: a repeated send is a second text.
    maxRetries: 0,
    // A redirected POST may arrive twice.
    fetchOptions: { redirect: "manual" },
    // The SDK's debug log holds the text.
    logLevel: "off"
  })
}

/** The client, the same one each time. */
export const make = (options: TelnyxSettings): Effect.Effect<Effect.Effect<Client, ProviderFailure.Failure>> =>
  Effect.cached(Effect.tryPromise({ try: () => load(options), catch: () => ProviderFailure.noClient }))
