/**
 * The options from the environment: `S3_BUCKET`, `S3_REGION`, `S3_ENDPOINT`, `S3_ACCESS_KEY_ID` and
 * `S3_SECRET_ACCESS_KEY`, `S3_KEY_PREFIX`, `S3_SSE` (`AES256`, `aws:kms` with `S3_KMS_KEY_ID`, `none`). What is missing or
 * malformed is named in the error.
 */
import { ProviderConfig } from "@careline/adapter-kit"
import { type Config, Effect, Schema } from "effect"
import { DEFAULT_TIMEOUT_MILLIS, type Encryption, type S3BlobOptions } from "./S3BlobOptions.ts"

const { optional, required, secret } = ProviderConfig

/** As Amazon allows it for buckets whose links work over TLS; others are no stricter. */
const Bucket = Schema.String.check(
  Schema.isPattern(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, { message: "the name of a bucket" })
)
const Word = Schema.String.check(Schema.isPattern(/^\S+$/, { message: "a word without spaces" }))
const Prefix = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*\/?$/, { message: "parts of letters, digits, - and _" })
)

const credentials = Effect.gen(function* () {
  const given = [
    yield* optional("S3_ACCESS_KEY_ID", Schema.String),
    yield* optional("S3_SECRET_ACCESS_KEY", Schema.String)
  ]
  if (given.every((one) => one === null)) return null
  // One of the two without the other is a mistake: reading both names the one that is missing.
  return {
    accessKeyId: yield* required("S3_ACCESS_KEY_ID", Word),
    secretAccessKey: yield* secret("S3_SECRET_ACCESS_KEY")
  }
})

const encryption = Effect.gen(function* (): Effect.fn.Return<Encryption, Config.ConfigError> {
  const given = (yield* optional("S3_SSE", Schema.Literals(["AES256", "aws:kms", "none"]))) ?? "AES256"
  return given === "aws:kms" ? { kmsKeyId: yield* required("S3_KMS_KEY_ID", Word) } : given
})

export const config: Effect.Effect<S3BlobOptions, Config.ConfigError> = Effect.gen(function* () {
  const prefix = yield* optional("S3_KEY_PREFIX", Prefix)
  return {
    bucket: yield* required("S3_BUCKET", Bucket),
    region: yield* required("S3_REGION", Word),
    endpoint: yield* optional("S3_ENDPOINT", ProviderConfig.HttpUrl),
    credentials: yield* credentials,
    keyPrefix: prefix === null ? "" : `${prefix.replace(/\/$/, "")}/`,
    encryption: yield* encryption,
    timeoutMillis: DEFAULT_TIMEOUT_MILLIS
  }
})
