/**
 * The options from the environment: `TWILIO_ACCOUNT_SID`, `TWILIO_AUTH_TOKEN` (comma-separated: the first calls the API,
 * all verify), `TWILIO_API_KEY_SID` and `TWILIO_API_KEY_SECRET`, `TWILIO_MESSAGING_SERVICE_SID`, `TWILIO_TRUNK_SID`,
 * `TWILIO_BASE_URL`, `PUBLIC_URL`. What is missing or malformed is named in the error.
 */
import { ProviderConfig } from "@careline/adapter-kit"
import { type Config, Effect, Schema } from "effect"
import type { TwilioOptions } from "./client/TwilioOptions.ts"

const { optional, required, secret, secrets } = ProviderConfig

const sid = (prefix: string) =>
  Schema.String.check(
    Schema.isPattern(new RegExp(`^${prefix}[0-9a-fA-F]{32}$`), { message: `${prefix} and 32 hexadecimal digits` })
  )

const apiKey = Effect.gen(function* () {
  const given = [
    yield* optional("TWILIO_API_KEY_SID", Schema.String),
    yield* optional("TWILIO_API_KEY_SECRET", Schema.String)
  ]
  if (given.every((one) => one === null)) return null
  // One of the two without the other is a mistake: reading both names the one that is missing.
  return { sid: yield* required("TWILIO_API_KEY_SID", sid("SK")), secret: yield* secret("TWILIO_API_KEY_SECRET") }
})

export const config: Effect.Effect<TwilioOptions, Config.ConfigError> = Effect.gen(function* () {
  return {
    accountSid: yield* required("TWILIO_ACCOUNT_SID", sid("AC")),
    authTokens: yield* secrets("TWILIO_AUTH_TOKEN"),
    apiKey: yield* apiKey,
    messagingServiceSid: yield* optional("TWILIO_MESSAGING_SERVICE_SID", sid("MG")),
    trunkSid: yield* optional("TWILIO_TRUNK_SID", sid("TK")),
    baseUrl: yield* optional("TWILIO_BASE_URL", ProviderConfig.HttpUrl),
    publicUrl: yield* required("PUBLIC_URL", ProviderConfig.HttpUrl)
  }
})
