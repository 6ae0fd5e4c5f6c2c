/** The options from the environment. */
import { ProviderConfig } from "@careline/adapter-kit"
import { type Config, Effect, Schema } from "effect"
import type { BandwidthOptions } from "./BandwidthOptions.ts"

export const load: Effect.Effect<BandwidthOptions, Config.ConfigError> = Effect.gen(function* () {
  return {
    accountId: yield* ProviderConfig.required("BANDWIDTH_ACCOUNT_ID", Schema.NonEmptyString),
    applicationId: yield* ProviderConfig.required("BANDWIDTH_APPLICATION_ID", Schema.NonEmptyString),
    username: yield* ProviderConfig.required("BANDWIDTH_USERNAME", Schema.NonEmptyString),
    password: yield* ProviderConfig.secret("BANDWIDTH_PASSWORD"),
    callbackCredentials: yield* ProviderConfig.secrets("BANDWIDTH_CALLBACK_CREDENTIALS"),
    baseUrl: (yield* ProviderConfig.optional("BANDWIDTH_BASE_URL", ProviderConfig.HttpUrl)) ?? undefined
  }
})
