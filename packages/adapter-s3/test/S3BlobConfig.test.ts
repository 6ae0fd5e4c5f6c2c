/** The configuration names what is missing or malformed, and never quotes it. */
import { BlobStore } from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Redacted } from "effect"
import { config, DEFAULT_TIMEOUT_MILLIS, S3BlobStore } from "../src/index.ts"

const environment = { S3_BUCKET: "recordings", S3_REGION: "eu-central-1" }

const from = (change: Readonly<Record<string, string>>) =>
  ConfigProvider.fromEnv({ env: { ...environment, ...change } })

const read = (change: Readonly<Record<string, string>>) =>
  Effect.provideService(config, ConfigProvider.ConfigProvider, from(change))

const credentials = { S3_ACCESS_KEY_ID: "canary-id", S3_SECRET_ACCESS_KEY: "canary-secret" }

describe("The configuration of S3", () => {
  it.effect("needs a bucket and a region, encrypts, and leaves credentials to the SDK", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* read({ S3_ENDPOINT: "", S3_SSE: "" }), {
        bucket: "recordings",
        region: "eu-central-1",
        endpoint: null,
        credentials: null,
        keyPrefix: "",
        encryption: "AES256",
        timeoutMillis: DEFAULT_TIMEOUT_MILLIS
      })
    })
  )

  it.effect("takes a server of another kind, with credentials and a prefix", () =>
    Effect.gen(function* () {
      const options = yield* read({
        ...credentials,
        S3_ENDPOINT: "http://127.0.0.1:9000",
        S3_KEY_PREFIX: "careline/production",
        S3_SSE: "none"
      })
      assert.deepInclude(options, {
        endpoint: "http://127.0.0.1:9000",
        keyPrefix: "careline/production/",
        encryption: "none"
      })
      const { accessKeyId, secretAccessKey } = options.credentials ?? assert.fail("no credentials")
      assert.deepStrictEqual([accessKeyId, Redacted.value(secretAccessKey)], ["canary-id", "canary-secret"])
      assert.notInclude(JSON.stringify(options), "canary-secret")
    })
  )

  it.effect("takes a key of KMS", () =>
    Effect.gen(function* () {
      const { encryption } = yield* read({ S3_SSE: "aws:kms", S3_KMS_KEY_ID: "alias/careline" })
      assert.deepStrictEqual(encryption, { kmsKeyId: "alias/careline" })
    })
  )

  it.effect("makes a layer", () =>
    Effect.provide(Effect.asVoid(BlobStore), S3BlobStore.layerConfig).pipe(
      Effect.provideService(ConfigProvider.ConfigProvider, from(credentials))
    )
  )

  const wrong = [
    [{ S3_BUCKET: "" }, "S3_BUCKET"],
    [{ S3_BUCKET: "Canary_Bucket" }, "S3_BUCKET"],
    [{ S3_REGION: "" }, "S3_REGION"],
    [{ S3_ENDPOINT: "canary:9000" }, "S3_ENDPOINT"],
    [{ S3_ACCESS_KEY_ID: "canary" }, "S3_SECRET_ACCESS_KEY"],
    [{ S3_SECRET_ACCESS_KEY: "canary" }, "S3_ACCESS_KEY_ID"],
    [{ S3_KEY_PREFIX: "/canary" }, "S3_KEY_PREFIX"],
    [{ S3_KEY_PREFIX: "canary/../b" }, "S3_KEY_PREFIX"],
    [{ S3_SSE: "canary" }, "S3_SSE"],
    [{ S3_SSE: "aws:kms" }, "S3_KMS_KEY_ID"]
  ] as const
  it.effect.each(wrong)("is refused with the variable's name: %o", ([change, variable]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(read(change))
      assert.include(error.message, variable)
      assert.notInclude(error.message.toLowerCase(), "canary")
    })
  )
})
