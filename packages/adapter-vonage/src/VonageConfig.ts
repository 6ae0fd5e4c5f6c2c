/**
 * The options from the environment: `VONAGE_API_KEY`, `VONAGE_API_SECRET`, `VONAGE_APPLICATION_ID`, `VONAGE_PRIVATE_KEY`
 * (the PEM, also with `\n` written out, or the path of its file), `VONAGE_SIGNATURE_SECRET` (comma-separated: all verify),
 * `VONAGE_API_BASE_URL`, `VONAGE_REST_BASE_URL`, `VONAGE_REPORTS_LOOKUP` (`true` or `false`, which it is when unset),
 * `PUBLIC_URL`. What is missing or malformed is named in the error.
 */
import { ProviderConfig } from "@careline/adapter-kit"
import { type Config, Effect, Schema, SchemaTransformation } from "effect"
import * as PrivateKey from "./client/PrivateKey.ts"
import type { VonageOptions } from "./client/VonageOptions.ts"

const { optional, required, secret, secrets } = ProviderConfig

const ApiKey = Schema.String.check(Schema.isPattern(/^[0-9A-Za-z]+$/, { message: "letters and digits" }))
const Uuid = Schema.String.check(
  Schema.isPattern(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, { message: "a UUID in lower case" })
)

const UsablePem = Schema.String.check(
  Schema.makeFilter(
    (pem) => PrivateKey.isUsable(pem) || "an RSA private key of 2048 bits or more in PEM, or the path of its file"
  )
)
const Pem = Schema.NonEmptyString.pipe(
  Schema.decodeTo(UsablePem, SchemaTransformation.transform({ decode: PrivateKey.read, encode: (pem) => pem }))
)

export const config: Effect.Effect<VonageOptions, Config.ConfigError> = Effect.gen(function* () {
  return {
    apiKey: yield* required("VONAGE_API_KEY", ApiKey),
    apiSecret: yield* secret("VONAGE_API_SECRET"),
    applicationId: yield* required("VONAGE_APPLICATION_ID", Uuid),
    privateKey: yield* required("VONAGE_PRIVATE_KEY", Schema.RedactedFromValue(Pem)),
    signatureSecrets: yield* secrets("VONAGE_SIGNATURE_SECRET"),
    apiBaseUrl: yield* optional("VONAGE_API_BASE_URL", ProviderConfig.HttpUrl),
    restBaseUrl: yield* optional("VONAGE_REST_BASE_URL", ProviderConfig.HttpUrl),
    reportsLookup: (yield* optional("VONAGE_REPORTS_LOOKUP", Schema.Literals(["true", "false"]))) === "true",
    publicUrl: yield* required("PUBLIC_URL", ProviderConfig.HttpUrl)
  }
})
