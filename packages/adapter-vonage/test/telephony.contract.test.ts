/** The contract, on the real SDK against Vonage's simulator: with the paid look-up in Reports, and without. */
import { TelephonyContract } from "@careline/testkit/contract"
import { VonageSimulator } from "@careline/testkit/simulators"
import { Effect, Redacted } from "effect"
import { VonageTelephony } from "../src/index.ts"
import { apiKey, apiSecret, applicationId, keys, line, options, signatureSecret } from "./support.ts"

const { privateKey } = keys
const signatureSecrets = [signatureSecret, "canary-signature-secret-next"] as const

for (const reportsLookup of [true, false]) {
  const name = reportsLookup ? "Vonage" : "Vonage without Reports"
  TelephonyContract.suite(
    { name, capabilities: VonageTelephony.capabilities({ reportsLookup }) },
    TelephonyContract.layer(({ patienceMillis, publicUrl, urlOf }) =>
      Effect.gen(function* () {
        const urls = {
          inboundUrl: urlOf("vonage", "sms"),
          statusUrl: urlOf("vonage", "status"),
          voiceUrl: urlOf("vonage", "call"),
          voiceFallbackUrl: urlOf("vonage", "fallback"),
          callStatusUrl: urlOf("vonage", "call-status")
        }
        const account = { apiKey, apiSecret, applicationId, privateKey, signatureSecrets }
        const simulator = yield* VonageSimulator.scoped({ ...account, ...urls })
        const telephony = yield* VonageTelephony.make({
          ...options(simulator.url, { reportsLookup, publicUrl, timeoutMillis: patienceMillis }),
          restBaseUrl: simulator.url,
          signatureSecrets: [Redacted.make(signatureSecrets[0]), Redacted.make(signatureSecrets[1])]
        })
        return { simulator, telephony, line, secrets: [apiSecret, ...signatureSecrets, privateKey.slice(100, 160)] }
      })
    )
  )
}
