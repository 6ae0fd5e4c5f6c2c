/**
 * The options from the environment: `TWILIO_ACCOUNT_SID`, `TWILIO_AUTH_TOKEN` (comma-separated: the first calls the API,
 * all verify), `TWILIO_API_KEY_SID` and `TWILIO_API_KEY_SECRET`, `TWILIO_MESSAGING_SERVICE_SID`, `TWILIO_BASE_URL`,
 * `PUBLIC_URL`. What is missing or malformed is named in the error.
 */
import { Config, Option, Redacted, Schema } from "effect"
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

export const config: Config.Config<TwilioOptions> = Config.all({
  accountSid: Config.schema(sid("AC"), "TWILIO_ACCOUNT_SID"),
  authTokens: Config.map(Config.schema(Schema.RedactedFromValue(Tokens), "TWILIO_AUTH_TOKEN"), (tokens) => {
    const [first = "", ...rest] = Redacted.value(tokens)
      .split(",")
      .map((token) => token.trim())
    return [Redacted.make(first), ...rest.map((token) => Redacted.make(token))] as const
  }),
  apiKeySid: orNull(Config.schema(sid("SK"), "TWILIO_API_KEY_SID")),
  apiKeySecret: orNull(Config.Redacted("TWILIO_API_KEY_SECRET")),
  messagingServiceSid: orNull(Config.schema(sid("MG"), "TWILIO_MESSAGING_SERVICE_SID")),
  baseUrl: orNull(Config.schema(httpUrl, "TWILIO_BASE_URL")),
  publicUrl: Config.schema(httpUrl, "PUBLIC_URL")
}).pipe(
  Config.map(({ apiKeySecret, apiKeySid, ...options }) => ({
    ...options,
    authTokens: [options.authTokens[0], ...options.authTokens.slice(1)] as const,
    apiKey: apiKeySid === null || apiKeySecret === null ? null : { sid: apiKeySid, secret: apiKeySecret },
    timeoutMillis: DEFAULT_TIMEOUT_MILLIS
  }))
) as Config.Config<TwilioOptions>
