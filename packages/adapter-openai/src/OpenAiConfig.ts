/**
 * The options from the environment: `TRANSCRIBER_URL`, `TRANSCRIBER_API_KEY` (optional), `TRANSCRIBER_MODEL` (`whisper-1`
 * without one). The URL has no default: recordings go where an operator said, and nowhere else.
 */
import { ProviderConfig } from "@careline/adapter-kit"
import { type Config, Effect, Schema } from "effect"
import { DEFAULT_MODEL, DEFAULT_TIMEOUT_MILLIS, type OpenAiOptions } from "./OpenAiOptions.ts"

const { HttpUrl, optional, required } = ProviderConfig

export const config: Effect.Effect<OpenAiOptions, Config.ConfigError> = Effect.gen(function* () {
  return {
    url: yield* required("TRANSCRIBER_URL", HttpUrl),
    apiKey: yield* optional("TRANSCRIBER_API_KEY", Schema.RedactedFromValue(Schema.NonEmptyString)),
    model: (yield* optional("TRANSCRIBER_MODEL", Schema.String)) ?? DEFAULT_MODEL,
    timeoutMillis: DEFAULT_TIMEOUT_MILLIS
  }
})
