/**
 * The options from the environment: `BLOB_DIRECTORY`, `BLOB_PUBLIC_URL`, and `BLOB_SIGNING_SECRET` (comma-separated: the
 * first signs, all verify). What is missing or malformed is named in the error, and never quoted.
 */
import { ProviderConfig } from "@careline/adapter-kit"
import { type Config, Effect, Schema } from "effect"
import { DEFAULT_PATH, type FileBlobOptions } from "./FileBlobOptions.ts"

const { required, secrets } = ProviderConfig

/** A key for HMAC-SHA256 that nobody can guess (RFC 2104, 3: no shorter than the digest). */
export const LongSecrets = Schema.String.check(
  Schema.isPattern(/^[^,\s]{32,}(\s*,\s*[^,\s]{32,})*$/, {
    message: "one or more secrets of at least 32 characters, separated by commas"
  })
)

export const config: Effect.Effect<FileBlobOptions, Config.ConfigError> = Effect.gen(function* () {
  const directory = yield* required("BLOB_DIRECTORY", Schema.NonEmptyString)
  const publicUrl = yield* required("BLOB_PUBLIC_URL", ProviderConfig.HttpUrl)
  yield* required("BLOB_SIGNING_SECRET", Schema.RedactedFromValue(LongSecrets))
  return { directory, publicUrl, path: DEFAULT_PATH, signingSecrets: yield* secrets("BLOB_SIGNING_SECRET") }
})
