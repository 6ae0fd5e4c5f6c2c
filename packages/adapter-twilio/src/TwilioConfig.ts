/**
 * The options from the environment: `TWILIO_ACCOUNT_SID`, `TWILIO_AUTH_TOKEN` (comma-separated: the first calls the API,
 * all verify), `TWILIO_API_KEY_SID` and `TWILIO_API_KEY_SECRET`, `TWILIO_MESSAGING_SERVICE_SID`, `TWILIO_BASE_URL`,
 * `PUBLIC_URL`. What is missing or malformed is named in the error.
 */
import { Config, Effect, Option, Redacted, Schema } from "effect"
import { DEFAULT_TIMEOUT_MILLIS, type TwilioOptions } from "./TwilioOptions.ts"

const sid = (prefix: string) =>
  Schema.String.check(
    Schema.isPattern(new RegExp(`^${prefix}[0-9a-fA-F]{32}$`), { message: `${prefix} and 32 hexadecimal digits` })
  )

const httpUrl = Schema.String.check(Schema.isPattern(/^https?:\/\/[^\s/]+\S*$/, { message: "an http or https URL" }))

const Tokens = Schema.String.check(
  Schema.isPattern(/^[^,\s]+(\s*,\s*[^,\s]+)*$/, { message: "one or more auth tokens, separated by commas" })
)

const orNull = <A>(config: Config.Config<A>) => Config.map(Config.option(config), Option.getOrNull)

const fields = Config.all({
  accountSid: Config.schema(sid("AC"), "TWILIO_ACCOUNT_SID"),
  authTokens: Config.schema(Schema.RedactedFromValue(Tokens), "TWILIO_AUTH_TOKEN"),
  apiKeySid: orNull(Config.schema(sid("SK"), "TWILIO_API_KEY_SID")),
  apiKeySecret: orNull(Config.Redacted("TWILIO_API_KEY_SECRET")),
  messagingServiceSid: orNull(Config.schema(sid("MG"), "TWILIO_MESSAGING_SERVICE_SID")),
  baseUrl: orNull(Config.schema(httpUrl, "TWILIO_BASE_URL")),
  publicUrl: Config.schema(httpUrl, "PUBLIC_URL")
})

export const config: Effect.Effect<TwilioOptions, Config.ConfigError> = Effect.gen(function* () {
  const { apiKeySecret, apiKeySid, authTokens, ...rest } = yield* fields
  const [first = "", ...others] = Redacted.value(authTokens)
    .split(",")
    .map((token) => token.trim())
  return {
    ...rest,
    authTokens: [Redacted.make(first), ...others.map((token) => Redacted.make(token))],
    apiKey:
      apiKeySid === null && apiKeySecret === null
        ? null
        : // One of the two without the other is a mistake: reading both names the one that is missing.
          {
            sid: yield* Config.schema(sid("SK"), "TWILIO_API_KEY_SID"),
            secret: yield* Config.Redacted("TWILIO_API_KEY_SECRET")
          },
    timeoutMillis: DEFAULT_TIMEOUT_MILLIS
  }
})
