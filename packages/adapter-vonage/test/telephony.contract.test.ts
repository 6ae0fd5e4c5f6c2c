/** The contract, on the real SDK against Vonage's simulator: with the paid look-up in Reports, and without. */
import type { PhoneNumber } from "@careline/domain"
import { TelephonyContract } from "@careline/testkit/contract"
import { VonageSimulator } from "@careline/testkit/simulators"
import { Effect, Redacted } from "effect"
import { generateKeyPairSync } from "node:crypto"
import { VonageTelephony } from "../src/index.ts"

const account = { apiKey: "a1b2c3d4", applicationId: "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab" }
const apiSecret = "canary-api-secret-7f3a"
const signatureSecrets = ["canary-signature-secret-0123456789abcdef", "canary-signature-secret-next"] as const
const pair = generateKeyPairSync("rsa", { modulusLength: 2048 })
const privateKey = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString()
const line = "+12025550100" as PhoneNumber.E164

for (const reportsLookup of [true, false]) {
  const capabilities = VonageTelephony.capabilities({ reportsLookup })
  TelephonyContract.suite(
    { name: reportsLookup ? "Vonage" : "Vonage without Reports", capabilities },
    TelephonyContract.layer(({ publicUrl, urlOf }) =>
      Effect.gen(function* () {
        const urls = { inboundUrl: urlOf("vonage", "sms"), statusUrl: urlOf("vonage", "status") }
        const simulator = yield* VonageSimulator.scoped({
          ...account,
          ...urls,
          apiSecret,
          privateKey,
          signatureSecrets
        })
        const telephony = yield* VonageTelephony.make({
          ...account,
          apiSecret: Redacted.make(apiSecret),
          privateKey: Redacted.make(privateKey),
          signatureSecrets: [Redacted.make(signatureSecrets[0]), Redacted.make(signatureSecrets[1])],
          publicUrl,
          reportsLookup,
          apiBaseUrl: simulator.url,
          restBaseUrl: null,
          timeoutMillis: TelephonyContract.PATIENCE_MILLIS
        })
        return { simulator, telephony, line, secrets: [apiSecret, ...signatureSecrets, privateKey.slice(100, 160)] }
      })
    )
  )
}
