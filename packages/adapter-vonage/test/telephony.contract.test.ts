/** The contract, on the real SDK against Vonage's simulator: with the paid look-up in Reports, and without. */
import type { PhoneNumber } from "@careline/domain"
import { TelephonyContract } from "@careline/testkit/contract"
import { VonageSimulator } from "@careline/testkit/simulators"
import { Effect, Redacted } from "effect"
import { generateKeyPairSync } from "node:crypto"
import { VonageTelephony } from "../src/index.ts"

const apiKey = "a1b2c3d4"
const apiSecret = "canary-api-secret-7f3a"
const applicationId = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"
const signatureSecrets = ["canary-signature-secret-0123456789abcdef", "canary-signature-secret-next"] as const
const { privateKey: key } = generateKeyPairSync("rsa", { modulusLength: 2048 })
const privateKey = key.export({ type: "pkcs8", format: "pem" }).toString()
const line = "+12025550100" as PhoneNumber.E164

for (const reportsLookup of [true, false]) {
  TelephonyContract.suite(
    {
      name: reportsLookup ? "Vonage" : "Vonage without Reports",
      capabilities: VonageTelephony.capabilities({ reportsLookup })
    },
    TelephonyContract.layer(({ publicUrl, urlOf }) =>
      Effect.gen(function* () {
        const urls = { inboundUrl: urlOf("vonage", "sms"), statusUrl: urlOf("vonage", "status") }
        const account = { apiKey, applicationId, signatureSecrets }
        const simulator = yield* VonageSimulator.scoped({ ...account, ...urls, apiSecret, privateKey })
        const telephony = yield* VonageTelephony.make({
          ...{ apiKey, applicationId, reportsLookup, publicUrl, apiBaseUrl: simulator.url, restBaseUrl: simulator.url },
          apiSecret: Redacted.make(apiSecret),
          privateKey: Redacted.make(privateKey),
          signatureSecrets: [Redacted.make(signatureSecrets[0]), Redacted.make(signatureSecrets[1])],
          timeoutMillis: TelephonyContract.PATIENCE_MILLIS
        })
        return { simulator, telephony, line, secrets: [apiSecret, ...signatureSecrets, privateKey.slice(100, 160)] }
      })
    )
  )
}
