/**
 * The options from the environment: `TELNYX_API_KEY`, `TELNYX_PUBLIC_KEY` (comma-separated while a key is rotated),
 * `TELNYX_MESSAGING_PROFILE_ID`, `TELNYX_CONNECTION_ID`, `TELNYX_TRUNK_CONNECTION_ID`, `TELNYX_ACCOUNT_SID`,
 * `TELNYX_BASE_URL`, `PUBLIC_URL`. What is missing or malformed is named in the error.
 */
import { ProviderConfig } from "@careline/adapter-kit"
import { type Config, Effect, Schema } from "effect"
import * as Signature from "./webhooks/Signature.ts"
import type { TelnyxOptions } from "./client/TelnyxOptions.ts"

const { optional, required, secret } = ProviderConfig

const PublicKeys = Schema.String.check(
  Schema.makeFilter((list) => list.split(",").every((key) => Signature.isPublicKey(key.trim())), {
    message: "one or more Ed25519 public keys (base64 of 32 bytes), separated by commas"
  })
)

const Uuid = Schema.String.check(
  Schema.isPattern(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, { message: "a UUID" })
)

const ConnectionId = Schema.String.check(Schema.isPattern(/^\d{1,25}$/, { message: "digits" }))

export const config: Effect.Effect<TelnyxOptions, Config.ConfigError> = Effect.gen(function* () {
  const apiKey = yield* secret("TELNYX_API_KEY")
  const [first = "", ...others] = (yield* required("TELNYX_PUBLIC_KEY", PublicKeys)).split(",").map((key) => key.trim())
  return {
    apiKey,
    publicKeys: [first, ...others],
    messagingProfileId: yield* required("TELNYX_MESSAGING_PROFILE_ID", Uuid),
    connectionId: yield* optional("TELNYX_CONNECTION_ID", ConnectionId),
    trunkConnectionId: yield* optional("TELNYX_TRUNK_CONNECTION_ID", ConnectionId),
    accountSid: yield* optional("TELNYX_ACCOUNT_SID", Uuid),
    baseUrl: yield* optional("TELNYX_BASE_URL", ProviderConfig.HttpUrl),
    publicUrl: yield* required("PUBLIC_URL", ProviderConfig.HttpUrl)
  }
})
