/** The official SDK, loaded when it is first needed and pointed at where Twilio is. */
import { Effect, Redacted } from "effect"
import type { Twilio } from "twilio"
import type { TwilioOptions } from "./TwilioOptions.ts"

export type Client = Twilio

const SUPPRESSED_LOG = "error"

const load = async (options: TwilioOptions): Promise<Client> => {
  const { default: twilio } = await import("twilio")
  const { accountSid, apiKey, authTokens, baseUrl, timeoutMillis } = options
  // Retries are ours to decide: a repeated send is a second text. Its logs name numbers.
  const settings = { accountSid, autoRetry: false, timeout: timeoutMillis, logLevel: SUPPRESSED_LOG }
  const client =
    apiKey === null
      ? twilio(accountSid, Redacted.value(authTokens[0]), settings)
      : twilio(apiKey.sid, Redacted.value(apiKey.secret), settings)
  if (baseUrl !== null) client.api.baseUrl = baseUrl.replace(/\/+$/, "")
  return client
}

/** The client, the same one each time. */
export const make = (options: TwilioOptions): Effect.Effect<Effect.Effect<Client>> =>
  Effect.cached(Effect.promise(() => load(options)))
